package server_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestLogin(t *testing.T) {
	t.Parallel()
	const (
		app     = " /api/application/" + applicationID
		user    = " /api/user/" + janeID
		tenant  = " /api/tenant/" + tenantID
		open    = `PATCH` + app + ` {"application":{"loginConfiguration":{"requireAuthentication":false}}}`
		openToo = `PATCH` + tenant + ` {"tenant":{"loginConfiguration":{"requireAuthentication":false}}}`
		plain   = `POST /api/login {"loginId":"jane","password":"` + password + `"}`
	)
	right, wrong := login("jane@example.com", password), login("jane@example.com", "wrong password")
	as := func(more string) string { return strings.TrimSuffix(right, "}") + "," + more + "}" }
	check(t, []scenario{
		{name: "by address", do: right, status: 200, want: values{"user.id": janeID, "user.registrations.0.applicationId": applicationID, "user.encryptionScheme": absent, "refreshToken": absent}},
		{name: "by address, in another case", do: login("JANE@Example.Com", password), status: 200},
		{name: "by name, in another case", do: login("JANE", password), status: 200},
		{name: "by name, among types", do: as(`"loginIdTypes":["phoneNumber","email"]`), status: 200},
		{name: "by name, of another type", do: as(`"loginIdTypes":["username"]`), status: 404},
		{name: "without an application", do: plain, status: 200, want: values{"user.id": janeID}},
		{name: "without a token", do: as(`"noJWT":true`), status: 200, want: values{"token": absent, "tokenExpirationInstant": absent, "user.id": janeID}},
		{name: "with all that clients send along", do: as(`"newDevice":true,"ipAddress":"192.0.2.1","metaData":{"device":{"name":"d"}},"twoFactorTrustId":"x","eventInfo":{"deviceName":"d","data":{}}`), status: 200},

		{name: "not registered", given: []string{"DELETE /api/user/registration/" + janeID + "/" + applicationID}, do: right, status: 202, want: values{"user.id": janeID, "user.registrations": []any{}}},

		{
			name: "password has to be changed", given: []string{`PATCH` + user + ` {"user":{"passwordChangeRequired":true}}`}, do: right, status: 203,
			want: values{"changePasswordReason": "Administrative", "user": absent, "token": absent},
		},
		{name: "password has to be changed: not that it was wrong", given: []string{`PATCH` + user + ` {"user":{"passwordChangeRequired":true}}`}, do: wrong, status: 404},

		{name: "no login id, no password", do: `POST /api/login {}`, status: 400, codes: "[blank]loginId [blank]password"},
		{name: "blank login id", do: `POST /api/login {"loginId":"","password":"x"}`, status: 400, codes: "[blank]loginId"},
		{name: "login id of a wrong type", do: `POST /api/login {"loginId":["jane"],"password":"x"}`, status: 400, codes: "[couldNotConvert]loginId"},
		{name: "unknown type of login id", do: as(`"loginIdTypes":["email","shoeSize"]`), status: 400, codes: "[invalid]loginIdTypes"},
		{name: "application that is no id", do: `POST /api/login {"loginId":"jane","password":"x","applicationId":"app"}`, status: 400, codes: "[couldNotConvert]applicationId"},
		{name: "unknown application", do: `POST /api/login {"loginId":"jane","password":"x","applicationId":"` + nobodyID + `"}`, status: 400, codes: "[invalid]applicationId"},
		{name: "inactive application", given: []string{"DELETE" + app}, do: right, status: 400, codes: "[invalid]applicationId"},
		{name: "application of another tenant", given: []string{anotherTenant}, do: right, tenant: anotherTenantID, status: 400, codes: "[invalid]applicationId"},
		{name: "not JSON", do: "POST /api/login jane", status: 400, codes: "[invalidJSON]"},
		{name: "form of another site", given: []string{open}, do: "POST /api/login " + strings.TrimPrefix(right, "POST /api/login "), as: noKey, kind: "text/plain", status: 400, codes: "[InvalidContentType]"},

		{name: "key is needed", do: right, as: noKey, status: 401},
		{name: "key is needed, password wrong", do: wrong, as: noKey, status: 401},
		{name: "key is needed, this one may not", do: right, as: readerKey, status: 401},
		{name: "key is needed, this one has expired", do: right, as: expiredKey, status: 401},
		{name: "key of the tenant", do: right, as: tenantKey, status: 200},
		{name: "key is not needed", given: []string{open}, do: right, as: noKey, status: 200},
		{name: "key is not needed, and this one is unknown", given: []string{open}, do: right, as: "unknown-key", status: 200},
		{name: "without an application the tenant decides: needed", given: []string{open}, do: plain, as: noKey, status: 401},
		{name: "without an application the tenant decides: not needed", given: []string{openToo}, do: plain, as: noKey, status: 200},
		{name: "with an application only that decides", given: []string{openToo}, do: right, as: noKey, status: 401},

		{name: "no application, several tenants", given: []string{anotherTenant}, do: plain, status: 400, codes: "[TenantIdRequired]"},
		{name: "no application, several tenants, header", given: []string{anotherTenant}, do: plain, tenant: tenantID, status: 200},
		{name: "no application, several tenants, the wrong one", given: []string{anotherTenant}, do: plain, tenant: anotherTenantID, status: 404},
		{name: "no application, several tenants, key", given: []string{anotherTenant}, do: plain, as: tenantKey, status: 200},
		{name: "no application, several tenants, header without a key", given: []string{openToo, anotherTenant}, do: plain, as: noKey, tenant: tenantID, status: 200},
		{name: "application, several tenants", given: []string{anotherTenant}, do: right, status: 200},
		{name: "header that is no id", do: right, tenant: "Default", status: 400, codes: "[invalidTenantId]"},

		{name: "wrong password", do: wrong, status: 404},
		{name: "unknown user", do: login("nobody@example.com", password), status: 404},
		{name: "user without a password", given: []string{`POST /api/user {"user":{"email":"joe@example.com"}}`}, do: login("joe@example.com", password), status: 404},

		{name: "expired", given: []string{`PATCH` + user + ` {"user":{"expiry":1500000000000}}`}, do: right, status: 410},
		{name: "expired: not that the password was wrong", given: []string{`PATCH` + user + ` {"user":{"expiry":1500000000000}}`}, do: wrong, status: 404},
		{name: "deactivated", given: []string{"DELETE" + user}, do: right, status: 423},
		{name: "deactivated: not that the password was wrong", given: []string{"DELETE" + user}, do: wrong, status: 404},
		{name: "reactivated", given: []string{"DELETE" + user, "PUT" + user + "?reactivate=true"}, do: right, status: 200},
	})
}

// TestWrongPasswordLooksLikeNobody: an answer tells nobody who has an account.
func TestWrongPasswordLooksLikeNobody(t *testing.T) {
	t.Parallel()
	i := start(t)
	known, unknown := i.do(login("jane", "wrong password")), i.do(login("nobody", "wrong password"))
	if known.status != unknown.status || known.body != unknown.body || len(known.header) != len(unknown.header) {
		t.Errorf("known: %+v, unknown: %+v", known, unknown)
	}
}

// TestLoginToken: what the access token says, and the cookie that holds it.
func TestLoginToken(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(`PATCH /api/application/` + applicationID + ` {"application":{"jwtConfiguration":{"enabled":true,"timeToLiveInSeconds":60}}}`).must(t)
	before := i.clock.now()
	r := i.do(login("jane", password)).must(t)
	claims := payload(t, r.text("token"))
	for name, want := range map[string]any{
		"iss": "http://localhost:9011", "sub": janeID, "aud": applicationID, "applicationId": applicationID, "tid": tenantID,
		"authenticationType": "PASSWORD",
	} {
		if claims[name] != want {
			t.Errorf("%s is %v, want %v", name, claims[name], want)
		}
	}
	expires := time.Unix(int64(claims["exp"].(float64)), 0)
	if ttl := expires.Sub(before.Truncate(time.Second)); ttl < time.Minute || ttl > 2*time.Minute {
		t.Errorf("the token lives for %s", ttl)
	}
	cookies := (&http.Response{Header: r.header}).Cookies()
	if len(cookies) != 1 || cookies[0].Name != "access_token" || cookies[0].Value != r.text("token") ||
		!cookies[0].HttpOnly || cookies[0].Secure || cookies[0].SameSite != http.SameSiteLaxMode || !cookies[0].Expires.IsZero() {
		t.Errorf("cookies: %v", cookies)
	}
	behindTLS := i.send(call{do: login("jane", password), header: http.Header{"X-Forwarded-Proto": {"https"}}}).must(t)
	if !strings.Contains(behindTLS.header.Get("Set-Cookie"), "Secure") {
		t.Error("behind TLS the cookie must be Secure")
	}
	quiet := i.do(strings.TrimSuffix(login("jane", password), "}") + `,"noJWT":true}`).must(t)
	if quiet.header.Get("Set-Cookie") != "" {
		t.Error("without a token there is no cookie")
	}
}

// payload is what a token says, unverified.
func payload(t testing.TB, token string) map[string]any { t.Helper(); return partOf(t, token, 1) }

// header is the first part of a token.
func header(t testing.TB, token string) map[string]any { t.Helper(); return partOf(t, token, 0) }

func partOf(t testing.TB, token string, n int) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("no token: %q", token)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[n])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(raw, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

// TestLoginIsRecorded: with the user, the identity and the registration.
func TestLoginIsRecorded(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		before := i.do("GET /api/user/" + janeID)
		before.want(t, values{"user.lastLoginInstant": absent, "user.identities.0.lastLoginInstant": absent})
		i.do(login("jane", "wrong password"))
		i.do("GET /api/user/"+janeID).want(t, values{"user.lastLoginInstant": absent})
		instant := i.do(login("jane", password)).must(t).at("user.lastLoginInstant")
		i.do("GET /api/user/"+janeID).want(t, values{
			"user.lastLoginInstant": instant, "user.registrations.0.lastLoginInstant": instant,
			"user.identities.0.lastLoginInstant": absent, "user.identities.1.lastLoginInstant": instant, // it was the user name
		})
	})
}

// TestPasswordExpires: a password that is too old has to be changed.
func TestPasswordExpires(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"maximumPasswordAge":{"enabled":true,"days":2}}}`).must(t)
	if r := i.do(login("jane", password)); r.status != http.StatusOK {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
	i.clock.advance(49 * hour)
	r := i.do(login("jane", password))
	if r.status != http.StatusNonAuthoritativeInfo || len(r.text("changePasswordId")) < 43 {
		t.Errorf("status %d: %s", r.status, r.body)
	}
	r.want(t, values{"changePasswordReason": "Expired", "user": absent, "token": absent})
}

// TestRolesInTokens: tokens carry the registration's roles, but none that the
// application has no more.
func TestRolesInTokens(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(`PATCH /api/user/registration/` + janeID + `/` + applicationID + ` {"registration":{"roles":["writer"]}}`).must(t)
	roles := func() any { return payload(t, i.do(login("jane", password)).must(t).text("token"))["roles"] }
	if got, _ := roles().([]any); len(got) != 2 || got[0] != "reader" || got[1] != "writer" {
		t.Errorf("roles: %v", got)
	}
	i.do("DELETE /api/application/" + applicationID + "/role?name=writer").must(t)
	if got, _ := roles().([]any); len(got) != 1 || got[0] != "reader" {
		t.Errorf("after one was deleted: %v", got)
	}
	i.do("DELETE /api/user/registration/" + janeID + "/" + applicationID).must(t)
	claims := payload(t, i.do(login("jane", password)).must(t).text("token"))
	if claims["roles"] != nil || claims["applicationId"] != nil || claims["aud"] != applicationID {
		t.Errorf("without a registration: %v", claims)
	}
}
