package config

import (
	"net/mail"
	"slices"
	"strings"

	"wherry/internal/secret"
)

// Apply says what wherry apply makes of a pool's configuration.
type Apply struct {
	// The app clients that come along, by id. Default: all but the one that signs users in for the connector.
	Clients []string `yaml:"clients"`
	// Lets applications go on with the client ids of their app clients, which need not be told anything then. Only Wherry's own server can do that.
	KeepClientIDs bool `yaml:"keep_client_ids"`
	// What Cognito groups become. roles: a role of that name in every application. groups: a FusionAuth group. both: a group that gives the roles.
	Groups string `yaml:"groups" jsonschema:"enum=roles,enum=groups,enum=both,default=both"`
	// Who somebody becomes that comes through an identity provider and has no link yet.
	LinkingStrategy string `yaml:"linking_strategy" jsonschema:"enum=LinkByEmail,enum=LinkByEmailForExistingUser,enum=LinkByUsername,enum=LinkByUsernameForExistingUser,enum=CreatePendingLink,enum=LinkAnonymously,enum=Disabled,default=LinkByEmail"`
	// What the tenant's tokens name as issuer. Default: the target's URL, for a tenant that is made.
	Issuer string `yaml:"issuer"`
	// What Cognito does not give away of identity providers, by their names.
	Providers map[string]Provider `yaml:"providers"`
	// The mail server that the tenant sends through. Default: the one that it has.
	Email Email `yaml:"email"`
}

// Provider is what Cognito does not give away of an identity provider.
type Provider struct {
	// The private key of Sign in with Apple, a .p8 file.
	PrivateKeyFile string `yaml:"private_key_file"`
	// The metadata of a SAML provider, for one whose URL cannot be reached from here.
	MetadataFile string `yaml:"metadata_file"`

	// What is in the files.
	PrivateKey secret.String `yaml:"-" jsonschema:"-"`
	Metadata   string        `yaml:"-" jsonschema:"-"`
}

// Email is a mail server, and who mails are from.
type Email struct {
	// Its name or address.
	Host string `yaml:"host"`
	// Its port.
	Port int `yaml:"port" jsonschema:"default=587"`
	// How the connection is protected.
	Security string `yaml:"security" jsonschema:"enum=NONE,enum=SSL,enum=TLS,default=TLS"`
	// Who signs in to it.
	Username string `yaml:"username"`
	// The password.
	Password secret.String `yaml:"password"`
	// A file that holds the password.
	PasswordFile string `yaml:"password_file"`
	// Who mails are from, such as Example <no-reply@example.com>. Default: as in Cognito.
	From string `yaml:"from"`
}

// What groups become.
const (
	GroupsRoles  = "roles"
	GroupsGroups = "groups"
	GroupsBoth   = "both"
)

func (a *Apply) setDefaults() {
	orElse(&a.Groups, GroupsBoth)
	orElse(&a.LinkingStrategy, "LinkByEmail")
	if a.Email.Host != "" {
		orElse(&a.Email.Port, 587)
		orElse(&a.Email.Security, "TLS")
	}
}

var linkingStrategies = []string{
	"LinkByEmail", "LinkByEmailForExistingUser", "LinkByUsername", "LinkByUsernameForExistingUser", "CreatePendingLink", "LinkAnonymously", "Disabled",
}

func (a *Apply) check(k checker) {
	for _, id := range a.Clients {
		if !clientID.MatchString(id) {
			k.say("clients", "want ids of app clients: %q is none", id)
		}
	}
	oneOf(k, "groups", a.Groups, GroupsRoles, GroupsGroups, GroupsBoth)
	oneOf(k, "linking_strategy", a.LinkingStrategy, linkingStrategies...)
	for name, p := range a.Providers {
		at := k.at("providers." + name)
		if p.PrivateKeyFile != "" {
			p.PrivateKey = secret.String(at.read("private_key_file", p.PrivateKeyFile))
		}
		if p.MetadataFile != "" {
			p.Metadata = at.read("metadata_file", p.MetadataFile)
		}
		a.Providers[name] = p
	}
	a.Email.check(k.at("email"))
}

func (e *Email) check(k checker) {
	k.secretFile("password", &e.Password, &e.PasswordFile)
	oneOf(k, "security", e.Security, "NONE", "SSL", "TLS")
	if e.Port < 0 || e.Port > 65535 {
		k.say("port", "want a number up to 65535")
	}
	if e.Host == "" && !slices.Equal([]string{e.Username, e.Password.Reveal()}, []string{"", ""}) {
		k.say("host", "say which mail server the user and password are for")
	}
	if _, err := mail.ParseAddress(e.From); e.From != "" && err != nil {
		k.say("from", "want an address such as %s", "Example <no-reply@example.com>")
	}
}

// TenantID is the id of the tenant if it is known by that, and "" if by its
// name.
func (p *Pool) TenantID() string {
	if IsID(p.Tenant) {
		return strings.ToLower(p.Tenant)
	}
	return ""
}
