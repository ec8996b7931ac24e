package server_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestGates: what has to be verified before anybody comes in.
func TestGates(t *testing.T) {
	t.Parallel()
	const (
		gated       = "PATCH /api/tenant/" + tenantID + ` {"tenant":{"emailConfiguration":{"verifyEmail":true,"verificationEmailTemplateId":"` + nobodyID + `","unverified":{"behavior":"Gated"}}}}`
		ungated     = "PATCH /api/tenant/" + tenantID + ` {"tenant":{"emailConfiguration":{"unverified":{"behavior":"Allow"}}}}`
		joe         = `POST /api/user/registration {"user":{"email":"joe@example.com","username":"joe","password":"` + password + `"},"registration":{"applicationId":"` + applicationID + `"}}`
		verify      = "PATCH /api/application/" + applicationID + ` {"application":{"verifyRegistration":true,"unverified":{"behavior":"Gated"}}}`
		noVerify    = "PATCH /api/application/" + applicationID + ` {"application":{"unverified":{"behavior":"Allow"}}}`
		whenChanged = "PATCH /api/tenant/" + tenantID + ` {"tenant":{"emailConfiguration":{"verifyEmailWhenChanged":true}}}`
		moved       = "PATCH /api/user/" + janeID + ` {"user":{"email":"joan@example.com"}}`
	)
	right := login("joe@example.com", password)
	check(t, []scenario{
		{name: "new address", given: []string{gated, joe}, do: right, status: 212, want: values{"user.email": "joe@example.com", "user.identities.0.verifiedReason": "Pending", "token": absent}},
		{name: "new address, nobody is kept out", given: []string{gated, ungated, joe}, do: right, status: 200},
		{name: "another identity", given: []string{gated, joe}, do: login("joe", password), status: 200},
		{name: "an address from before", given: []string{gated}, do: login("jane@example.com", password), status: 200},
		{name: "an address that was changed", given: []string{gated, whenChanged, moved}, do: login("joan@example.com", password), status: 212},
		{name: "imported", given: []string{gated, `POST /api/user/import {"users":[{"email":"joe@example.com","active":true,"password":"` + password + `"}]}`}, do: `POST /api/login {"loginId":"joe@example.com","password":"` + password + `"}`, status: 200},
		{name: "new address, not that the password was wrong", given: []string{gated, joe}, do: login("joe@example.com", "wrong password"), status: 404},
		{name: "registration", given: []string{verify, joe}, do: right, status: 213, want: values{"user.email": "joe@example.com", "token": absent}},
		{name: "registration from before", given: []string{verify}, do: login("jane", password), status: 200},
		{name: "registration, nobody is kept out", given: []string{verify, noVerify, joe}, do: right, status: 200},
		{name: "registration, after the address", given: []string{gated, verify, joe}, do: right, status: 212},
		{name: "not registered", given: []string{verify, "DELETE /api/user/registration/" + janeID + "/" + applicationID}, do: login("jane", password), status: 202},
		{name: "verified registration", given: []string{verify, "PATCH /api/user/registration/" + janeID + "/" + applicationID + ` {"registration":{"verified":true}}`}, do: login("jane", password), status: 200},
	})
}

// TestAuthenticationTokens: a registration may have a password of its own.
func TestAuthenticationTokens(t *testing.T) {
	t.Parallel()
	const (
		allow = "PATCH /api/application/" + applicationID + ` {"application":{"authenticationTokenConfiguration":{"enabled":true}}}`
		give  = "PATCH /api/user/registration/" + janeID + "/" + applicationID + ` {"registration":{"authenticationToken":"made-up token"}}`
	)
	with := login("jane", "made-up token")
	check(t, []scenario{
		{name: "allowed", given: []string{allow, give}, do: with, status: 200, want: values{"user.id": janeID}},
		{name: "not allowed", given: []string{give}, do: with, status: 404},
		{name: "none", given: []string{allow}, do: with, status: 404},
		{name: "the password works too", given: []string{allow, give}, do: login("jane", password), status: 200},
		{name: "without the application", given: []string{allow, give}, do: `POST /api/login {"loginId":"jane","password":"made-up token"}`, status: 404},
		{name: "deactivated", given: []string{allow, give, "DELETE /api/user/" + janeID}, do: with, status: 423},
	})
}

func TestPing(t *testing.T) {
	t.Parallel()
	const ping = "PUT /api/login/" + janeID + "/" + applicationID
	check(t, []scenario{
		{name: "registered", do: ping, status: 200},
		{name: "without an application", do: "PUT /api/login/" + janeID, status: 200},
		{name: "by a body", do: `PUT /api/login {"userId":"` + janeID + `","applicationId":"` + applicationID + `"}`, status: 200},
		{name: "not registered", given: []string{"DELETE /api/user/registration/" + janeID + "/" + applicationID}, do: ping, status: 202},
		{name: "nobody", do: "PUT /api/login/" + nobodyID + "/" + applicationID, status: 404},
		{name: "deactivated", given: []string{"DELETE /api/user/" + janeID}, do: ping, status: 404},
		{name: "unknown application", do: "PUT /api/login/" + janeID + "/" + nobodyID, status: 400, codes: "[invalid]applicationId"},
		{name: "no id", do: "PUT /api/login/jane/" + applicationID, status: 400, codes: "[couldNotConvert]userId"},
		{name: "no user", do: "PUT /api/login {}", status: 400, codes: "[missing]userId"},
		{name: "without a key", do: ping, as: noKey, status: 401},
	})
}

func TestPingIsRecorded(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		token := i.do(login("jane", password)).must(t).text("token")
		before := i.do("GET /api/user/" + janeID)
		i.clock.advance(hour / 2)
		i.send(call{do: `PUT /api/login {"userId":"` + nobodyID + `","applicationId":"` + applicationID + `"}`, as: "Bearer " + token}).must(t) // who the token is for
		after := i.do("GET /api/user/" + janeID)
		for _, path := range []string{"user.lastLoginInstant", "user.registrations.0.lastLoginInstant"} {
			if before.digits(path) >= after.digits(path) {
				t.Errorf("%s is %s, was %s", path, after.digits(path), before.digits(path))
			}
		}
	})
}

func TestLogout(t *testing.T) {
	t.Parallel()
	i := start(t)
	for _, request := range []string{"POST /api/logout", "POST /api/logout?global=true&refreshToken=unknown", `POST /api/logout {"global":true,"refreshToken":"unknown"}`} {
		r := i.send(call{do: request, as: noKey})
		if r.status != http.StatusOK || r.body != "" {
			t.Errorf("%s: %d %s", request, r.status, r.body)
		}
		for _, c := range (&http.Response{Header: r.header}).Cookies() {
			if c.MaxAge >= 0 || c.Value != "" || !strings.HasSuffix(c.Name, "_token") {
				t.Errorf("%s: cookie %v", request, c)
			}
		}
	}
}

// TestAccessTokensOfOthers: what opens the endpoints for users is an access
// token, signed by a key that signs such tokens, or did so.
func TestAccessTokensOfOthers(t *testing.T) {
	t.Parallel()
	i := start(t)
	token := i.do(login("jane", password)).must(t).text("token")
	secret := func(as string) int { return i.send(call{do: "GET /api/two-factor/secret", as: as}).status }
	if status := secret("Bearer " + token); status != 200 {
		t.Errorf("the token: %d", status)
	}
	r := i.send(call{do: "GET /api/two-factor/secret", as: noKey, header: http.Header{"Cookie": {"access_token=" + token}}})
	if r.status != 200 {
		t.Errorf("the token in the cookie: %d", r.status)
	}
	for name, bad := range map[string]string{"none": "Bearer ", "garbage": "Bearer a.b.c", "without its signature": "Bearer " + token[:strings.LastIndex(token, ".")+1]} {
		if status := secret(bad); status != 401 {
			t.Errorf("%s: %d", name, status)
		}
	}
	key := i.do(`POST /api/key/generate {"key":{"algorithm":"ES256","name":"Tomorrow's"}}`).must(t).text("key.id")
	i.do("PATCH /api/tenant/" + tenantID + ` {"tenant":{"jwtConfiguration":{"accessTokenKeyId":"` + key + `"}}}`).must(t)
	if status := secret("Bearer " + token); status != 200 {
		t.Errorf("signed with the key of a moment ago: %d", status)
	}
}
