package server_test

import (
	"encoding/base64"
	"encoding/json"
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
