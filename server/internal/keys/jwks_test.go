package keys_test

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"wherry/server/internal/keys"
)

func TestJWKS(t *testing.T) {
	t.Parallel()
	published := []keys.Key{generate(t, keys.RS256), generate(t, keys.ES512), generate(t, keys.Ed25519)}
	bare := generate(t, keys.ES256)
	bare.Certificate = ""
	published = append(published, bare)
	hmacKey := generate(t, keys.HS256)

	doc, err := keys.JWKS(append(published, hmacKey))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(doc), `"d"`) || strings.Contains(string(doc), `"oct"`) || strings.Contains(string(doc), hmacKey.Kid) {
		t.Errorf("something private is published: %s", doc)
	}
	var set struct{ Keys []map[string]any }
	if err := json.Unmarshal(doc, &set); err != nil || len(set.Keys) != len(published) {
		t.Fatalf("%d keys, %v", len(set.Keys), err)
	}
	for i, k := range published {
		jwk := set.Keys[i]
		if jwk["kid"] != k.Kid || jwk["alg"] != k.Algorithm.JWA() || jwk["use"] != "sig" || jwk["kty"] != string(k.Type) {
			t.Errorf("%v", jwk)
		}
		if k.Certificate == "" {
			if jwk["x5c"] != nil || jwk["x5t"] != nil {
				t.Errorf("a certificate from nowhere: %v", jwk)
			}
			continue
		}
		block, _ := pem.Decode([]byte(k.Certificate))
		if jwk["x5t"] != k.CertificateInformation.SHA1Thumbprint || jwk["x5t#S256"] != k.CertificateInformation.SHA256Thumbprint ||
			fmt.Sprint(jwk["x5c"]) != "["+base64.StdEncoding.EncodeToString(block.Bytes)+"]" {
			t.Errorf("%v", jwk)
		}
	}
}

// Somebody else's reader of JWKS finds the key and accepts the token.
func TestJWKSVerifiesTokens(t *testing.T) {
	t.Parallel()
	for _, a := range []keys.Algorithm{keys.RS256, keys.ES384, keys.Ed25519} {
		k := generate(t, a)
		doc, err := keys.JWKS([]keys.Key{k})
		if err != nil {
			t.Fatal(err)
		}
		var set jose.JSONWebKeySet
		if err := json.Unmarshal(doc, &set); err != nil {
			t.Fatal(err)
		}
		token, err := jose.ParseSignedCompact(sign(t, k, 1, nil), []jose.SignatureAlgorithm{jose.SignatureAlgorithm(a.JWA())})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := token.Verify(set); err != nil {
			t.Errorf("%s: %v", a, err)
		}
	}
}

func TestJWKSOfNothingIsAnEmptySet(t *testing.T) {
	t.Parallel()
	if doc, err := keys.JWKS(nil); err != nil || string(doc) != `{"keys":[]}` {
		t.Errorf("got %s, %v", doc, err)
	}
}
