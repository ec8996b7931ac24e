package server_test

import (
	"encoding/json"
	"os"
	"testing"
)

const (
	openIDProviderID = "eeeeeeee-0000-0000-0000-000000000009"
	makeOpenID       = "POST /api/identity-provider/" + openIDProviderID + ` {"identityProvider":{"type":"OpenIDConnect","name":"Example","enabled":true,"domains":["Example.com"],` +
		`"applicationConfiguration":{"` + applicationID + `":{"enabled":true},"` + adminAppID + `":{"createRegistration":false}},` +
		`"oauth2":{"client_id":"ours","client_secret":"made-up","issuer":"https://login.example.com"}}}`
	googleID   = "82339786-3dff-42a6-aac6-1f1ceecb6c46"
	makeGoogle = `POST /api/identity-provider {"identityProvider":{"type":"Google","client_id":"ours","client_secret":"made-up"}}`
)

func TestIdentityProviders(t *testing.T) {
	t.Parallel()
	const one = " /api/identity-provider/" + openIDProviderID
	given := []string{makeOpenID}
	anothers := []string{anotherTenant, `POST /api/identity-provider {"identityProvider":{"type":"HYPR","name":"Another's","tenantId":"` + anotherTenantID + `","relyingPartyApplicationId":"a","relyingPartyURL":"https://example.com"}}`}
	check(t, []scenario{
		{
			name: "OpenID Connect's defaults", do: makeOpenID, status: 200, want: values{
				"identityProvider.id": openIDProviderID, "identityProvider.buttonText": "Login with OpenID Connect", "identityProvider.debug": false,
				"identityProvider.domains": []string{"example.com"}, "identityProvider.linkingStrategy": "LinkByEmail", "identityProvider.postRequest": false,
				"identityProvider.source": "System", "identityProvider.tenantConfiguration": values{}, "identityProvider.attributeMappings": values{},
				"identityProvider.lambdaConfiguration": values{}, "identityProvider.data": values{}, "identityProvider.client_id": absent,
				"identityProvider.applicationConfiguration": values{applicationID: values{"createRegistration": true, "enabled": true}, adminAppID: values{"createRegistration": false, "enabled": false}},
				"identityProvider.oauth2":                   values{"client_id": "ours", "client_secret": "made-up", "clientAuthenticationMethod": "client_secret_basic", "emailClaim": "email", "emailVerifiedClaim": "email_verified", "issuer": "https://login.example.com", "uniqueIdClaim": "sub", "usernameClaim": "preferred_username"},
			},
		},
		{name: "the first Google has its id everywhere", do: makeGoogle, status: 200, want: values{"identityProvider.id": googleID, "identityProvider.name": "Google", "identityProvider.enabled": false, "identityProvider.buttonText": "Login with Google", "identityProvider.oauth2": absent, "identityProvider.domains": absent}},
		{name: "a second Google", given: []string{makeGoogle}, do: makeGoogle, status: 400, codes: "[duplicate]identityProvider.id [duplicate]identityProvider.name"},
		{name: "a second Google with an id and a name", given: []string{makeGoogle}, do: "POST" + one + ` {"identityProvider":{"type":"Google","name":"Other","client_id":"ours","client_secret":"made-up"}}`, status: 200, want: values{"identityProvider.id": openIDProviderID}},
		{name: "an id without a name", do: "POST" + one + ` {"identityProvider":{"type":"Google","client_id":"ours","client_secret":"made-up"}}`, status: 400, codes: "[blank]identityProvider.name"},
		{name: "name taken", given: given, do: `POST /api/identity-provider {"identityProvider":{"type":"Google","name":"example","client_id":"ours","client_secret":"made-up"}}`, status: 400, codes: "[duplicate]identityProvider.name"},
		{name: "no type", do: `POST /api/identity-provider {"identityProvider":{"name":"X"}}`, status: 400, codes: "[invalid]identityProvider.type"},
		{
			name: "everything wrong at once", do: `POST /api/identity-provider {"identityProvider":{"type":"OpenIDConnect","buttonText":"","linkingStrategy":"Guess","oauth2":{"clientAuthenticationMethod":"client_secret_post","token_endpoint":"token"},"tenantConfiguration":{"` + tenantID + `":{"limitUserLinkCount":{"enabled":true,"maximumLinks":0}}}}}`, status: 400,
			codes: "[blank]identityProvider.buttonText [blank]identityProvider.name [blank]identityProvider.oauth2.authorization_endpoint [blank]identityProvider.oauth2.client_id [blank]identityProvider.oauth2.client_secret [blank]identityProvider.oauth2.userinfo_endpoint [invalid]identityProvider.linkingStrategy [invalid]identityProvider.oauth2.token_endpoint [invalid]identityProvider.tenantConfiguration[" + tenantID + "].limitUserLinkCount.maximumLinks",
		},
		{
			name: "names what is not there", do: `POST /api/identity-provider {"identityProvider":{"type":"HYPR","relyingPartyApplicationId":"a","relyingPartyURL":"https://example.com","lambdaConfiguration":{"reconcileId":"` + nobodyID + `"},"applicationConfiguration":{"` + nobodyID + `":{}},"tenantConfiguration":{"` + nobodyID + `":{}}}}`, status: 400,
			codes: "[invalid]identityProvider.applicationConfiguration[" + nobodyID + "] [invalid]identityProvider.lambdaConfiguration.reconcileId [invalid]identityProvider.tenantConfiguration[" + nobodyID + "]",
		},
		{
			name: "a lambda of another type", given: []string{makeGoogle, "POST /api/lambda/" + nobodyID + ` {"lambda":{"name":"L","type":"JWTPopulate","body":"b"}}`},
			do: "PATCH /api/identity-provider/" + googleID + ` {"identityProvider":{"lambdaConfiguration":{"reconcileId":"` + nobodyID + `"}}}`, status: 400, codes: "[invalid]identityProvider.lambdaConfiguration.reconcileId",
		},
		{name: "a wrong type within", do: `POST /api/identity-provider {"identityProvider":{"type":"OpenIDConnect","oauth2":{"client_id":7}}}`, status: 400, codes: "[couldNotConvert]identityProvider.oauth2.client_id"},
		{name: "a domain that another manages", given: given, do: `POST /api/identity-provider {"identityProvider":{"type":"OpenIDConnect","name":"B","domains":["example.com"],"oauth2":{"client_id":"o","client_secret":"s","issuer":"https://b.example.com"}}}`, status: 400, codes: "[duplicate]identityProvider.domains"},
		{name: "PUT keeps the type", given: given, do: "PUT" + one + ` {"identityProvider":{"type":"OpenIDConnect","name":"New","oauth2":{"client_id":"o","client_secret":"s","issuer":"https://b.example.com"}}}`, status: 200, want: values{"identityProvider.name": "New", "identityProvider.enabled": false, "identityProvider.domains": []string{}, "identityProvider.oauth2.client_id": "o", "identityProvider.type": "OpenIDConnect"}},
		{name: "PATCH", given: given, do: "PATCH" + one + ` {"identityProvider":{"oauth2":{"scope":"openid email"},"zUnknown":1}}`, status: 200, want: values{"identityProvider.oauth2.scope": "openid email", "identityProvider.oauth2.client_id": "ours", "identityProvider.enabled": true, "identityProvider.zUnknown": 1}},
		{name: "of one type", given: []string{makeOpenID, makeGoogle}, do: "GET /api/identity-provider?type=Google", status: 200, want: values{"identityProviders.0.id": googleID, "identityProviders.1": absent}},
		{name: "found by application", given: []string{makeOpenID, makeGoogle}, do: "GET /api/identity-provider/search?applicationId=" + applicationID, status: 200, want: values{"identityProviders.0.id": openIDProviderID, "total": 1}},
		{name: "found by type and source, sorted", given: []string{makeOpenID, makeGoogle}, do: `POST /api/identity-provider/search {"search":{"type":"Google","source":"System","orderBy":"enabled desc, type, source, tenantId, name"}}`, status: 200, want: values{"identityProviders.0.id": googleID, "total": 1}},
		{name: "found by tenant", given: anothers, do: "GET /api/identity-provider/search?tenantId=" + anotherTenantID, status: 200, want: values{"identityProviders.0.name": "Another's", "total": 1}},
		{name: "deleted", given: []string{makeOpenID, "DELETE" + one}, do: "GET" + one, status: 404},
		{name: "a key of one tenant does not see global ones", given: given, do: "GET" + one, as: tenantKey, status: 404},
		{name: "nor another tenant's", given: anothers, do: "GET /api/identity-provider", as: tenantKey, status: 200, want: values{"identityProviders": []string{}}},
		{name: "nor makes them", do: makeGoogle, as: tenantKey, status: 401},
		{name: "it makes its own", do: `POST /api/identity-provider {"identityProvider":{"type":"Google","name":"Own","tenantId":"` + tenantID + `","client_id":"ours","client_secret":"made-up"}}`, as: tenantKey, status: 200, want: values{"identityProvider.tenantId": tenantID}},
		{name: "of a tenant that is not there", do: "POST" + one + ` {"identityProvider":{"type":"Google","name":"Own","tenantId":"` + nobodyID + `","client_id":"ours","client_secret":"made-up"}}`, status: 400, codes: "[invalid]identityProvider.tenantId"},
		{
			name: "lookup by e-mail address, without a key", given: given, do: "GET /api/identity-provider/lookup?domain=Jane@EXAMPLE.com", as: noKey, status: 200,
			want: values{"identityProvider.id": openIDProviderID, "identityProvider.applicationIds": []string{applicationID}, "identityProvider.name": "Example", "identityProvider.type": "OpenIDConnect", "identityProvider.oauth2.client_secret": absent, "identityProvider.oauth2.issuer": "https://login.example.com"},
		},
		{name: "lookup of a domain that nobody manages", given: given, do: "GET /api/identity-provider/lookup?domain=other.example.com", as: noKey, status: 404},
		{name: "lookup of what is disabled", given: []string{makeOpenID, "PATCH" + one + ` {"identityProvider":{"enabled":false}}`}, do: "GET /api/identity-provider/lookup?domain=example.com", status: 404},
		{name: "lookup of nothing", do: "GET /api/identity-provider/lookup", as: noKey, status: 400, codes: "[blank]domain"},
	})
}

// TestIdentityProviderTypes posts a provider of each type with every property,
// and reads it back.
func TestIdentityProviderTypes(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/identity-providers.json")
	if err != nil {
		t.Fatal(err)
	}
	var providers []json.RawMessage
	if err := json.Unmarshal(raw, &providers); err != nil {
		t.Fatal(err)
	}
	onEach(t, func(t *testing.T, i *instance) {
		const keyID = "dddddddd-0000-0000-0000-000000000004"
		i.do("POST /api/key/generate/" + keyID + ` {"key":{"name":"Key","algorithm":"ES256"}}`).must(t)
		for _, p := range providers {
			body := `{"identityProvider":` + string(p) + `}`
			made := i.do("POST /api/identity-provider " + body).must(t)
			kind := documentKind{name: "identityProvider"}
			kind.wantWhole(t, body, made)
			one := "/api/identity-provider/" + made.text("identityProvider.id")
			if read := i.do("GET " + one).must(t); read.body != made.body {
				t.Errorf("made %s\nread %s", made.body, read.body)
			}
			kind.wantWhole(t, body, i.do("PUT "+one+" "+made.body).must(t))
			kind.patches(t, i, one, body)
		}
		i.do("GET /api/identity-provider/search").must(t).want(t, values{"total": 16})
	})
}
