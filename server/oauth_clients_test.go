package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestCORS: scripts of registered origins may read what clients are answered.
func TestCORS(t *testing.T) {
	t.Parallel()
	i := start(t)
	const mine, other = "https://app.example.com", "https://evil.example.net"
	preflight := func(origin string) string {
		r := i.send(call{do: "OPTIONS /oauth2/token", as: noKey, header: http.Header{"Origin": {origin}, "Access-Control-Request-Method": {"POST"}}})
		if r.status != http.StatusNoContent {
			t.Errorf("status %d", r.status)
		}
		return r.header.Get("Access-Control-Allow-Origin")
	}
	token := func(origin string) response {
		return i.post("/oauth2/token", exchange(i.code(t, authorization())), "Origin", origin)
	}
	if r := token(mine); r.status != 200 || r.header.Get("Access-Control-Allow-Origin") != "" || preflight(mine) != "" {
		t.Errorf("nothing is registered: status %d, %v", r.status, r.header)
	}
	i.setOAuth(t, `"authorizedOriginURLs":["`+mine+`"]`)
	if r := token(mine); r.status != 200 || r.header.Get("Access-Control-Allow-Origin") != mine || !strings.Contains(r.header.Get("Vary"), "Origin") {
		t.Errorf("registered: status %d, %v", r.status, r.header)
	}
	if r := token("http://example.com"); r.status != 200 {
		t.Errorf("from the server's own pages: status %d", r.status)
	}
	checkTokenError(t, token(other), 403, "invalid_request invalid_origin")
	checkTokenError(t, token("null"), 403, "invalid_request invalid_origin_opaque")
	if preflight(mine) != mine || preflight(other) != "" || preflight("null") != "" {
		t.Error("preflights")
	}
	access := i.tokens(t, "openid").text("access_token")
	r := i.send(call{do: "GET /oauth2/userinfo", as: "Bearer " + access, header: http.Header{"Origin": {mine}}})
	if r.header.Get("Access-Control-Allow-Origin") != mine || r.header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("userinfo: %v", r.header)
	}
	for _, path := range []string{"/.well-known/openid-configuration", "/.well-known/jwks.json"} {
		if r := i.anonymously("GET " + path); r.header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %v", path, r.header)
		}
	}
}

// TestWildcards: what a registered URL with a wildcard stands for.
func TestWildcards(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.setOAuth(t, `"authorizedURLValidationPolicy":"AllowWildcards","authorizedRedirectURLs":["https://*.example.com/cb","https://pre-*.example.com/cb","https://app.example.com:*/cb",`+
		`"https://app.example.com/a/*/c","https://app.example.com/file-*","https://app.example.com/q?tenant=*&fixed=1","https://*.com/cb","https://a.*.example.com/cb","https://*.*.example.com/cb","https://127.0.0.*/cb"]`)
	for u, want := range map[string]bool{
		"https://app.example.com/cb": true, "https://x-1.example.com/cb": true, "https://a.b.example.com/cb": false, "https://.example.com/cb": false,
		"https://example.com/cb": false, "https://evil.com/cb": false, "https://evil.com/.example.com/cb": false, "https://evil.com?.example.com/cb": false,
		"https://evil.com#.example.com/cb": false, "https://evil.com\\.example.com/cb": false, "https://user@app.example.com/cb": false,
		"https://evil.com:x@app.example.com/cb": false, "http://app.example.com/cb": false, "https://app.example.com:8443/cb": true, "https://app.example.com:/cb": false,
		"https://app.example.com:80x/cb": false, "https://pre-.example.com/cb": true, "https://APP.example.com/cb": true,
		"https://app.example.com/a/b/c": true, "https://app.example.com/a/b/d/c": false, "https://app.example.com/a//c": false, "https://app.example.com/a/../c": false,
		"https://app.example.com/a/%2e%2e/c": false, "https://app.example.com/a/x%2fy/c": false, "https://app.example.com/a/b/c?x=1": false, "https://app.example.com/a/b/c#x": false,
		"https://app.example.com/file-1": true, "https://app.example.com/file-": false, "https://app.example.com/file-1/2": false,
		"https://app.example.com/q?tenant=t1&fixed=1": true, "https://app.example.com/q?fixed=1&tenant=t1": false, "https://app.example.com/q?tenant=t1&fixed=1&x=1": false,
		"https://app.example.com/q?tenant=a&b=c&fixed=1": false, "https://127.0.0.1/cb": false, "https://*.example.com/cb": false, "javascript:alert(1)//.example.com/cb": false,
		"https://app.example.com/cb\n": false, "//app.example.com/cb": false, "https://a.b.example.com/cb ": false,
	} {
		r := i.showForm(with(authorization(), "redirect_uri", u))
		if got := r.status == http.StatusOK; got != want {
			t.Errorf("%q: status %d, want it taken: %v", u, r.status, want)
		}
		if r.header.Get("Location") != "" {
			t.Errorf("%q: sent to %s", u, r.header.Get("Location"))
		}
	}
	i.setOAuth(t, `"authorizedURLValidationPolicy":"ExactMatch"`)
	if r := i.showForm(with(authorization(), "redirect_uri", "https://app.example.com/cb")); r.status == http.StatusOK {
		t.Error("a wildcard counts under ExactMatch")
	}
}

const cognitoID = "5pmi4ct0o4n6ulqj7vlnkm6nhh"

// TestClientIDOfAnotherKind: a client that was registered elsewhere goes on under
// its own name.
func TestClientIDOfAnotherKind(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.withRefreshTokens(t, "")
		request := func() url.Values {
			return with(with(authorization(), "client_id", cognitoID), "scope", "openid offline_access")
		}
		if r := i.showForm(request()); r.status != 400 {
			t.Errorf("before: status %d", r.status)
		}
		i.do(`PATCH /api/application/` + applicationID + ` {"application":{"data":{"wherry":{"clientId":"` + cognitoID + `"}}}}`).must(t)
		code := i.code(t, request())
		got := i.exchange(with(exchange(code), "client_id", cognitoID)).must(t)
		for _, name := range []string{"access_token", "id_token"} {
			claims := payload(t, got.text(name))
			if claims["aud"] != cognitoID {
				t.Errorf("%s: %v", name, claims)
			}
		}
		if payload(t, got.text("access_token"))["applicationId"] != applicationID {
			t.Error("the application has another id")
		}
		i.userInfo(got.text("access_token")).must(t)
		i.send(call{do: "GET /api/jwt/validate", as: "Bearer " + got.text("access_token")}).must(t)
		i.introspect(got.text("access_token"), "").must(t).want(t, values{"active": true})
		again := i.exchange(with(refreshForm(got.text("refresh_token")), "client_id", cognitoID)).must(t)
		if payload(t, again.text("id_token"))["aud"] != cognitoID {
			t.Error("after a refresh")
		}
		if payload(t, i.tokens(t, "openid").text("id_token"))["aud"] != applicationID {
			t.Error("by the application's id")
		}
		i.send(call{do: "POST /oauth2/token " + with(with(exchange(i.code(t, request())), "client_id"), "client_secret").Encode(), as: noKey, kind: formKind, header: basic(cognitoID, clientSecret)}).must(t)
		r := i.anonymously("GET /oauth2/logout?" + url.Values{"id_token_hint": {got.text("id_token")}, "post_logout_redirect_uri": {callback}}.Encode())
		if r.header.Get("Location") != callback {
			t.Errorf("logout: status %d, %s", r.status, r.header.Get("Location"))
		}
		other := `POST /api/application {"application":{"name":"Other","data":{"wherry":{"clientId":"`
		for id, codes := range map[string]string{
			cognitoID: "[duplicate]application.data.wherry.clientId", nobodyID: "[invalid]application.data.wherry.clientId", "a b": "[invalid]application.data.wherry.clientId",
			"a:b": "[invalid]application.data.wherry.clientId", "ä": "[invalid]application.data.wherry.clientId", strings.Repeat("a", 192): "[tooLong]application.data.wherry.clientId",
		} {
			if r := i.do(other + id + `"}}}}`); r.codes() != codes {
				t.Errorf("%q: status %d, %q", id, r.status, r.codes())
			}
		}
	})
}

// TestSigningAlgorithms: a key of every kind signs both tokens of an application.
func TestSigningAlgorithms(t *testing.T) {
	t.Parallel()
	i := start(t)
	for _, algorithm := range []string{"ES256", "ES384", "ES512", "Ed25519", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512"} {
		length := ""
		if strings.HasPrefix(algorithm, "RS") {
			length = `,"length":2048`
		}
		key := i.do(`POST /api/key/generate {"key":{"algorithm":"` + algorithm + `","name":"` + algorithm + `"` + length + `}}`).must(t).text("key.id")
		i.do(`PATCH /api/application/` + applicationID + ` {"application":{"jwtConfiguration":{"enabled":true,"timeToLiveInSeconds":60,"refreshTokenTimeToLiveInMinutes":60,` +
			`"accessTokenKeyId":"` + key + `","idTokenKeyId":"` + key + `"}}}`).must(t)
		tokens := i.tokens(t, "openid")
		want := algorithm
		if algorithm == "Ed25519" {
			want = "EdDSA"
		}
		for _, name := range []string{"access_token", "id_token"} {
			if h := header(t, tokens.text(name)); h["alg"] != want || h["kid"] == nil || h["typ"] != "JWT" {
				t.Errorf("%s: %s has the header %v", algorithm, name, h)
			}
		}
		if r := i.userInfo(tokens.text("access_token")); r.status != 200 {
			t.Errorf("%s: status %d", algorithm, r.status)
		}
	}
	// A token that says that it is signed by nobody, or by the public key as a secret.
	good := strings.Split(i.tokens(t, "openid").text("access_token"), ".")
	for _, forged := range []string{"eyJhbGciOiJub25lIn0." + good[1] + ".", good[0] + "." + good[1] + "."} {
		if r := i.userInfo(forged); r.status == 200 {
			t.Errorf("taken: %s", forged)
		}
	}
}
