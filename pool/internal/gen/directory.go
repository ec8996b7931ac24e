package gen

import (
	"time"

	"wherry/pool/internal/model"
)

// Directory describes the pool around its users: one app client that allows
// every flow and reads every attribute, the groups, the providers, and the
// schema of the custom attributes.
func (p *Pool) Directory() model.Directory {
	at := model.At(opened)
	return model.Directory{
		Pool: model.Pool{
			ID: p.ID, Name: "generated", CreationDate: at, LastModifiedDate: at,
			MfaConfiguration: "OPTIONAL",
			AliasAttributes:  []string{"email", "phone_number", "preferred_username"},
			SchemaAttributes: customSchema,
		},
		Clients:    []model.Client{p.client()},
		Groups:     p.allGroups(),
		Providers:  p.allProviders(),
		MFA:        model.MFAConfig{SoftwareToken: &model.SoftwareToken{Enabled: true}},
		Population: p,
	}
}

var customSchema = []model.Schema{
	{Name: "custom:plan", AttributeDataType: "String", Mutable: true, StringAttributeConstraints: &model.StringLimit{MaxLength: "2048"}},
	{Name: "custom:seats", AttributeDataType: "Number", Mutable: true, NumberAttributeConstraints: &model.NumberLimit{MinValue: "0"}},
	{Name: "custom:account", AttributeDataType: "Number", Mutable: true, NumberAttributeConstraints: &model.NumberLimit{}},
	{Name: "custom:member_since", AttributeDataType: "DateTime", Mutable: true},
	{Name: "custom:newsletter", AttributeDataType: "Boolean", Mutable: true},
}

var readable = []string{
	"address", "birthdate", "email", "email_verified", "family_name", "gender", "given_name", "locale", "middle_name",
	"name", "nickname", "phone_number", "phone_number_verified", "picture", "preferred_username", "profile", "updated_at",
	"website", "zoneinfo", "custom:plan", "custom:seats", "custom:account", "custom:member_since", "custom:newsletter",
}

func (p *Pool) client() model.Client {
	at := model.At(opened)
	return model.Client{
		ClientID: p.ClientID, ClientName: "migration", CreationDate: at, LastModifiedDate: at,
		ExplicitAuthFlows: []string{
			"ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
		},
		PreventUserExistenceErrors: "ENABLED",
		ReadAttributes:             readable,
	}
}

func (p *Pool) allGroups() []model.Group {
	names := groupNames
	for _, v := range providers {
		if own := p.providerGroup(v); own != "" {
			names = append(names[:len(names):len(names)], own)
		}
	}
	groups := make([]model.Group, len(names))
	for i, name := range names {
		groups[i] = model.Group{GroupName: name, CreationDate: model.At(opened), LastModifiedDate: model.At(opened)}
		if name == "admins" {
			groups[i].Precedence = new(int)
		}
	}
	return groups
}

func (p *Pool) allProviders() []model.Provider {
	all := make([]model.Provider, len(providers))
	for i, v := range providers {
		at := model.At(opened.Add(time.Duration(i) * time.Hour))
		all[i] = model.Provider{
			ProviderName: v.name, ProviderType: v.kind, CreationDate: at, LastModifiedDate: at,
			ProviderDetails:  providerDetails(v),
			AttributeMapping: map[string]string{"username": "sub", "email": "email"},
		}
	}
	return all
}

func providerDetails(v provider) map[string]string {
	switch v.kind {
	case "SAML":
		return map[string]string{"MetadataURL": v.issuer + "/metadata", "IDPSignout": "false"}
	case "SignInWithApple":
		return map[string]string{
			"client_id": "com.example.app", "team_id": "EXAMPLETEM", "key_id": "EXAMPLEKEY", "authorize_scopes": "email name",
		}
	case "OIDC":
		return map[string]string{
			"client_id": "pool", "client_secret": "made-up", "oidc_issuer": "https://idp.example.com",
			"authorize_scopes": "openid email", "attributes_request_method": "GET",
		}
	case "Facebook":
		return map[string]string{"client_id": "100000000000001", "client_secret": "made-up", "authorize_scopes": "public_profile,email"}
	default:
		return map[string]string{"client_id": "pool.example.com", "client_secret": "made-up", "authorize_scopes": "profile email"}
	}
}
