package blueprint

import (
	"cmp"
	"slices"
	"strings"

	"wherry/toolkit/config"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/poolconfig"
	"wherry/toolkit/internal/record"
	"wherry/toolkit/internal/target"
)

// makeApplications makes those of the configuration, and one of each app
// client that people sign in to.
func (b *builder) makeApplications() {
	named := map[string]config.Application{}
	for _, a := range b.Applications {
		named[a.Name] = a
	}
	seen := map[string]bool{}
	for _, c := range b.clients() {
		name := cmp.Or(c.ClientName, c.ClientID)
		if seen[name] {
			name += " " + c.ClientID
		}
		seen[name] = true
		b.makeClient(c, name, named[name])
		delete(named, name)
	}
	for _, a := range b.Applications {
		if _, left := named[a.Name]; left {
			b.makeApplication(a)
		}
	}
}

// clients are the app clients that become applications.
func (b *builder) clients() []poolconfig.Client {
	return slices.DeleteFunc(slices.Clone(b.Config.Clients), func(c poolconfig.Client) bool { return c.Machine() || !b.wanted(c) })
}

func (b *builder) wanted(c poolconfig.Client) bool {
	if b.Apply.Clients != nil {
		return slices.Contains(b.Apply.Clients, c.ClientID)
	}
	// The connector's client is for the crossing, unless people sign in to it too.
	return c.ClientID != b.ClientID || c.Hosted() || c.Machine() || len(b.Config.Clients) == 1
}

// makeApplication makes what the configuration describes.
func (b *builder) makeApplication(a config.Application) {
	id := cmp.Or(strings.ToLower(a.ID), target.ID("application", b.tenant, a.Name))
	o := target.Object{
		Kind: target.Application, ID: id, Name: a.Name, Tenant: b.tenant,
		First: doc{"name": a.Name, "oauthConfiguration": doc{"generateRefreshTokens": true}},
		Doc: doc{"oauthConfiguration": doc{
			"authorizedRedirectURLs": target.Among(a.RedirectURLs),
			"enabledGrants":          target.Among{"authorization_code", "refresh_token"},
		}},
	}
	if a.Name == "" {
		delete(o.First, "name")
	}
	b.add(o)
	b.place.Applications = append(b.place.Applications, record.Application{ID: id, Name: a.Name})
	b.makeRoles(id, a.Roles)
}

// makeClient makes an application of an app client. What the configuration
// says about an application of the same name is added.
func (b *builder) makeClient(c poolconfig.Client, name string, said config.Application) {
	name = b.free("application", name)
	id := cmp.Or(strings.ToLower(said.ID), b.id("application", c.ClientID))
	data := doc{"cognito": doc{"poolId": b.ID, "clientId": c.ClientID}}
	if b.Apply.KeepClientIDs {
		data["wherry"] = doc{"clientId": c.ClientID}
	}
	oauth := clientOAuth(c)
	oauth["authorizedRedirectURLs"] = append(oauth["authorizedRedirectURLs"].(target.Among), said.RedirectURLs...)
	b.add(target.Object{
		Kind: target.Application, ID: id, Name: name, Tenant: b.tenant,
		First: doc{"name": name},
		Doc: doc{
			"data":               data,
			"oauthConfiguration": oauth,
			"jwtConfiguration":   clientLifetimes(c),
			"loginConfiguration": doc{"allowTokenRefresh": c.Refreshes(), "generateRefreshTokens": c.Refreshes() && c.Passwords()},
		},
	})
	b.place.Applications = append(b.place.Applications, record.Application{ID: id, Name: name, ClientID: c.ClientID})
	b.applications[c.ClientID] = id
	b.Clients = append(b.Clients, Client{b.ID, c.ClientID, name, "application", id, b.tenant})
	b.remarks(c, name)
	b.makeScopes(id, c)
	b.makeRoles(id, said.Roles)
}

// makeScopes makes the scopes of resource servers that the client's users may
// have in their tokens. FusionAuth wants a licence for them.
func (b *builder) makeScopes(application string, c poolconfig.Client) {
	for _, name := range c.CustomScopes() {
		b.add(target.Object{
			Kind: target.Scope, ID: target.ID("scope", application, name), Name: name, Parent: application, Optional: true,
			First: doc{"name": name, "description": "carried from Cognito"},
		})
	}
}

// clientOAuth is the client as FusionAuth's OAuth sees it.
func clientOAuth(c poolconfig.Client) doc {
	redirects := slices.Concat(c.CallbackURLs, c.LogoutURLs)
	d := doc{
		"authorizedRedirectURLs":        target.Among(slices.Compact(redirects)),
		"enabledGrants":                 clientGrants(c),
		"generateRefreshTokens":         c.Refreshes(),
		"clientAuthenticationPolicy":    "Required",
		"proofKeyForCodeExchangePolicy": "NotRequired",
		// What Cognito's own scopes asked for, no other server knows.
		"unknownScopePolicy": "Remove",
		"providedScopePolicy": doc{
			"email": scope(c, "email"), "phone": scope(c, "phone"), "profile": scope(c, "profile"),
		},
	}
	if c.ClientSecret != "" {
		d["clientSecret"] = fusionauth.Secret{String: c.ClientSecret}
	} else {
		// A public client proves itself by PKCE, which the policy of that name wants
		// of refreshes too, where there is none.
		d["clientAuthenticationPolicy"], d["proofKeyForCodeExchangePolicy"] = "NotRequired", "Required"
	}
	if len(c.LogoutURLs) > 0 {
		d["logoutURL"] = c.LogoutURLs[0]
	}
	return d
}

func scope(c poolconfig.Client, name string) doc {
	return doc{"enabled": !c.Hosted() || slices.Contains(c.AllowedOAuthScopes, name)}
}

func clientGrants(c poolconfig.Client) target.Among {
	var grants target.Among
	for grant, allowed := range map[string]bool{
		"authorization_code": c.Code(), "implicit": c.Implicit(), "password": c.Passwords(), "refresh_token": c.Refreshes(),
	} {
		if allowed {
			grants = append(grants, grant)
		}
	}
	slices.Sort(grants)
	return grants
}

func clientLifetimes(c poolconfig.Client) doc {
	d := doc{
		"enabled": true, "timeToLiveInSeconds": seconds(c.AccessLifetime()), "refreshTokenTimeToLiveInMinutes": minutes(c.RefreshLifetime()),
		"refreshTokenUsagePolicy": "Reusable", "refreshTokenExpirationPolicy": "Fixed",
	}
	if c.Rotates() {
		d["refreshTokenUsagePolicy"] = "OneTimeUse"
		d["refreshTokenOneTimeUseConfiguration"] = doc{"gracePeriodInSeconds": c.RefreshTokenRotation.RetryGracePeriodSeconds}
	}
	return d
}

// remarks tells what of a client is different from now on.
func (b *builder) remarks(c poolconfig.Client, name string) {
	subject := "app client " + name
	if c.IDLifetime() != c.AccessLifetime() {
		b.note(subject, "its ID tokens last "+c.IDLifetime().String()+" and its access tokens "+c.AccessLifetime().String()+": FusionAuth has one lifetime for both, that of access tokens", "")
	}
	if len(c.LogoutURLs) > 1 {
		b.note(subject, "of its logout URLs the first is where signing out ends; the others may be asked for as post_logout_redirect_uri", "")
	}
	if c.ClientSecret == "" && (c.Passwords() || c.Allows("USER_SRP_AUTH")) && !c.Hosted() {
		b.note(subject, "it signs users in through Cognito's API without a secret",
			"let the app use the login pages with PKCE, or give its back end an API key for /api/login")
	}
	if custom := c.CustomScopes(); len(custom) > 0 {
		b.note(subject, "its users' tokens have scopes of resource servers: "+strings.Join(custom, ", "),
			"custom scopes are a paid feature of FusionAuth: without it let APIs check roles instead")
	}
}
