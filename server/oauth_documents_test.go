package server_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// TestDiscovery: the document says what is offered and nothing else.
func TestDiscovery(t *testing.T) {
	t.Parallel()
	i := start(t)
	const base = "http://example.com" // httptest's host
	i.do(`POST /api/tenant/` + anotherTenantID + ` {"tenant":{"name":"Another","issuer":"https://another.example.com"}}`).must(t)
	document := i.send(call{do: "GET /.well-known/openid-configuration", as: noKey}).must(t)
	document.want(t, values{
		"issuer": "http://localhost:9011", "authorization_endpoint": base + "/oauth2/authorize", "token_endpoint": base + "/oauth2/token",
		"jwks_uri": base + "/.well-known/jwks.json", "userinfo_endpoint": base + "/oauth2/userinfo", "end_session_endpoint": base + "/oauth2/logout",
		"device_authorization_endpoint": base + "/oauth2/device_authorize", "introspection_endpoint": base + "/oauth2/introspect", "revocation_endpoint": base + "/oauth2/revoke",
		"response_types_supported": []string{"code", "id_token", "token id_token"}, "response_modes_supported": []string{"form_post", "fragment", "query"},
		"grant_types_supported": []string{
			"authorization_code", "password", "implicit", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code", "client_credentials",
		},
		"code_challenge_methods_supported": []string{"S256"}, "subject_types_supported": []string{"public"},
		"token_endpoint_auth_methods_supported":          []string{"client_secret_basic", "client_secret_post", "none"},
		"authorization_response_iss_parameter_supported": true, "request_uri_parameter_supported": false,
	})
	if document.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the document depends on how it was asked for: %v", document.header)
	}
	for _, tt := range []struct {
		name, path string
		header     http.Header
		status     int
		want       values
	}{
		{"tenant in the parameter", "/.well-known/openid-configuration?tenantId=" + anotherTenantID, nil, 200, values{"issuer": "https://another.example.com"}},
		{"tenant at the end", "/.well-known/openid-configuration/" + anotherTenantID, nil, 200, values{"issuer": "https://another.example.com"}},
		{"tenant at the beginning", "/" + anotherTenantID + "/.well-known/openid-configuration", nil, 200, values{"issuer": "https://another.example.com"}},
		{"unknown tenant", "/" + nobodyID + "/.well-known/openid-configuration", nil, 404, values{"error_reason": "invalid_tenant_id"}},
		{"tenant that is no id", "/x/.well-known/openid-configuration", nil, 404, values{"error_reason": "invalid_tenant_id"}},
		{"behind TLS", "/.well-known/openid-configuration", http.Header{"X-Forwarded-Proto": {"https"}}, 200, values{"token_endpoint": "https://example.com/oauth2/token"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := i.send(call{do: "GET " + tt.path, as: noKey, header: tt.header})
			if r.status != tt.status {
				t.Errorf("status %d: %s", r.status, r.body)
			}
			r.want(t, tt.want)
		})
	}
}

// TestJWKS: the public halves of the keys, and nothing private.
func TestJWKS(t *testing.T) {
	t.Parallel()
	i := start(t)
	r := i.send(call{do: "GET /.well-known/jwks.json", as: noKey}).must(t)
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(r.body), &set); err != nil {
		t.Fatal(err)
	}
	if len(set.Keys) != 1 || !set.Keys[0].IsPublic() || !set.Keys[0].Valid() {
		t.Fatalf("keys: %s", r.body)
	}
	var members struct{ Keys []map[string]any }
	if err := json.Unmarshal([]byte(r.body), &members); err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range members.Keys[0] {
		names = append(names, name)
	}
	slices.Sort(names)
	if want := []string{"alg", "e", "kid", "kty", "n", "use"}; !slices.Equal(slices.DeleteFunc(names, func(n string) bool { return n[0] == 'x' }), want) {
		t.Errorf("members: %v", names)
	}
	if r.header.Get("Cache-Control") != "public, max-age=300" || r.header.Get("Content-Type") != "application/json;charset=UTF-8" {
		t.Errorf("headers: %v", r.header)
	}
}
