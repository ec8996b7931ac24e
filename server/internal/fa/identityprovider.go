package fa

import (
	"slices"
	"strings"
)

// IdentityProvider is a system through which people sign in. The properties of
// one type alone are in ProviderProperties.
//
// Source: https://fusionauth.io/docs/apis/identity-providers/
type IdentityProvider struct {
	Named
	ApplicationConfiguration map[ID]ProviderApplication `json:"applicationConfiguration"`
	AttributeMappings        map[string]string          `json:"attributeMappings"`
	Data                     Data                       `json:"data"`
	Debug                    bool                       `json:"debug"`
	Enabled                  bool                       `json:"enabled"`
	LambdaConfiguration      ProviderLambda             `json:"lambdaConfiguration"`
	LinkingStrategy          string                     `json:"linkingStrategy"`
	Source                   string                     `json:"source"`
	TenantConfiguration      map[ID]ProviderTenant      `json:"tenantConfiguration"`
	TenantID                 ID                         `json:"tenantId,omitzero"` // empty: of all tenants
	Type                     string                     `json:"type"`
	ProviderProperties
	Rest Rest `json:",embed"`
}

// ProviderApplication is what one application makes of the provider. Rest holds
// the properties that it overrides.
type ProviderApplication struct {
	CreateRegistration bool `json:"createRegistration"`
	Data               Data `json:"data,omitempty"`
	Enabled            bool `json:"enabled"`
	Rest               Rest `json:",embed"`
}

// UnmarshalJSON fills the defaults in: elements of maps have no others.
func (a *ProviderApplication) UnmarshalJSON(data []byte) error {
	type plain ProviderApplication
	*a = ProviderApplication{CreateRegistration: true}
	return decodeInto(data, (*plain)(a))
}

// ProviderLambda names the lambda that makes a user of what the provider tells.
type ProviderLambda struct {
	ReconcileID ID   `json:"reconcileId,omitzero"`
	Rest        Rest `json:",embed"`
}

// ProviderTenant is what one tenant makes of the provider.
type ProviderTenant struct {
	Data               Data      `json:"data,omitempty"`
	LimitUserLinkCount LinkLimit `json:"limitUserLinkCount"`
	Rest               Rest      `json:",embed"`
}

// UnmarshalJSON fills the defaults in: elements of maps have no others.
func (t *ProviderTenant) UnmarshalJSON(data []byte) error {
	type plain ProviderTenant
	*t = ProviderTenant{LimitUserLinkCount: LinkLimit{MaximumLinks: 42}}
	return decodeInto(data, (*plain)(t))
}

// LinkLimit is how many links to the provider a user may have.
type LinkLimit struct {
	Enabled      bool `json:"enabled"`
	MaximumLinks int  `json:"maximumLinks"`
	Rest         Rest `json:",embed"`
}

// NewIdentityProvider returns a provider with every default filled in that does
// not depend on its type.
func NewIdentityProvider() IdentityProvider {
	return IdentityProvider{Data: Data{}, LinkingStrategy: "LinkByEmail", Source: "System"}
}

// UnmarshalJSON reads a provider over the defaults of its type.
func (p *IdentityProvider) UnmarshalJSON(data []byte) error {
	var request struct {
		Type string `json:"type"`
	}
	if err := decodeInto(data, &request); err != nil {
		return err
	}
	type plain IdentityProvider
	fresh := NewIdentityProvider()
	if defaults := providerTypes[request.Type].defaults; defaults != "" {
		if err := decodeInto([]byte(defaults), (*plain)(&fresh)); err != nil {
			return err
		}
	}
	*p = fresh
	return decodeInto(data, (*plain)(p))
}

// FixedID is the id of the one provider of its type that classic instances
// have; empty for types of which there were always several.
func (p *IdentityProvider) FixedID() ID { return providerTypes[p.Type].id }

// Normalize brings the provider into the form in which it is stored.
func (p *IdentityProvider) Normalize() {
	p.Named.Normalize()
	p.Data.Normalize()
	if p.Name == "" && p.ID == p.FixedID() {
		p.Name = p.Type
	}
	for i, domain := range p.Domains {
		p.Domains[i] = strings.ToLower(strings.TrimSpace(domain))
	}
}

// Validate reports everything about the provider itself that FusionAuth would
// refuse.
func (p *IdentityProvider) Validate() error {
	var errs Errors
	errs.Name(p.Name, "identityProvider.name")
	errs.Short(p.Source, "identityProvider.source")
	errs.OneOf(p.LinkingStrategy, "identityProvider.linkingStrategy", "CreatePendingLink", "Disabled", "LinkAnonymously", "LinkByEmail",
		"LinkByEmailForExistingUser", "LinkByUsername", "LinkByUsernameForExistingUser", "Unsupported")
	kind, known := providerTypes[p.Type]
	if !known {
		errs.OneOf(p.Type, "identityProvider.type", ProviderTypes()...)
	}
	errs.Fields(p, "identityProvider", kind.required...)
	if p.Type == "Apple" && p.BundleID == "" { // one for the web, the other for apps
		errs.Require(p.ServicesID, "identityProvider.servicesId")
	}
	p.validateProperties(&errs)
	for id, t := range p.TenantConfiguration {
		if t.LimitUserLinkCount.Enabled {
			errs.Positive(t.LimitUserLinkCount.MaximumLinks, "identityProvider.tenantConfiguration["+string(id)+"].limitUserLinkCount.maximumLinks")
		}
	}
	return errs.OrNil()
}

// EnabledApplications lists the applications that offer the provider.
func (p *IdentityProvider) EnabledApplications() []ID {
	ids := []ID{}
	for id, a := range p.ApplicationConfiguration {
		if a.Enabled {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// LinkLimit is how many links to the provider a user of a tenant may have; 0 is
// no limit.
func (p *IdentityProvider) LinkLimit(tenant ID) int {
	limit := p.TenantConfiguration[tenant].LimitUserLinkCount
	if !limit.Enabled {
		return 0
	}
	return limit.MaximumLinks
}

// Serves tells whether people may sign in to an application of a tenant through
// the provider.
func (p *IdentityProvider) Serves(tenant, application ID) bool {
	return p.Enabled && (p.TenantID == "" || p.TenantID == tenant) && p.ApplicationConfiguration[application].Enabled
}

// For is the provider as an application has it: with what it overrides.
func (p *IdentityProvider) For(application ID) (*IdentityProvider, error) {
	rest, err := EncodeWhole(p.ApplicationConfiguration[application].Rest)
	if err != nil {
		return nil, err
	}
	var theirs ProviderProperties
	if err := decodeInto(rest, &theirs); err != nil {
		return nil, err
	}
	own := *p
	own.override(&theirs)
	return &own, nil
}
