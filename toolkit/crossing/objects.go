package crossing

import (
	"cmp"
	"strings"

	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/target"
)

// grants are what an application needs for people to sign in through it and to
// stay signed in.
var grants = target.Among{"authorization_code", "refresh_token"}

// objects are what the target must hold.
func (t Target) objects() []target.Object {
	tenant := t.Tenant.object()
	all := []target.Object{tenant}
	for _, a := range t.Applications {
		all = append(all, a.objects(tenant.ID)...)
	}
	connector := t.Connector.object()
	return append(all, connector, Policy(tenant, connector))
}

// Policy is the part of a tenant that asks a connector first.
func Policy(tenant, connector target.Object) target.Object {
	return target.Object{
		Kind: target.Tenant, ID: tenant.ID, Name: connector.Name, Label: "connector policy",
		Doc: target.Doc{"connectorPolicies": target.AskFirst{connector.ID}},
	}
}

func (t Tenant) object() target.Object {
	o := target.Object{
		Kind: target.Tenant, ID: strings.ToLower(t.ID), Name: t.Name,
		First: target.Doc{"name": t.Name}, Doc: target.Doc{},
	}
	o.ID = cmp.Or(o.ID, target.ID("tenant", t.Name))
	if t.Issuer != "" {
		o.Doc["issuer"] = t.Issuer
	}
	return o
}

func (a Application) objects(tenant string) []target.Object {
	id := cmp.Or(strings.ToLower(a.ID), target.ID("application", tenant, a.Name))
	all := []target.Object{{
		Kind: target.Application, ID: id, Name: a.Name, Tenant: tenant,
		// Without generateRefreshTokens the refresh grant has nothing to work on.
		First: target.Doc{"name": a.Name, "oauthConfiguration": target.Doc{"generateRefreshTokens": true}},
		Doc: target.Doc{"oauthConfiguration": target.Doc{
			"authorizedRedirectURLs": target.Among(a.RedirectURLs), "enabledGrants": grants,
		}},
	}}
	for _, name := range a.Roles {
		all = append(all, target.Object{
			Kind: target.Role, ID: target.ID("role", id, name), Name: name, Parent: id, First: target.Doc{"name": name},
		})
	}
	return all
}

func (k Connector) object() target.Object {
	return target.Object{
		Kind: target.Connector, ID: target.ID("connector", k.Name), Name: k.Name,
		First: target.Doc{"name": k.Name},
		Doc: target.Doc{
			"type":              fusionauth.GenericConnector,
			"authenticationURL": k.URL,
			"connectTimeout":    k.ConnectTimeout.Milliseconds(),
			"readTimeout":       k.ReadTimeout.Milliseconds(),
			"headers":           target.Header{Name: k.HeaderName, Value: k.Secret},
			"debug":             k.Debug,
		},
	}
}
