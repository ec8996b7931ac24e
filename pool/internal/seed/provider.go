package seed

import (
	"cmp"

	"wherry/pool/internal/model"
)

// Provider describes an identity provider.
type Provider struct {
	Name string `yaml:"name" jsonschema:"required,maxLength=32"`
	Type string `yaml:"type" jsonschema:"required,enum=Google,enum=Facebook,enum=LoginWithAmazon,enum=SignInWithApple,enum=OIDC,enum=SAML"`
	// Details are ProviderDetails, such as client_id.
	Details map[string]string `yaml:"details,omitempty"`
	// AttributeMapping gives pool attributes the provider's claims.
	AttributeMapping map[string]string `yaml:"attribute_mapping,omitempty"`
	Identifiers      []string          `yaml:"identifiers,omitempty"`
}

func (v *Provider) check(s spot) {
	if v.Name == "" || len(v.Name) > 32 {
		s.at("name").wrong("want 1 to 32 characters")
	}
	s.at("type").oneOf(cmp.Or(v.Type, "?"), "Google", "Facebook", "LoginWithAmazon", "SignInWithApple", "OIDC", "SAML")
}

func (v *Provider) provider(at model.Instant) model.Provider {
	return model.Provider{
		ProviderName: v.Name, ProviderType: v.Type, ProviderDetails: v.Details, AttributeMapping: v.AttributeMapping,
		IdpIdentifiers: v.Identifiers, CreationDate: at, LastModifiedDate: at,
	}
}

// ResourceServer describes an API with scopes of its own.
type ResourceServer struct {
	Identifier string  `yaml:"identifier" jsonschema:"required"`
	Name       string  `yaml:"name,omitempty"` // default: the identifier
	Scopes     []Scope `yaml:"scopes,omitempty"`
}

// Scope is one scope of a resource server.
type Scope struct {
	Name        string `yaml:"name" jsonschema:"required"`
	Description string `yaml:"description,omitempty"`
}

func (r *ResourceServer) check(s spot) {
	if r.Identifier == "" {
		s.at("identifier").wrong("required")
	}
	names := once{}
	for i, scope := range r.Scopes {
		at := s.at("scopes[%d].name", i)
		if scope.Name == "" {
			at.wrong("required")
		}
		names.check(at, scope.Name)
	}
}

func (r *ResourceServer) server() model.ResourceServer {
	m := model.ResourceServer{Identifier: r.Identifier, Name: cmp.Or(r.Name, r.Identifier)}
	for _, scope := range r.Scopes {
		m.Scopes = append(m.Scopes, model.Scope{ScopeName: scope.Name, ScopeDescription: scope.Description})
	}
	return m
}
