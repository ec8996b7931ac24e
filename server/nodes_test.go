package server_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"wherry/server"
)

// pair starts two servers on one PostgreSQL.
func pair(t *testing.T) (one, other *instance) {
	t.Helper()
	c := server.Config{Database: schema(t), Kickstart: sampleKickstart, Getenv: sampleEnv}
	return open(t, c), open(t, c)
}

// eventually waits for what another goroutine brings about.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for range 2000 {
		if happened() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("%s: it did not happen", what)
}

// TestACopyOfAKeyIsDroppedEverywhere: one server signs with a key that is
// replaced, under its id, through the other.
func TestACopyOfAKeyIsDroppedEverywhere(t *testing.T) {
	t.Parallel()
	one, other := pair(t)
	const (
		key   = "11111111-aaaa-0000-0000-000000000002"
		named = `PATCH /api/tenant/` + tenantID + ` {"tenant":{"jwtConfiguration":{"accessTokenKeyId":"`
	)

	signingKey := one.do("GET /api/tenant/" + tenantID).must(t).text("tenant.jwtConfiguration.accessTokenKeyId")
	signsWith := func(kid, secret string) {
		other.do(`POST /api/key/import/` + key + ` {"key":{"algorithm":"HS256","name":"K","kid":"` + kid + `","secret":"` + strings.Repeat(secret, 32) + `"}}`).must(t)
		other.do(named + key + `"}}}`).must(t)
		eventually(t, "tokens are signed with "+kid, func() bool {
			return kidOf(t, one.do(login("jane", password)).must(t).text("token")) == kid
		})
	}
	signsWith("first", "a")
	other.do(named + signingKey + `"}}}`).must(t)
	other.do("DELETE /api/key/" + key).must(t)
	signsWith("second", "b")
}

// TestUserInfoIsOfThisMoment: what is done through one server counts at the other
// with the next request, whatever that one has said before.
func TestUserInfoIsOfThisMoment(t *testing.T) {
	t.Parallel()
	one, other := pair(t)
	one.withRefreshTokens(t, "")
	token := one.tokens(t, "openid profile offline_access").text("access_token")
	says := func(status int, name string) {
		t.Helper()
		if r := other.userInfo(token); r.status != status || r.text("given_name") != name {
			t.Errorf("status %d, want %d; the name should be %q: %s", r.status, status, name, r.body)
		}
	}
	eventually(t, "the application is known", func() bool { return other.userInfo(token).status == 200 })
	for _, name := range []string{"June", "Janet", "June"} {
		one.do(`PATCH /api/user/` + janeID + ` {"user":{"firstName":"` + name + `"}}`).must(t)
		says(200, name)
	}
	one.do("DELETE /api/user/" + janeID).must(t)
	says(400, "")
	one.do("PUT /api/user/" + janeID + "?reactivate=true").must(t)
	says(200, "June")
	one.post("/oauth2/revoke", url.Values{"token": {token}, "client_id": {applicationID}, "client_secret": {clientSecret}}).must(t)
	says(400, "")
}

func kidOf(t *testing.T, token string) string {
	t.Helper()
	head, _, _ := strings.Cut(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(head)
	if err != nil {
		t.Fatal(err)
	}
	var header struct{ KID string }
	if err := json.Unmarshal(raw, &header); err != nil {
		t.Fatal(err)
	}
	return header.KID
}
