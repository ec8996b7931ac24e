package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const ssoName = "fusionauth.sso." + tenantID

// browser is one that keeps cookies.
type browser struct {
	*instance
	cookies map[string]string
}

func newBrowser(i *instance) *browser { return &browser{i, map[string]string{}} }

// visit opens a page, or posts a form as from a page of the server itself.
func (b *browser) visit(path string, form url.Values) response {
	h := http.Header{"Sec-Fetch-Site": {"same-origin"}}
	for name, value := range b.cookies {
		h.Add("Cookie", name+"="+value)
	}
	c := call{do: "GET " + path, as: noKey, header: h}
	if form != nil {
		c.do, c.kind = "POST "+path+" "+form.Encode(), formKind
	}
	r := b.send(c)
	for _, cookie := range (&http.Response{Header: r.header}).Cookies() {
		if cookie.MaxAge < 0 {
			delete(b.cookies, cookie.Name)
		} else {
			b.cookies[cookie.Name] = cookie.Value
		}
	}
	return r
}

func (b *browser) authorize(request url.Values) response {
	return b.visit("/oauth2/authorize?"+request.Encode(), nil)
}

// logIn logs Jane in, to stay.
func (b *browser) logIn(t testing.TB, request url.Values) response {
	t.Helper()
	r := b.visit("/oauth2/authorize", with(filledIn(request, "jane", password), "rememberDevice", "true"))
	if r.status != http.StatusFound {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
	return r
}

// sent is where a browser is sent, and with what.
func sent(t testing.TB, r response) url.Values {
	t.Helper()
	to, err := url.Parse(r.header.Get("Location"))
	if err != nil || r.status != http.StatusFound {
		t.Fatalf("status %d, sent to %q: %s", r.status, r.header.Get("Location"), r.body)
	}
	if to.Fragment != "" {
		q, _ := url.ParseQuery(to.Fragment)
		return q
	}
	return to.Query()
}

func TestSingleSignOn(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		const otherID = "bbbbbbbb-0000-0000-0000-000000000001"
		i.do(`POST /api/application/` + otherID + ` {"application":{"name":"Other","oauthConfiguration":{"authorizedRedirectURLs":["` + callback +
			`"],"enabledGrants":["authorization_code"],"clientSecret":"other"}}}`).must(t)
		b := newBrowser(i)
		b.visit("/oauth2/authorize", filledIn(authorization(), "jane", password))
		if len(b.cookies) != 0 {
			t.Fatalf("nobody asked to stay signed in: %v", b.cookies)
		}
		first := sent(t, b.logIn(t, authorization()))
		if b.cookies[ssoName] == "" {
			t.Fatalf("no session: %v", b.cookies)
		}
		id := payload(t, i.exchange(exchange(first.Get("code"))).must(t).text("id_token"))
		i.clock.advance(10 * time.Minute)
		again := sent(t, b.authorize(authorization()))
		if again.Get("code") == "" || again.Get("userState") != "Authenticated" || again.Get("state") != "some state" {
			t.Fatalf("sent with %v", again)
		}
		second := payload(t, i.exchange(exchange(again.Get("code"))).must(t).text("id_token"))
		if second["auth_time"] != id["auth_time"] || second["sid"] == nil || second["sid"] != id["sid"] || second["authenticationType"] != "PASSWORD" {
			t.Errorf("first %v, then %v", id, second)
		}
		other := sent(t, b.authorize(with(authorization(), "client_id", otherID)))
		if other.Get("code") == "" || other.Get("userState") != "AuthenticatedNotRegistered" {
			t.Errorf("another application: %v", other)
		}
		for name, tt := range map[string]struct {
			change func(url.Values) url.Values
			asked  bool
		}{
			"prompt=none":             {set("prompt", "none"), false},
			"prompt=login":            {set("prompt", "login"), true},
			"prompt=select_account":   {set("prompt", "select_account"), false},
			"max_age=0":               {set("max_age", "0"), true},
			"max_age of nine minutes": {set("max_age", "540"), true},
			"max_age of an hour":      {set("max_age", "3600"), false},
			"a hint":                  {set("id_token_hint", i.tokens(t, "openid").text("id_token")), false},
			"nobody's hint":           {set("id_token_hint", "x"), true},
		} {
			r := b.authorize(tt.change(authorization()))
			if asked := r.status == http.StatusOK; asked != tt.asked {
				t.Errorf("%s: asked %v, want %v: status %d, %s", name, asked, tt.asked, r.status, r.header.Get("Location"))
			}
		}
		checkErrorRedirect(t, b.authorize(with(with(authorization(), "prompt", "none"), "id_token_hint", "x")), "login_required authentication_required")
		i.clock.advance(59 * time.Minute) // each use counts
		if sent(t, b.authorize(authorization())).Get("code") == "" {
			t.Error("it should slide")
		}
		i.clock.advance(time.Hour)
		if r := b.authorize(authorization()); r.status != http.StatusOK {
			t.Errorf("an hour later: status %d", r.status)
		}
	})
}

// TestSessionsEndForTheBrowser: what ends a session of single sign-on.
func TestSessionsEndForTheBrowser(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(i *instance, b *browser) response{
		"logout":           func(_ *instance, b *browser) response { return b.visit("/oauth2/logout", nil) },
		"logout by a form": func(_ *instance, b *browser) response { return b.visit("/oauth2/logout", url.Values{}) },
		"new password": func(i *instance, _ *browser) response {
			return i.do(`PATCH /api/user/` + janeID + ` {"user":{"password":"another made-up password"}}`)
		},
		"deactivated": func(i *instance, _ *browser) response { return i.do("DELETE /api/user/" + janeID) },
		"gone":        func(i *instance, _ *browser) response { return i.do("DELETE /api/user/" + janeID + "?hardDelete=true") },
		"revoked":     func(i *instance, _ *browser) response { return i.do("DELETE /api/jwt/refresh?userId=" + janeID) },
		"another cookie": func(_ *instance, b *browser) response {
			b.cookies[ssoName] = "made-up"
			return response{status: 200}
		},
		"a refresh token as a cookie": func(i *instance, b *browser) response {
			b.cookies[ssoName] = i.do(login("jane", password)).text("refreshToken")
			return response{status: 200}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := start(t)
			i.withRefreshTokens(t, "")
			b := newBrowser(i)
			b.logIn(t, authorization())
			if r := end(i, b); r.status >= 400 {
				t.Fatalf("status %d: %s", r.status, r.body)
			}
			if r := b.authorize(authorization()); r.status != http.StatusOK {
				t.Errorf("status %d, sent to %s", r.status, r.header.Get("Location"))
			}
		})
	}
}

// TestLogoutKeepsRefreshTokens, and comes back only where it may.
func TestLogoutPages(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.withRefreshTokens(t, "")
		b := newBrowser(i)
		b.logIn(t, authorization())
		tokens := i.tokens(t, "openid offline_access")
		for _, tt := range []struct {
			name  string
			query url.Values
			to    string // empty: refused
		}{
			{"nobody", url.Values{}, "/"},
			{"client", url.Values{"client_id": {applicationID}}, "/"},
			{"registered", url.Values{"client_id": {applicationID}, "post_logout_redirect_uri": {callback}}, callback},
			{"with a state", url.Values{"client_id": {applicationID}, "post_logout_redirect_uri": {callback}, "state": {"a b"}}, callback + "?state=a+b"},
			{"by an ID token", url.Values{"id_token_hint": {tokens.text("id_token")}, "post_logout_redirect_uri": {callback}}, callback},
			{"not registered", url.Values{"client_id": {applicationID}, "post_logout_redirect_uri": {"https://evil.example.net"}}, ""},
			{"nobody's", url.Values{"post_logout_redirect_uri": {callback}}, ""},
			{"unknown client", url.Values{"client_id": {nobodyID}, "post_logout_redirect_uri": {callback}}, ""},
			{"a hint that is none", url.Values{"id_token_hint": {"x"}, "post_logout_redirect_uri": {callback}}, ""},
			{"twice", url.Values{"client_id": {applicationID}, "post_logout_redirect_uri": {callback, "https://evil.example.net"}}, ""},
			{"unknown tenant", url.Values{"tenantId": {nobodyID}}, ""},
		} {
			r := b.visit("/oauth2/logout?"+tt.query.Encode(), nil)
			if got := r.header.Get("Location"); got != tt.to || tt.to == "" && r.status < 400 {
				t.Errorf("%s: status %d, sent to %q, want %q", tt.name, r.status, got, tt.to)
			}
		}
		i.exchange(refreshForm(tokens.text("refresh_token"))).must(t)

		const otherID = "bbbbbbbb-0000-0000-0000-000000000001"
		i.do(`POST /api/application/` + otherID + ` {"application":{"name":"Other","oauthConfiguration":{"logoutURL":"https://other.example.com/logout?a=1&b=2"}}}`).must(t)
		i.setOAuth(t, `"logoutURL":"https://app.example.com/bye"`)
		b.logIn(t, authorization())
		r := b.visit("/oauth2/logout?client_id="+applicationID, nil)
		for _, want := range []string{`src="https://other.example.com/logout?a=1&amp;b=2"`, `src="https://app.example.com/bye"`, `href="https://app.example.com/bye"`} {
			if r.status != http.StatusOK || !strings.Contains(r.body, want) {
				t.Errorf("no %s: status %d, %s", want, r.status, r.body)
			}
		}
		if policy := r.header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-src") || !strings.Contains(policy, "https://other.example.com") {
			t.Errorf("policy: %s", policy)
		}
		if b.cookies[ssoName] != "" {
			t.Error("the cookie stays")
		}
		i.setOAuth(t, `"logoutBehavior":"RedirectOnly"`)
		if r := b.visit("/oauth2/logout?client_id="+applicationID, nil); r.header.Get("Location") != "https://app.example.com/bye" {
			t.Errorf("RedirectOnly: status %d", r.status)
		}
	})
}

// TestSilently: what prompt=none cannot go on with.
func TestSilently(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ given, want string }{
		"second factor":   {withAuthenticator, "interaction_required multi_factor_challenge_required"},
		"change required": {`PATCH /api/user/` + janeID + ` {"user":{"passwordChangeRequired":true}}`, "interaction_required authentication_required"},
		"consent":         {`PATCH /api/application/` + applicationID + ` {"application":{"oauthConfiguration":{"relationship":"ThirdParty"}}}`, "consent_required consent_required"},
		"registration":    {`DELETE /api/user/registration/` + janeID + `/` + applicationID, "interaction_required registration_required"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := start(t)
			i.setOAuth(t, `"requireRegistration":true`)
			b := newBrowser(i)
			b.logIn(t, authorization())
			i.do(tt.given).must(t)
			checkErrorRedirect(t, b.authorize(with(authorization(), "prompt", "none")), tt.want)
		})
	}
}

// TestSessionFixation: whoever has planted a session in a browser does not have
// the one that its user begins, and the planted one ends.
func TestSessionFixation(t *testing.T) {
	t.Parallel()
	i := start(t)
	const mallory = "00000000-0000-0000-0000-333333333333"
	i.do(`POST /api/user/registration/` + mallory + ` {"user":{"username":"mallory","password":"` + password + `"},"registration":{"applicationId":"` + applicationID + `"}}`).must(t)
	attacker := newBrowser(i)
	attacker.visit("/oauth2/authorize", with(filledIn(authorization(), "mallory", password), "rememberDevice", "true"))
	planted := attacker.cookies[ssoName]
	victim := newBrowser(i)
	victim.cookies[ssoName] = planted
	victim.logIn(t, with(authorization(), "prompt", "login"))
	if victim.cookies[ssoName] == planted || victim.cookies[ssoName] == "" {
		t.Fatal("the session is still the planted one")
	}
	code := sent(t, victim.authorize(authorization())).Get("code")
	if user := i.exchange(exchange(code)).must(t).text("userId"); user != janeID {
		t.Errorf("signed in as %s", user)
	}
	if r := attacker.authorize(authorization()); r.status != http.StatusOK {
		t.Errorf("the planted session goes on: sent to %s", r.header.Get("Location"))
	}
	// Without the wish to stay, the old session ends all the same.
	again := newBrowser(i)
	again.logIn(t, authorization())
	again.visit("/oauth2/authorize", filledIn(authorization(), "mallory", password))
	if r := again.authorize(authorization()); r.status != http.StatusOK {
		t.Errorf("Jane's session is left for Mallory: sent to %s", r.header.Get("Location"))
	}
}

func TestSessionCookie(t *testing.T) {
	t.Parallel()
	i := start(t)
	form := with(filledIn(authorization(), "jane", password), "rememberDevice", "true")
	plain := i.sendForm(form)
	for _, want := range []string{ssoName + "=", "; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax"} {
		if !strings.Contains(plain.header.Get("Set-Cookie"), want) {
			t.Errorf("no %q in %s", want, plain.header.Get("Set-Cookie"))
		}
	}
	safe := i.send(call{
		do: "POST /oauth2/authorize " + form.Encode(), as: noKey, kind: formKind,
		header: http.Header{"Sec-Fetch-Site": {"same-origin"}, "X-Forwarded-Proto": {"https"}},
	})
	if got := safe.header.Get("Set-Cookie"); !strings.HasPrefix(got, "__Host-"+ssoName) || !strings.Contains(got, "; Secure") {
		t.Errorf("over HTTPS: %s", got)
	}
	if strings.Contains(plain.header.Get("Location"), "fusionauth.sso") || plain.header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers: %v", plain.header)
	}
}

// TestPostedRequest: a request may be posted by an application; a form with a
// password may not.
func TestPostedRequest(t *testing.T) {
	t.Parallel()
	i := start(t)
	cross := http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://app.example.com"}}
	r := i.send(call{do: "POST /oauth2/authorize " + authorization().Encode(), as: noKey, kind: formKind, header: cross})
	r.page(t, "request", http.StatusOK, `name="password"`)
	r = i.send(call{do: "POST /oauth2/authorize " + filledIn(authorization(), "jane", password).Encode(), as: noKey, kind: formKind, header: cross})
	r.page(t, "login", http.StatusForbidden, "invalid_origin")
	for _, partial := range []string{"loginId", "password"} {
		r = i.send(call{do: "POST /oauth2/authorize " + with(authorization(), partial, "x").Encode(), as: noKey, kind: formKind, header: cross})
		r.page(t, partial, http.StatusForbidden, "invalid_origin")
	}
}

func TestFramesAreRefused(t *testing.T) {
	t.Parallel()
	i := start(t)
	for _, path := range []string{"/oauth2/authorize?" + authorization().Encode(), "/oauth2/device", "/oauth2/authorize", "/oauth2/device-complete"} {
		r := i.anonymously("GET " + path)
		if r.header.Get("X-Frame-Options") != "DENY" || !strings.Contains(r.header.Get("Content-Security-Policy"), "frame-ancestors 'none'") || r.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", path, r.header)
		}
	}
}
