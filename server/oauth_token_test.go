package server_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// code signs Jane in and returns the code that her browser brings back.
func (i *instance) code(t testing.TB, request url.Values) string {
	t.Helper()
	r := i.sendForm(filledIn(request, "jane", password))
	to, err := url.Parse(r.header.Get("Location"))
	if err != nil || r.status != http.StatusFound || to.Query().Get("code") == "" {
		t.Fatalf("status %d, sent to %q: %s", r.status, r.header.Get("Location"), r.body)
	}
	return to.Query().Get("code")
}

// exchange is a token request that is right for the code.
func exchange(code string) url.Values {
	return url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback},
		"client_id": {applicationID}, "client_secret": {clientSecret},
	}
}

func (i *instance) exchange(form url.Values) response {
	return i.send(call{do: "POST /oauth2/token " + form.Encode(), as: noKey, kind: "application/x-www-form-urlencoded"})
}

func basic(id, secret string) http.Header {
	return http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))}}
}

// TestTokenRefusals: each token request with something wrong, and its error.
func TestTokenRefusals(t *testing.T) {
	t.Parallel()
	i := start(t)
	const otherID = "bbbbbbbb-0000-0000-0000-000000000001"
	i.do(`POST /api/application/` + otherID + ` {"application":{"name":"Other","oauthConfiguration":{"authorizedRedirectURLs":["` + callback +
		`"],"enabledGrants":["authorization_code"],"clientSecret":"other"}}}`).must(t)
	const disabledID = "bbbbbbbb-0000-0000-0000-000000000002"
	i.do(`POST /api/application/` + disabledID + ` {"application":{"name":"No grant","oauthConfiguration":{"clientSecret":"none"}}}`).must(t)

	for _, tt := range []struct {
		name   string
		change func(v url.Values) url.Values
		header http.Header
		status int
		want   string
	}{
		{name: "no grant type", change: without("grant_type"), want: "invalid_request missing_grant_type"},
		{name: "unknown grant type", change: set("grant_type", "magic"), want: "unsupported_grant_type invalid_grant_type"},
		{name: "password grant", change: set("grant_type", "password"), want: "unauthorized_client grant_type_disabled"},
		{name: "no refresh token", change: set("grant_type", "refresh_token"), want: "invalid_request missing_refresh_token"},
		{name: "implicit grant", change: set("grant_type", "implicit"), want: "unsupported_grant_type invalid_grant_type"},
		{name: "an application as an entity", change: set("grant_type", "client_credentials"), status: 401, want: "invalid_client invalid_client_id"},
		{name: "grant type twice", change: set("grant_type", "authorization_code", "authorization_code"), want: "invalid_request unknown"},
		{name: "grant that is not enabled", change: func(v url.Values) url.Values {
			return with(with(v, "client_id", disabledID), "client_secret", "none")
		}, want: "unauthorized_client grant_type_disabled"},

		{name: "no client", change: without("client_id"), want: "invalid_request missing_client_id"},
		{name: "unknown client", change: set("client_id", nobodyID), status: 401, want: "invalid_client invalid_client_id"},
		{name: "client that is no id", change: set("client_id", "x"), status: 401, want: "invalid_client invalid_client_id"},
		{name: "client twice", change: set("client_id", applicationID, otherID), want: "invalid_request unknown"},
		{name: "no secret", change: without("client_secret"), status: 401, want: "invalid_client client_authentication_missing"},
		{name: "empty secret", change: set("client_secret", ""), status: 401, want: "invalid_client client_authentication_missing"},
		{name: "wrong secret", change: set("client_secret", "wrong"), status: 401, want: "invalid_client invalid_client_authentication"},
		{name: "another client's secret", change: set("client_secret", "other"), status: 401, want: "invalid_client invalid_client_authentication"},
		{name: "secret in both places", header: basic(applicationID, clientSecret), want: "invalid_request invalid_client_authentication"},
		{name: "wrong secret in the header", change: without("client_secret"), header: basic(applicationID, "wrong"), status: 401, want: "invalid_client invalid_client_authentication"},
		{name: "no secret in the header", change: without("client_secret"), header: basic(applicationID, ""), status: 401, want: "invalid_client client_authentication_missing"},
		{name: "another client in the header", change: without("client_secret"), header: basic(otherID, "other"), status: 401, want: "invalid_client client_id_mismatch"},
		{name: "other scheme", change: without("client_secret"), header: http.Header{"Authorization": {"Bearer x"}}, status: 401, want: "invalid_client invalid_client_authentication_scheme"},
		{name: "header that is none", change: without("client_secret"), header: http.Header{"Authorization": {"Basic x"}}, status: 401, want: "invalid_client invalid_client_authentication_scheme"},

		{name: "no code", change: without("code"), want: "invalid_request missing_code"},
		{name: "unknown code", change: set("code", "x"), want: "invalid_grant auth_code_not_found"},
		{name: "over-long code", change: set("code", strings.Repeat("x", 100_000)), want: "invalid_grant auth_code_not_found"},
		{name: "code that is no text", change: set("code", "\xff\x00"), want: "invalid_grant auth_code_not_found"},
		{name: "code twice", change: func(v url.Values) url.Values { return with(v, "code", v.Get("code"), v.Get("code")) }, want: "invalid_request unknown"},
		{name: "code of another client", change: func(v url.Values) url.Values {
			return with(with(v, "client_id", otherID), "client_secret", "other")
		}, want: "invalid_grant auth_code_not_found"},
		{name: "no redirect URL", change: without("redirect_uri"), want: "invalid_request missing_redirect_uri"},
		{name: "another redirect URL", change: set("redirect_uri", "https://app.example.com/with?query=1"), want: "invalid_grant invalid_redirect_uri"},
		{name: "redirect URL in another case", change: set("redirect_uri", strings.ToUpper(callback)), want: "invalid_grant invalid_redirect_uri"},
		{name: "redirect URL twice", change: set("redirect_uri", callback, callback), want: "invalid_request unknown"},
		{name: "verifier that nobody asked for", change: set("code_verifier", strings.Repeat("a", 43)), want: "invalid_grant invalid_pkce_code_verifier"},
		{name: "unknown parameter twice", change: set("whatever", "a", "b"), want: "invalid_request unknown"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			form := exchange(i.code(t, authorization()))
			if tt.change != nil {
				form = tt.change(form)
			}
			r := i.send(call{do: "POST /oauth2/token " + form.Encode(), as: noKey, kind: "application/x-www-form-urlencoded", header: tt.header})
			checkTokenError(t, r, max(tt.status, http.StatusBadRequest), tt.want)
		})
	}
}

func without(name string) func(url.Values) url.Values {
	return func(v url.Values) url.Values { return with(v, name) }
}

func set(name string, list ...string) func(url.Values) url.Values {
	return func(v url.Values) url.Values { return with(v, name, list...) }
}

// checkTokenError: RFC 6749 section 5.2, and FusionAuth's reason.
func checkTokenError(t *testing.T, r response, status int, want string) {
	t.Helper()
	if got := r.text("error") + " " + r.text("error_reason"); r.status != status || got != want {
		t.Errorf("status %d, %q; want %d, %q: %s", r.status, got, status, want, r.body)
	}
	if r.header.Get("Content-Type") != "application/json;charset=UTF-8" || r.header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers: %v", r.header)
	}
	if challenged := r.header.Get("WWW-Authenticate") != ""; challenged != (status == http.StatusUnauthorized) {
		t.Errorf("WWW-Authenticate: %q", r.header.Get("WWW-Authenticate"))
	}
	for _, c := range r.text("error_description") {
		if c < 0x20 || c > 0x7e || c == '"' || c == '\\' { // all that the RFC leaves
			t.Errorf("error_description has a %q: %s", c, r.body)
		}
	}
	if strings.Contains(r.body, "access_token") {
		t.Errorf("a token beside an error: %s", r.body)
	}
}

// TestTokenRequestForms: who is it, in all the ways that clients say it.
func TestTokenRequestForms(t *testing.T) {
	t.Parallel()
	i := start(t)
	for _, tt := range []struct {
		name   string
		change func(v url.Values) url.Values
		header http.Header
	}{
		{"in the form", nil, nil},
		{"in the header, encoded as the RFC says", without("client_secret"), basic(applicationID, url.QueryEscape(clientSecret))},
		{"in the header, as it is", without("client_secret"), basic(applicationID, clientSecret)},
		{"in the header alone", func(v url.Values) url.Values { return with(with(v, "client_secret"), "client_id") }, basic(applicationID, clientSecret)},
		{"in upper case", set("client_id", strings.ToUpper(applicationID)), nil},
		{"with a parameter that nobody knows", set("resource", "x"), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			form := exchange(i.code(t, authorization()))
			if tt.change != nil {
				form = tt.change(form)
			}
			r := i.send(call{do: "POST /oauth2/token " + form.Encode(), as: noKey, kind: "application/x-www-form-urlencoded", header: tt.header}).must(t)
			if r.text("access_token") == "" || r.text("token_type") != "Bearer" || r.header.Get("Cache-Control") != "no-store" || r.header.Get("Pragma") != "no-cache" {
				t.Errorf("headers %v, body %s", r.header, r.body)
			}
		})
	}
	t.Run("in the query", func(t *testing.T) {
		t.Parallel()
		r := i.send(call{do: "POST /oauth2/token?" + exchange(i.code(t, authorization())).Encode(), as: noKey, kind: "application/x-www-form-urlencoded"})
		checkTokenError(t, r, http.StatusBadRequest, "invalid_request missing_client_id")
	})
	t.Run("a query beside it does not count", func(t *testing.T) {
		t.Parallel()
		form := exchange(i.code(t, authorization()))
		i.send(call{do: "POST /oauth2/token?client_secret=wrong&grant_type=x&%zz " + form.Encode(), as: noKey, kind: "application/x-www-form-urlencoded"}).must(t)
	})
	t.Run("as JSON", func(t *testing.T) {
		t.Parallel()
		r := i.send(call{do: `POST /oauth2/token {"grant_type":"authorization_code"}`, as: noKey})
		checkTokenError(t, r, http.StatusBadRequest, "invalid_request unknown")
	})
	t.Run("too large", func(t *testing.T) {
		t.Parallel()
		r := i.send(call{do: "POST /oauth2/token x=" + strings.Repeat("x", 300<<10), as: noKey, kind: "application/x-www-form-urlencoded"})
		checkTokenError(t, r, http.StatusRequestEntityTooLarge, "invalid_request ")
	})
}

// TestGeneratedSecrets: those that the server makes up have plus signs; both
// ways to send them work for each.
func TestGeneratedSecrets(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(`PATCH /api/application/` + applicationID + ` {"application":{"oauthConfiguration":{"clientSecret":"a+b/c%2B="}}}`).must(t)
	for _, sent := range []string{"a+b/c%2B=", url.QueryEscape("a+b/c%2B=")} {
		form := with(exchange(i.code(t, authorization())), "client_secret")
		i.send(call{do: "POST /oauth2/token " + form.Encode(), as: noKey, kind: "application/x-www-form-urlencoded", header: basic(applicationID, sent)}).must(t)
	}
	form := with(exchange(i.code(t, authorization())), "client_secret")
	r := i.send(call{do: "POST /oauth2/token " + form.Encode(), as: noKey, kind: "application/x-www-form-urlencoded", header: basic(applicationID, "a b/c+=")})
	checkTokenError(t, r, http.StatusUnauthorized, "invalid_client invalid_client_authentication")
}

// TestCodeIsUsedOnce: whoever comes second gets nothing, also when both come at
// once, when the first may lose it again, and also when the first did something
// wrong.
func TestCodeIsUsedOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		code := i.code(t, authorization())
		const tries = 6
		done := make(chan response)
		for range tries {
			go func() { done <- i.exchange(exchange(code)) }()
		}
		successes := 0
		for range tries {
			if r := <-done; r.status == http.StatusOK {
				successes++
			} else {
				checkTokenError(t, r, http.StatusBadRequest, "invalid_grant auth_code_not_found")
			}
		}
		if successes > 1 {
			t.Errorf("%d exchanges succeeded", successes)
		}
		code = i.code(t, authorization())
		checkTokenError(t, i.exchange(with(exchange(code), "redirect_uri", "https://evil.example.net")), http.StatusBadRequest, "invalid_grant invalid_redirect_uri")
		checkTokenError(t, i.exchange(exchange(code)), http.StatusBadRequest, "invalid_grant auth_code_not_found")
	})
}

// TestWrongVerifier: a code that was stolen is of no use without the verifier.
func TestWrongVerifier(t *testing.T) {
	t.Parallel()
	i := start(t)
	// Source: https://datatracker.ietf.org/doc/html/rfc7636#appendix-B
	const verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	request := with(with(authorization(), "code_challenge", challenge), "code_challenge_method", "S256")
	for sent, want := range map[string]string{
		verifier: " ", challenge: "invalid_grant invalid_pkce_code_verifier", "": "invalid_request missing_code_verifier",
		strings.ToUpper(verifier): "invalid_grant invalid_pkce_code_verifier", verifier + " ": "invalid_grant invalid_pkce_code_verifier",
	} {
		r := i.exchange(with(exchange(i.code(t, request)), "code_verifier", sent))
		if got := r.text("error") + " " + r.text("error_reason"); got != want {
			t.Errorf("verifier %q: %q, want %q", sent, got, want)
		}
	}
}

// TestCodeOutlivesNothing: what happens between sign-in and exchange counts.
func TestCodeOutlivesNothing(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(i *instance)
		status int
		want   string
	}{
		{"it expires", func(i *instance) { i.clock.advance(30 * time.Second) }, 400, "invalid_grant auth_code_not_found"},
		{"the user is deactivated", func(i *instance) { i.do("DELETE /api/user/" + janeID) }, 400, "invalid_grant user_locked"},
		{"the user is deleted", func(i *instance) { i.do("DELETE /api/user/" + janeID + "?hardDelete=true") }, 400, "invalid_grant user_not_found"},
		{"the user expires", func(i *instance) { i.do("PATCH /api/user/" + janeID + ` {"user":{"expiry":1500000000000}}`) }, 400, "invalid_grant user_expired"},
		{"the application is deactivated", func(i *instance) { i.do("DELETE /api/application/" + applicationID) }, 401, "invalid_client invalid_client_id"},
		{"the grant is taken away", func(i *instance) {
			i.do("PUT /api/application/" + applicationID + ` {"application":{"name":"A"}}`)
		}, 400, "unauthorized_client grant_type_disabled"},
		{"the secret is changed", func(i *instance) {
			i.do("PATCH /api/application/" + applicationID + ` {"application":{"oauthConfiguration":{"clientSecret":"new"}}}`)
		}, 401, "invalid_client invalid_client_authentication"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := start(t)
			code := i.code(t, authorization())
			tt.change(i)
			checkTokenError(t, i.exchange(exchange(code)), tt.status, tt.want)
		})
	}
	t.Run("nor less than it may", func(t *testing.T) {
		t.Parallel()
		i := start(t)
		code := i.code(t, authorization())
		i.clock.advance(20 * time.Second)
		i.exchange(exchange(code)).must(t)
	})
}

// TestNothingSecretIsLogged: not even at the level of debug.
func TestNothingSecretIsLogged(t *testing.T) {
	t.Parallel()
	i := start(t)
	code := i.code(t, authorization())
	tokens := i.exchange(exchange(code)).must(t)
	i.exchange(exchange(code))
	i.sendForm(filledIn(authorization(), "jane", "wrong "+password))
	i.do(login("jane", password)).must(t)
	logged := i.log.String() + i.do("GET /api/system/event-log/search").body
	for _, secret := range []string{code, password, clientSecret, superKey, tokens.text("access_token"), tokens.text("id_token"), "jane"} {
		if strings.Contains(logged, secret) {
			t.Errorf("%q is in the log: %s", secret, logged)
		}
	}
}
