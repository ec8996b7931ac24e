package blueprint

import (
	"cmp"
	"slices"
	"strings"

	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/poolconfig"
	"wherry/toolkit/internal/target"
)

// makers make the documents of identity providers, by Cognito's types. They
// return nil for a provider of which something is missing, and have told so.
var makers = map[string]func(*builder, poolconfig.Provider) doc{
	"Google":          google,
	"Facebook":        facebook,
	"SignInWithApple": apple,
	"LoginWithAmazon": amazon,
	"OIDC":            openID,
	"SAML":            saml,
}

func (b *builder) makeProviders() {
	for _, p := range b.Config.Providers {
		document, known := makers[p.ProviderType]
		if !known {
			b.note("identity provider "+p.ProviderName, "its type "+p.ProviderType+" is not known here", "set it up by hand")
			continue
		}
		properties := document(b, p)
		if properties == nil {
			continue
		}
		b.makeProvider(p, properties)
	}
}

func (b *builder) makeProvider(p poolconfig.Provider, properties doc) {
	name := b.title(p.ProviderName)
	properties["enabled"] = true
	properties["applicationConfiguration"] = b.offeredBy(p)
	b.add(target.Object{
		Kind: target.IdentityProvider, ID: b.providerID(p.ProviderName), Name: name, Doc: properties,
		// The strategy can be changed only while a provider is off.
		First: doc{"name": name, "tenantId": b.tenant, "linkingStrategy": b.Apply.LinkingStrategy},
	})
	b.place.Providers[p.ProviderName] = b.providerID(p.ProviderName)
	b.note("identity provider "+p.ProviderName, "it sends people back to "+b.base()+callback(p)+" from now on",
		"register that address with the provider, besides Cognito's")
}

func (b *builder) providerID(name string) string { return b.id("identity provider", name) }

func callback(p poolconfig.Provider) string {
	if p.ProviderType == "SAML" {
		return "/samlv2/acs"
	}
	return "/oauth2/callback"
}

// offeredBy are the applications whose app clients offer the provider.
func (b *builder) offeredBy(p poolconfig.Provider) doc {
	d := doc{}
	for _, c := range b.Config.Clients {
		id, made := b.applications[c.ClientID]
		if made && slices.Contains(c.SupportedIdentityProviders, p.ProviderName) {
			d[id] = doc{"enabled": true, "createRegistration": true}
		}
	}
	return d
}

// hidden is a detail that is a secret.
func hidden(p poolconfig.Provider, name string) fusionauth.Secret {
	return fusionauth.Secret{String: p.ProviderDetails[name]}
}

func google(_ *builder, p poolconfig.Provider) doc {
	return doc{
		"type": "Google", "client_id": p.Detail("client_id"), "client_secret": hidden(p, "client_secret"),
		"scope": p.Detail("authorize_scopes"), "loginMethod": "UseRedirect", "buttonText": "Sign in with Google",
	}
}

func facebook(_ *builder, p poolconfig.Provider) doc {
	scopes := strings.FieldsFunc(p.Detail("authorize_scopes"), func(r rune) bool { return r == ',' || r == ' ' })
	fields := []string{"id", "email"}
	for _, claim := range p.AttributeMapping {
		if !slices.Contains(fields, claim) {
			fields = append(fields, claim)
		}
	}
	slices.Sort(fields[2:])
	return doc{
		"type": "Facebook", "appId": p.Detail("client_id"), "client_secret": hidden(p, "client_secret"),
		"permissions": strings.Join(scopes, ","), "fields": strings.Join(fields, ","), "loginMethod": "UseRedirect",
		"buttonText": "Sign in with Facebook",
	}
}

// apple needs the private key, which Cognito keeps to itself.
func apple(b *builder, p poolconfig.Provider) doc {
	key := b.Apply.Providers[p.ProviderName].PrivateKey
	if key == "" {
		b.note("identity provider "+p.ProviderName, "Cognito does not give away the private key of Sign in with Apple",
			"name its .p8 file with apply.providers."+p.ProviderName+".private_key_file, and apply again")
		return nil
	}
	id, name := b.id("key", p.ProviderName), b.title("Sign in with Apple")
	b.add(target.Object{
		Kind: target.Key, ID: id, Name: name,
		First: doc{"name": name, "kid": p.Detail("key_id"), "algorithm": "ES256", "type": "EC", "privateKey": fusionauth.Secret{String: key}},
	})
	return doc{
		"type": "Apple", "servicesId": p.Detail("client_id"), "teamId": p.Detail("team_id"), "keyId": id,
		"scope": p.Detail("authorize_scopes"), "buttonText": "Sign in with Apple",
	}
}

// amazon is an OAuth server whose users have names of their own for everything.
func amazon(_ *builder, p poolconfig.Provider) doc {
	return doc{
		"type": "OpenIDConnect", "buttonText": "Login with Amazon",
		"oauth2": doc{
			"client_id": p.Detail("client_id"), "client_secret": hidden(p, "client_secret"),
			"clientAuthenticationMethod": "client_secret_post", "scope": cmp.Or(p.Detail("authorize_scopes"), "profile"),
			"authorization_endpoint": cmp.Or(p.Detail("authorize_url"), "https://www.amazon.com/ap/oa"),
			"token_endpoint":         cmp.Or(p.Detail("token_url"), "https://api.amazon.com/auth/o2/token"),
			"userinfo_endpoint":      cmp.Or(p.Detail("attributes_url"), "https://api.amazon.com/user/profile"),
			"uniqueIdClaim":          "user_id", "emailClaim": "email",
		},
	}
}

func openID(_ *builder, p poolconfig.Provider) doc {
	oauth := doc{
		"client_id": p.Detail("client_id"), "scope": cmp.Or(p.Detail("authorize_scopes"), "openid"),
		"uniqueIdClaim": cmp.Or(p.AttributeMapping["username"], "sub"), "emailClaim": cmp.Or(p.AttributeMapping["email"], "email"),
		"usernameClaim":              cmp.Or(p.AttributeMapping["preferred_username"], "preferred_username"),
		"clientAuthenticationMethod": "none",
	}
	if p.Detail("client_secret") != "" {
		oauth["client_secret"], oauth["clientAuthenticationMethod"] = hidden(p, "client_secret"), "client_secret_post"
	}
	if p.Detail("token_url") == "" { // discovery tells
		oauth["issuer"] = p.Detail("oidc_issuer")
	} else {
		oauth["authorization_endpoint"], oauth["token_endpoint"] = p.Detail("authorize_url"), p.Detail("token_url")
		oauth["userinfo_endpoint"] = p.Detail("attributes_url")
	}
	return doc{"type": "OpenIDConnect", "oauth2": oauth, "buttonText": "Sign in with " + p.ProviderName}
}
