package keys_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"wherry/server/internal/keys"
)

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// lengths has one row for each algorithm, with a length to ask for.
var lengths = map[keys.Algorithm]int{
	keys.RS256: 2048, keys.RS384: 3072, keys.RS512: 2048,
	keys.ES256: 256, keys.ES384: 0, keys.ES512: 521,
	keys.Ed25519: 0,
	keys.HS256:   0, keys.HS384: 0, keys.HS512: 0,
}

func generate(t *testing.T, a keys.Algorithm) keys.Key {
	t.Helper()
	k, err := keys.Generate(keys.Spec{Algorithm: a, Length: lengths[a], Name: "Test", Issuer: "acme.com", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func sign(t *testing.T, k keys.Key, claims any, extra map[string]any) string {
	t.Helper()
	s, err := k.Signer()
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.Sign(claims, extra)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// holding finds one key, whatever kid is asked for.
func holding(k keys.Key) func(string) (*keys.Verifier, error) {
	return func(string) (*keys.Verifier, error) { return k.Verifier() }
}

// fields lists what an error blames.
func fields(err error) string {
	var mistakes keys.FieldErrors
	if !errors.As(err, &mistakes) {
		return ""
	}
	names := make([]string, len(mistakes))
	for i, m := range mistakes {
		names[i] = m.Field
	}
	return strings.Join(names, " ")
}
