// Package blueprint says what a FusionAuth should hold in place of user pools:
// it turns their configuration into objects, and tells what has no
// counterpart. It opens no connection: the configuration comes in, documents
// go out.
//
//	user pool                    tenant, e-mail templates, theme
//	app client                   application
//	client-credentials client    entity, and grants
//	resource server              entity type, and an entity of it
//	group                        role in each application, and group
//	identity provider            identity provider
//
// Every object has an id that follows from what it is made of, so that the
// same pool gives the same objects each time.
package blueprint

import (
	"cmp"
	"net/mail"
	"slices"
	"strings"

	"wherry/toolkit/config"
	"wherry/toolkit/internal/poolconfig"
	"wherry/toolkit/internal/record"
	"wherry/toolkit/internal/target"
)

// Pool is a user pool and what is wanted of it.
type Pool struct {
	config.Pool
	Config   poolconfig.Config
	Metadata map[string]string // of SAML providers that name a URL, by their names
}

// Blueprint is what a target should hold.
type Blueprint struct {
	Objects []target.Object
	Clients []Client               // what became of app clients
	Places  map[string]record.Pool // where things of a pool are, by its id, under the ids wanted
	Notes   []Note                 // what has no counterpart, or a different one
}

// Client is what an app client became. ID is the one wanted: see
// target.Plan.Real.
type Client struct {
	PoolID   string `json:"poolId"`
	ClientID string `json:"clientId"` // in Cognito
	Name     string `json:"name"`
	Kind     string `json:"kind"` // application or entity
	ID       string `json:"id"`   // the client_id from now on, of an application
	TenantID string `json:"tenantId"`
}

// Note tells of something that the operator has to know or to do.
type Note struct {
	Pool     string `json:"pool"`
	Subject  string `json:"subject"` // such as: trigger PreSignUp
	Text     string `json:"text"`
	Do       string `json:"do,omitempty"`
	Skeleton Script `json:"skeleton,omitzero"`
}

// Script is JavaScript to begin from.
type Script struct {
	Name string `json:"name,omitempty"` // of its file
	Body string `json:"body,omitempty"`
}

// Of makes the blueprint of pools. Where several go to one tenant, the first
// decides about the tenant itself.
func Of(settings *config.Config, pools []Pool) Blueprint {
	b := &builder{settings: settings, asked: map[string][]string{}, taken: map[string]bool{}}
	b.Places = map[string]record.Pool{}
	for _, p := range pools {
		b.pool(p)
	}
	b.makePolicies()
	return b.Blueprint
}

// builder makes a Blueprint.
type builder struct {
	Blueprint
	settings *config.Config
	tenants  []string            // ids
	asked    map[string][]string // connectors by tenant
	taken    map[string]bool     // names, by tenant and kind

	// The pool at hand.
	Pool
	tenant       string            // its tenant's id
	applications map[string]string // ids by client id, of those that people sign in to
	place        record.Pool
	rsIDs        map[string]string // entity ids by identifier of the resource server
}

func (b *builder) pool(p Pool) {
	b.Pool = p
	b.applications, b.rsIDs = map[string]string{}, map[string]string{}
	b.tenant = TenantID(p.Pool, p.Config)
	b.place = record.Pool{TenantID: b.tenant, Groups: map[string]string{}, Providers: map[string]string{}}
	if slices.Contains(b.tenants, b.tenant) {
		b.note("tenant", "another pool of the file decides about the tenant's rules, mails and look",
			"put the pool first whose rules should hold, or give each pool a tenant of its own")
	} else {
		b.makeTenant()
	}
	b.makeApplications()
	b.makeGroups()
	b.makeProviders()
	b.makeEntities()
	b.makeConnector()
	b.makeAPIKey()
	b.Places[p.ID] = b.place
	b.tell()
}

// TenantID is the id that a pool's tenant is wanted under.
func TenantID(p config.Pool, c poolconfig.Config) string {
	return cmp.Or(p.TenantID(), target.ID("tenant", TenantName(p, c)))
}

// TenantName is the name of a pool's tenant, or "" if it is known by its id.
func TenantName(p config.Pool, c poolconfig.Config) string {
	if p.TenantID() != "" {
		return ""
	}
	return cmp.Or(p.Tenant, c.Pool.Name, p.ID)
}

func (b *builder) add(objects ...target.Object) {
	for _, o := range objects {
		o.For = b.tenant
		b.Objects = append(b.Objects, o)
	}
}

// id follows from the pool, its tenant and what is named.
func (b *builder) id(kind string, names ...string) string {
	return target.ID(append([]string{kind, b.tenant, b.ID}, names...)...)
}

func (b *builder) note(subject, text, do string) {
	b.Notes = append(b.Notes, Note{Pool: b.Name, Subject: subject, Text: text, Do: do})
}

// free is a name that no other object of the kind has in the tenant: that of
// a second pool gets the pool's name added.
func (b *builder) free(kind, name string) string {
	for _, other := range []string{name, b.title(name)} {
		if key := b.tenant + kind + other; !b.taken[key] {
			b.taken[key] = true
			return other
		}
	}
	return b.title(name)
}

// title is a name of this pool's among those of a whole FusionAuth.
func (b *builder) title(name string) string {
	return name + " (" + cmp.Or(b.Config.Pool.Name, b.Name) + ")"
}

// base is where the target answers people.
func (b *builder) base() string { return strings.TrimSuffix(b.settings.Target.URL, "/") }

// sender is who mails are from.
func (b *builder) sender() (address, name string) {
	email := b.Config.Pool.EmailConfiguration
	for _, text := range []string{b.Apply.Email.From, email.From, email.ReplyToEmailAddress} {
		if a, err := mail.ParseAddress(text); err == nil {
			return a.Address, a.Name
		}
	}
	return "", ""
}
