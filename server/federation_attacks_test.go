package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const notBegun = "invalid_external_authentication"

// away is a browser that is at the provider, and has signed in there.
func (f federated) away(t *testing.T) (back *url.URL, cookies []string) {
	t.Helper()
	trip := f.leave(t, authorization())
	return f.up.signIn(t, trip.away), trip.cookies
}

// changed is an answer with a parameter that is another one; empty: none.
func changed(back *url.URL, name, value string) *url.URL {
	u := *back
	q := u.Query()
	if q.Del(name); value != "" {
		q.Set(name, value)
	}
	u.RawQuery = q.Encode()
	return &u
}

// TestRequestToTheProvider: what the browser takes there.
func TestRequestToTheProvider(t *testing.T) {
	t.Parallel()
	onEachFederated(t, "LinkByEmail", "", func(t *testing.T, f federated) {
		first, second := f.leave(t, with(authorization(), "login_hint", "jane@example.com")), f.leave(t, authorization())
		to, err := url.Parse(first.away)
		if err != nil {
			t.Fatal(err)
		}
		q := to.Query()
		for name, want := range map[string]string{
			"client_id": applicationID, "response_type": "code", "redirect_uri": downCallback, "scope": "openid email profile",
			"code_challenge_method": "S256", "login_hint": "jane@example.com",
		} {
			if q.Get(name) != want {
				t.Errorf("%s is %q, want %q", name, q.Get(name), want)
			}
		}
		other, _ := url.Parse(second.away)
		for _, name := range []string{"state", "nonce", "code_challenge"} {
			if len(q.Get(name)) < 43 || q.Get(name) == other.Query().Get(name) {
				t.Errorf("%s is %q, and another time %q", name, q.Get(name), other.Query().Get(name))
			}
		}
		if strings.Contains(first.away, "client_secret") || strings.Contains(first.away, clientSecret) {
			t.Error("the secret travels through the browser")
		}
		r := f.send(call{
			do: "GET /oauth2/authorize?" + with(authorization(), "idp_hint", upstreamID).Encode(), as: noKey, header: http.Header{"X-Forwarded-Proto": {"https"}},
		})
		cookie := (&http.Response{Header: r.header}).Cookies()[0]
		if !strings.HasPrefix(cookie.Name, "__Host-") || !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != http.SameSiteLaxMode || cookie.MaxAge <= 0 {
			t.Errorf("cookie: %+v", cookie)
		}
	})
}

// TestCallbackAttacks: an answer counts once, in the browser that was sent away,
// lately, and from where it was sent.
func TestCallbackAttacks(t *testing.T) {
	t.Parallel()
	onEachFederated(t, "LinkByEmail", "", func(t *testing.T, f federated) {
		back, cookies := f.away(t)

		// Login CSRF: somebody else's answer, in a browser that has begun nothing,
		// and in one that has begun something else.
		f.comeBack(back, nil).page(t, "no cookie", 400, "You have not begun to log in there in this browser")
		another := f.leave(t, authorization())
		f.comeBack(back, another.cookies).page(t, "another browser", 400, notBegun)
		f.comeBack(back, []string{"wherry.federation=" + strings.Repeat("x", 43)}).page(t, "a made-up cookie", 400, notBegun)
		f.comeBack(changed(back, "state", ""), cookies).page(t, "no state", 400, notBegun)
		f.comeBack(changed(back, "state", strings.Repeat("x", 43)), cookies).page(t, "a made-up state", 400, notBegun)
		f.comeBack(&url.URL{Path: back.Path, RawQuery: back.RawQuery + "&state=twice"}, cookies).page(t, "the state twice", 400, "invalid_state")

		// None of that has used it up; and it can be used once.
		f.comeBack(back, cookies).backWithCode(t, "in the right browser")
		f.comeBack(back, cookies).page(t, "again", 400, notBegun)

		// The code of one trip does not fit another: nonce and verifier are the trip's.
		first, firstCookies := f.away(t)
		second, secondCookies := f.away(t)
		mixed := changed(first, "code", second.Query().Get("code"))
		f.comeBack(mixed, firstCookies).page(t, "somebody else's code", 403, "Logging in with the other service did not work")
		f.comeBack(second, secondCookies).page(t, "which is spent then", 403, "Logging in with the other service did not work")

		// Mix-up: the answer names another issuer than the one asked, or none.
		for what, issuer := range map[string]string{"another issuer": "https://evil.example.net", "no issuer": ""} {
			back, cookies := f.away(t)
			f.comeBack(changed(back, "iss", issuer), cookies).page(t, what, 403, "Logging in with the other service did not work")
		}
		f.eventually(t, "the answer comes from another issuer")

		back, cookies = f.away(t)
		f.clock.advance(6 * time.Minute)
		f.comeBack(back, cookies).page(t, "too late", 400, notBegun)
	})
}

// TestMixUpWithoutDiscovery: a provider whose endpoints are typed in cannot be
// compared, but not taken for another one either.
func TestMixUpWithoutDiscovery(t *testing.T) {
	t.Parallel()
	onEachFederated(t, "LinkByEmail", "", func(t *testing.T, f federated) {
		base := strings.TrimSuffix(f.up.issuer, "/"+tenantID)
		f.do(`POST /api/identity-provider/` + documentID + ` {"identityProvider":{"type":"OpenIDConnect","name":"By hand","enabled":true,"applicationConfiguration":{"` + applicationID + `":{"enabled":true}},` +
			`"oauth2":{"client_id":"` + applicationID + `","client_secret":"` + clientSecret + `","clientAuthenticationMethod":"client_secret_post","authorization_endpoint":"` + base + `/oauth2/authorize","token_endpoint":"` + base + `/oauth2/token","userinfo_endpoint":"` + base + `/oauth2/userinfo"}}}`).must(t)
		leave := func() trip {
			r := f.send(call{do: "GET /oauth2/authorize?" + with(authorization(), "idp_hint", documentID).Encode(), as: noKey})
			return trip{r.header.Get("Location"), cookiesOf(r)}
		}
		trip := leave()
		f.comeBack(f.up.signIn(t, trip.away), trip.cookies).page(t, "an issuer that another provider has", 403, "did not work")
		f.do(`DELETE /api/identity-provider/` + upstreamID).must(t)
		trip = leave()
		f.comeBack(f.up.signIn(t, trip.away), trip.cookies).backWithCode(t, "an issuer that nobody has")
	})
}

// TestCallbackFromElsewhere: a browser that comes from the provider's page comes
// once more from here, so that it is free of that page's policy and has its
// cookies.
func TestCallbackFromElsewhere(t *testing.T) {
	t.Parallel()
	onEachFederated(t, "LinkByEmail", "", func(t *testing.T, f federated) {
		back, cookies := f.away(t)
		stop := f.send(call{do: "GET " + back.RequestURI(), as: noKey, header: http.Header{"Sec-Fetch-Site": {"cross-site"}}})
		stop.page(t, "on the way", 200, "You are taken further.")
		to, found := strings.CutPrefix(stop.header.Get("Refresh"), "0; url=")
		onward, err := url.Parse(to)
		if !found || err != nil || onward.IsAbs() || onward.Path != "/oauth2/callback" || onward.Query().Get("code") != back.Query().Get("code") {
			t.Fatalf("goes on to %q", to)
		}
		f.send(call{do: "GET " + to, as: noKey, header: http.Header{"Sec-Fetch-Site": {"same-origin"}, "Cookie": cookies}}).backWithCode(t, "from here")

		back, cookies = f.away(t)
		posted := f.send(call{do: "POST /oauth2/callback " + back.RawQuery + "&unheard=of", as: noKey, kind: "application/x-www-form-urlencoded", header: http.Header{"Sec-Fetch-Site": {"cross-site"}}})
		to = strings.TrimPrefix(posted.page(t, "posted", 200, "You are taken further.").header.Get("Refresh"), "0; url=")
		if strings.Contains(to, "unheard") {
			t.Errorf("goes on to %q", to)
		}
		f.send(call{do: "GET " + to, as: noKey, header: http.Header{"Cookie": cookies}}).backWithCode(t, "posted")
	})
}

// TestProviderRefuses: what people see when the provider, or its administrator,
// does not want them.
func TestProviderRefuses(t *testing.T) {
	t.Parallel()
	onEachFederated(t, "LinkByEmailForExistingUser", "", func(t *testing.T, f federated) {
		cancelled := func(problem string) response {
			trip := f.leave(t, authorization())
			to, _ := url.Parse(trip.away)
			back := &url.URL{Path: "/oauth2/callback", RawQuery: url.Values{"error": {problem}, "error_description": {"<script>"}, "state": {to.Query().Get("state")}}.Encode()}
			return f.comeBack(back, trip.cookies)
		}
		if r := cancelled("access_denied").page(t, "cancelled", 403, "You have cancelled the log-in"); strings.Contains(r.body, "<script>") {
			t.Error("the page says what the provider wrote")
		}
		cancelled("server_error").page(t, "broken", 403, "did not work")
		f.signIn(t).page(t, "nobody of ours", 403, "There is no account here with the email")
		f.do(`POST /api/user {"user":{"email":"jane.upstream@example.com"}}`).must(t)
		f.signIn(t).backWithCode(t, "who is there by now")

		f.do(`PATCH /api/identity-provider/` + upstreamID + ` {"identityProvider":{"oauth2":{"client_secret":"another made-up secret"}}}`).must(t)
		f.signIn(t).page(t, "a wrong secret", 403, "did not work")
		f.eventually(t, "invalid_client")
		back, cookies := f.away(t)
		f.do(`PATCH /api/identity-provider/` + upstreamID + ` {"identityProvider":{"enabled":false}}`).must(t)
		f.comeBack(back, cookies).page(t, "switched off meanwhile", 403, "cannot log in to this application with that service")
		if page := f.showForm(authorization()); strings.Contains(page.body, "Log in upstream") {
			t.Error("the button of a disabled provider is shown")
		}
		f.showForm(with(authorization(), "idp_hint", upstreamID)).page(t, "its hint", 400, "cannot log in to this application with that service")
		f.showForm(with(authorization(), "idp_hint", "<script>")).page(t, "a hint that is none", 400, "cannot log in to this application with that service")
	})
}
