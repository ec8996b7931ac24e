package server_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

func TestKeys(t *testing.T) {
	t.Parallel()
	const (
		rsaKey  = "11111111-aaaa-0000-0000-000000000001"
		hmacKey = "11111111-aaaa-0000-0000-000000000002"
		secret  = "0123456789abcdef0123456789abcdef"
	)
	check(t, []scenario{
		{
			name: "generate RSA", do: `POST /api/key/generate/` + rsaKey + ` {"key":{"algorithm":"RS256","name":"For tokens","length":2048}}`, status: 200,
			want: values{"key.id": rsaKey, "key.type": "RSA", "key.length": 2048, "key.hasPrivateKey": true, "key.privateKey": absent, "key.secretMaterial": absent},
		},
		{
			name: "generate EC", do: `POST /api/key/generate {"key":{"algorithm":"ES256","name":"For tokens"}}`, status: 200,
			want: values{"key.type": "EC", "key.algorithm": "ES256", "key.hasPrivateKey": true, "key.privateKey": absent},
		},
		{
			name: "import HMAC", do: `POST /api/key/import {"key":{"algorithm":"HS256","name":"Shared","secret":"` + secret + `"}}`, status: 200,
			want: values{"key.type": "HMAC", "key.secret": absent, "key.secretMaterial": absent},
		},
		{
			name: "rename", given: []string{`POST /api/key/import/` + hmacKey + ` {"key":{"algorithm":"HS256","name":"Shared","secret":"` + secret + `"}}`},
			do: `PUT /api/key/` + hmacKey + ` {"key":{"name":"Renamed","algorithm":"RS256"}}`, status: 200,
			want: values{"key.name": "Renamed", "key.algorithm": "HS256"},
		},
		{
			name: "delete", given: []string{`POST /api/key/import/` + hmacKey + ` {"key":{"algorithm":"HS256","name":"Shared","secret":"` + secret + `"}}`},
			do: `DELETE /api/key/` + hmacKey, status: 200,
		},
		{name: "no name", do: `POST /api/key/generate {"key":{"algorithm":"ES256"}}`, status: 400, codes: "[blank]key.name"},
		{name: "unknown algorithm", do: `POST /api/key/generate {"key":{"algorithm":"RS1","name":"x"}}`, status: 400, codes: "[invalid]key.algorithm"},
		{name: "short RSA", do: `POST /api/key/generate {"key":{"algorithm":"RS256","name":"x","length":1024}}`, status: 400, codes: "[invalid]key.length"},
		{name: "short secret", do: `POST /api/key/import {"key":{"algorithm":"HS256","name":"x","secret":"short"}}`, status: 400, codes: "[invalid]key.secret"},
		{
			name: "taken name and kid", given: []string{`POST /api/key/import {"key":{"algorithm":"HS256","kid":"k","name":"Shared","secret":"` + secret + `"}}`},
			do:     `POST /api/key/import {"key":{"algorithm":"HS256","kid":"k","name":"shared","secret":"` + secret + `"}}`,
			status: 400, codes: "[duplicate]key.kid [duplicate]key.name",
		},
		{name: "nobody's key", do: "GET /api/key/" + nobodyID, status: 404},
		{name: "key of one tenant", do: "GET /api/key", as: tenantKey, status: 401},
	})
}

// A tenant that is told to sign with another key does, at once; the old key
// stays published, so tokens that it signed go on being good.
func TestTenantSignsWithAnotherKey(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		key := i.do(`POST /api/key/generate {"key":{"algorithm":"ES256","name":"Elliptic"}}`).must(t).text("key.id")
		i.do(fmt.Sprintf(`PATCH /api/tenant/%s {"tenant":{"jwtConfiguration":{"accessTokenKeyId":%q,"idTokenKeyId":%q}}}`, tenantID, key, key)).must(t)
		token := i.do(`POST /api/login {"loginId":"jane@example.com","password":"` + password + `","applicationId":"` + applicationID + `"}`).must(t).text("token")

		var set jose.JSONWebKeySet
		if err := json.Unmarshal([]byte(i.do("GET /.well-known/jwks.json").must(t).body), &set); err != nil {
			t.Fatal(err)
		}
		if len(set.Keys) != 2 {
			t.Errorf("%d keys are published, want both", len(set.Keys))
		}
		signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := signed.Verify(set.Key(signed.Signatures[0].Header.KeyID)[0]); err != nil {
			t.Error(err)
		}
		if r := i.do("DELETE /api/key/" + key); r.status != 400 || !strings.Contains(r.body, "[inUse]") {
			t.Errorf("a key in use was deleted: %d %s", r.status, r.body)
		}
	})
}
