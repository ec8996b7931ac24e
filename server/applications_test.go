package server_test

import (
	"net/http"
	"testing"
)

func TestApplications(t *testing.T) {
	t.Parallel()
	const (
		one     = " /api/application/" + applicationID
		newID   = "bbbbbbbb-0000-0000-0000-000000000001"
		created = `POST /api/application/` + newID + ` {"application":{"name":"New"}}`
	)
	check(t, []scenario{
		{
			name: "create with a name alone", do: `POST /api/application {"application":{"name":" New "}}`, status: 200,
			want: values{
				"application.name": "New", "application.active": true, "application.state": "Active", "application.tenantId": tenantID,
				"application.roles": []any{}, "application.data": values{},
				"application.oauthConfiguration.clientAuthenticationPolicy":    "Required",
				"application.oauthConfiguration.proofKeyForCodeExchangePolicy": "NotRequired",
				"application.oauthConfiguration.enabledGrants":                 []any{},
				"application.oauthConfiguration.authorizedRedirectURLs":        []any{},
				"application.loginConfiguration.requireAuthentication":         true,
			},
		},
		{
			name: "the client id is the id", do: created, status: 200,
			want: values{"application.id": newID, "application.oauthConfiguration.clientId": newID},
		},
		{
			name: "a secret may be carried over", do: `POST /api/application {"application":{"name":"New","oauthConfiguration":{"clientSecret":"any text + ü"}}}`,
			status: 200, want: values{"application.oauthConfiguration.clientSecret": "any text + ü"},
		},
		{
			name:   "roles come back sorted by name; a plain text is a role",
			do:     `POST /api/application {"application":{"name":"New","roles":["writer",{"name":"admin","isSuperRole":true,"description":"d"},{"name":"reader","isDefault":true}]}}`,
			status: 200, want: values{
				"application.roles.0.name": "admin", "application.roles.0.isSuperRole": true, "application.roles.0.description": "d",
				"application.roles.1.name": "reader", "application.roles.1.isDefault": true,
				"application.roles.2.name": "writer", "application.roles.2.isDefault": false, "application.roles.3": absent,
			},
		},
		{name: "a role twice", do: `POST /api/application {"application":{"name":"New","roles":["a",{"name":"a"}]}}`, status: 400, codes: "[duplicate]application.roles"},
		{name: "a role without a name", do: `POST /api/application {"application":{"name":"New","roles":[{"description":"d"}]}}`, status: 400, codes: "[blank]application.roles.name"},
		{
			name: "it starts active", do: `POST /api/application {"application":{"name":"New","active":false,"state":"Inactive"}}`,
			status: 200, want: values{"application.active": true, "application.state": "Active"},
		},
		{
			name:   "everything wrong at once",
			do:     `POST /api/application {"application":{"oauthConfiguration":{"enabledGrants":["code"],"clientAuthenticationPolicy":"No","authorizedRedirectURLs":["/relative","https://example.com/#fragment"]}}}`,
			status: 400,
			codes: "[blank]application.name [invalid]application.oauthConfiguration.authorizedRedirectURLs " +
				"[invalid]application.oauthConfiguration.authorizedRedirectURLs [invalid]application.oauthConfiguration.clientAuthenticationPolicy " +
				"[invalid]application.oauthConfiguration.enabledGrants",
		},
		{name: "name taken, in another case", do: `POST /api/application {"application":{"name":"EXAMPLE APP"}}`, status: 400, codes: "[duplicate]application.name"},
		{name: "id taken", do: `POST` + one + ` {"application":{"name":"New"}}`, status: 400, codes: "[duplicate]application.id"},
		{name: "of an unknown tenant", do: `POST /api/application {"application":{"name":"New","tenantId":"` + nobodyID + `"}}`, status: 400, codes: "[invalidTenantId]"},
		{
			name: "copy", do: `POST /api/application {"sourceApplicationId":"` + applicationID + `","application":{"name":"Copy"}}`, status: 200,
			want: values{
				"application.name": "Copy", "application.oauthConfiguration.authorizedRedirectURLs.0": callback, "application.roles.0.name": "admin",
			},
		},
		{name: "copy of nothing", do: `POST /api/application {"sourceApplicationId":"` + nobodyID + `","application":{"name":"Copy"}}`, status: 400, codes: "[invalid]sourceApplicationId"},

		{name: "read", do: "GET" + one, status: 200, want: values{"application.name": "Example app", "application.oauthConfiguration.clientSecret": clientSecret}},
		{name: "read what is not there", do: "GET /api/application/" + nobodyID, status: 404},
		{
			name: "PUT replaces, and ignores roles; the secret stays", do: `PUT` + one + ` {"application":{"name":"Renamed","roles":["new"]}}`, status: 200,
			want: values{
				"application.name": "Renamed", "application.roles.0.name": "admin", "application.roles.2.name": "writer", "application.roles.3": absent,
				"application.oauthConfiguration.clientSecret":           clientSecret,
				"application.oauthConfiguration.authorizedRedirectURLs": []any{},
				"application.oauthConfiguration.clientId":               applicationID,
			},
		},
		{
			name: "PUT may change the secret", do: `PUT` + one + ` {"application":{"name":"A","oauthConfiguration":{"clientSecret":"new"}}}`,
			status: 200, want: values{"application.oauthConfiguration.clientSecret": "new"},
		},
		{
			name: "PUT neither moves nor deactivates it", do: `PUT` + one + ` {"application":{"name":"A","id":"` + nobodyID + `","tenantId":"` + nobodyID + `","active":false}}`,
			status: 200, want: values{"application.id": applicationID, "application.tenantId": tenantID, "application.active": true},
		},
		{
			name: "PATCH adds to a list, and ignores roles", do: `PATCH` + one + ` {"application":{"oauthConfiguration":{"authorizedRedirectURLs":["https://b.example.com"]},"roles":["new"]}}`,
			status: 200, want: values{"application.oauthConfiguration.authorizedRedirectURLs.4": "https://b.example.com", "application.roles.3": absent},
		},
		{
			name: "the older boolean follows the policy", do: `PATCH` + one + ` {"application":{"oauthConfiguration":{"clientAuthenticationPolicy":"NotRequired"}}}`,
			status: 200, want: values{"application.oauthConfiguration.requireClientAuthentication": false},
		},
		{name: "PUT to a taken name", given: []string{created}, do: `PUT` + one + ` {"application":{"name":"new"}}`, status: 400, codes: "[duplicate]application.name"},
		{name: "PUT to nothing", do: `PUT /api/application/` + nobodyID + ` {"application":{"name":"A"}}`, status: 404},

		{name: "list", do: "GET /api/application", status: 200, want: values{"applications.2.name": "Example app", "applications.3": absent}},
		{name: "list of the inactive", do: "GET /api/application?inactive=true", status: 200, want: values{"applications": []any{}}},
		{name: "search", do: "GET /api/application/search?name=example&state=Active&tenantId=" + tenantID, status: 200, want: values{"applications.0.id": applicationID, "total": 1}},
		{
			name: "search in another tenant", given: []string{anotherTenant}, do: `POST /api/application/search {"search":{"tenantId":"` + anotherTenantID + `"}}`,
			status: 200, want: values{"applications": []any{}, "total": 0},
		},
		{name: "search with the key of a tenant", given: []string{anotherTenant}, do: "GET /api/application/search", as: tenantKey, status: 200, want: values{"total": 3}},
		{name: "search for no tenant id", do: "GET /api/application/search?tenantId=x", status: 400, codes: "[couldNotConvert]tenantId"},

		{name: "OAuth configuration", do: "GET" + one + "/oauth-configuration", status: 200, want: values{"oauthConfiguration.clientSecret": clientSecret, "httpSessionMaxInactiveInterval": 3600}},
		{name: "OAuth configuration without a key", do: "GET" + one + "/oauth-configuration", as: noKey, status: 200, want: values{"oauthConfiguration.clientSecret": absent, "oauthConfiguration.clientId": applicationID}},
		{name: "OAuth configuration with a narrow key", do: "GET" + one + "/oauth-configuration", as: readerKey, status: 200, want: values{"oauthConfiguration.clientSecret": absent}},
		{name: "OAuth configuration of nothing", do: "GET /api/application/" + nobodyID + "/oauth-configuration", as: noKey, status: 404},

		{name: "deactivated: still there", given: []string{"DELETE" + one}, do: "GET" + one, status: 200, want: values{"application.active": false, "application.state": "Inactive"}},
		{name: "deactivated: in its list", given: []string{"DELETE" + one}, do: "GET /api/application?inactive=true", status: 200, want: values{"applications.0.id": applicationID}},
		{name: "deactivated: not in the other", given: []string{"DELETE" + one}, do: "GET /api/application", status: 200, want: values{"applications.2": absent}},
		{name: "reactivated", given: []string{"DELETE" + one}, do: "PUT" + one + "?reactivate=true", status: 200, want: values{"application.active": true, "application.state": "Active"}},
		{name: "deleted", given: []string{"DELETE" + one + "?hardDelete=true"}, do: "GET" + one, status: 404},
		{name: "deleted by the body", given: []string{"DELETE" + one + ` {"hardDelete":true}`}, do: "GET" + one, status: 404},
		{name: "deleted: registrations go too", given: []string{"DELETE" + one + "?hardDelete=true"}, do: "GET /api/user/" + janeID, status: 200, want: values{"user.registrations": []any{}}},
		{name: "delete nothing", do: "DELETE /api/application/" + nobodyID, status: 404},
		{name: "the admin application stays", do: "DELETE /api/application/" + adminAppID + "?hardDelete=true", status: 400, codes: "[invalid]"},
		{name: "the admin application stays active", do: "DELETE /api/application/" + adminAppID, status: 400, codes: "[invalid]"},
	})
}

func TestRoles(t *testing.T) {
	t.Parallel()
	const (
		roles      = "/api/application/" + applicationID + "/role"
		roleID     = "cccccccc-0000-0000-0000-000000000001"
		registered = "/api/user/registration/" + janeID + "/" + applicationID
		added      = "POST " + roles + "/" + roleID + ` {"role":{"name":"b-role","description":"d"}}`
	)
	given := []string{added}
	check(t, []scenario{
		{name: "create", do: "POST " + roles + ` {"role":{"name":"b-role","isDefault":true}}`, status: 200, want: values{"role.name": "b-role", "role.isDefault": true}},
		{name: "create under an id", do: added, status: 200, want: values{"role.id": roleID}},
		{name: "sorted in", given: given, do: "GET /api/application/" + applicationID, status: 200, want: values{"application.roles.1.id": roleID}},
		{name: "name taken", do: "POST " + roles + ` {"role":{"name":"admin"}}`, status: 400, codes: "[duplicate]role.name"},
		{name: "id taken", given: given, do: "POST " + roles + "/" + roleID + ` {"role":{"name":"other"}}`, status: 400, codes: "[duplicate]roleId"},
		{name: "no name", do: "POST " + roles + ` {"role":{}}`, status: 400, codes: "[blank]role.name"},
		{name: "of nothing", do: "POST /api/application/" + nobodyID + `/role {"role":{"name":"x"}}`, status: 404},
		{name: "PUT", given: given, do: "PUT " + roles + "/" + roleID + ` {"role":{"name":"renamed"}}`, status: 200, want: values{"role.id": roleID, "role.name": "renamed", "role.description": absent}},
		{name: "PUT under its own name", given: given, do: "PUT " + roles + "/" + roleID + ` {"role":{"name":"b-role","isSuperRole":true}}`, status: 200, want: values{"role.isSuperRole": true}},
		{name: "PUT to a taken name", given: given, do: "PUT " + roles + "/" + roleID + ` {"role":{"name":"admin"}}`, status: 400, codes: "[duplicate]role.name"},
		{name: "PUT to nothing", do: "PUT " + roles + "/" + nobodyID + ` {"role":{"name":"x"}}`, status: 404},
		{name: "PATCH", given: given, do: "PATCH " + roles + "/" + roleID + ` {"role":{"isDefault":true}}`, status: 200, want: values{"role.name": "b-role", "role.description": "d", "role.isDefault": true}},
		{name: "PATCH to nothing", do: "PATCH " + roles + "/" + nobodyID + ` {"role":{}}`, status: 404},
		{name: "deleted", given: append(given, "DELETE "+roles+"/"+roleID), do: "DELETE " + roles + "/" + roleID, status: 404},
		{name: "deleted by name", given: append(given, "DELETE "+roles+"?name=b-role"), do: "DELETE " + roles + "/" + roleID, status: 404},
		{name: "delete without saying which", do: "DELETE " + roles, status: 404},
		{
			name: "renamed: registrations follow", do: "GET " + registered, status: 200, want: values{"registration.roles": []string{"renamed"}},
			given: []string{added, "PUT " + registered + ` {"registration":{"roles":["b-role"]}}`, "PUT " + roles + "/" + roleID + ` {"role":{"name":"renamed"}}`},
		},
		{
			name: "deleted: registrations follow", do: "GET " + registered, status: 200, want: values{"registration.roles": []string{"admin"}},
			given: []string{added, "PUT " + registered + ` {"registration":{"roles":["b-role","admin"]}}`, "DELETE " + roles + "/" + roleID},
		},
	})
}

// TestClientSecretIsGenerated: nobody has to think one up, and no two are the
// same.
func TestClientSecretIsGenerated(t *testing.T) {
	t.Parallel()
	i := start(t)
	const path = "application.oauthConfiguration.clientSecret"
	first := i.do(`POST /api/application {"application":{"name":"First"}}`).must(t).text(path)
	copied := i.do(`POST /api/application {"sourceApplicationId":"` + applicationID + `","application":{"name":"Copy"}}`).must(t)
	if len(first) < 43 || first == copied.text(path) || copied.text(path) == clientSecret {
		t.Errorf("%q, %q", first, copied.text(path))
	}
	if role := copied.text("application.roles.0.id"); role == i.do("GET /api/application/"+applicationID).text("application.roles.0.id") {
		t.Errorf("a copy's role has the id %s of the original's", role)
	}
}

// TestConcurrentRoles: two clients who add roles at once both get theirs.
func TestConcurrentRoles(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		names := []string{"r1", "r2", "r3", "r4", "r5", "r6"}
		done := make(chan response)
		for _, name := range names {
			go func() {
				done <- i.do("POST /api/application/" + applicationID + `/role {"role":{"name":"` + name + `"}}`)
			}()
		}
		for range names {
			if r := <-done; r.status != http.StatusOK {
				t.Errorf("status %d: %s", r.status, r.body)
			}
		}
		roles, _ := i.do("GET /api/application/" + applicationID).at("application.roles").([]any)
		if len(roles) != 3+len(names) {
			t.Errorf("%d roles", len(roles))
		}
	})
}
