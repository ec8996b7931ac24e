package keys_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"wherry/internal/secret"
	"wherry/server/internal/keys"
)

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	rs, es, hs := generate(t, keys.RS256), generate(t, keys.ES256), generate(t, keys.HS256)
	good := sign(t, rs, map[string]any{"sub": "42"}, nil)
	parts := strings.Split(good, ".")
	confused := rs
	confused.Algorithm, confused.Type, confused.Secret = keys.HS256, keys.HMAC, secret.String(rs.PublicKey)
	stronger := rs
	stronger.Algorithm = keys.RS512
	encode := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	all := []keys.Algorithm{keys.RS256, keys.RS512, keys.ES256, keys.HS256}

	for name, c := range map[string]struct {
		token   string
		key     keys.Key
		allowed []keys.Algorithm
	}{
		"nothing":                           {"", rs, all},
		"two parts":                         {parts[0] + "." + parts[1], rs, all},
		"full serialisation":                {`{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`, rs, all},
		"other claims":                      {parts[0] + "." + encode(`{"sub":"43"}`) + "." + parts[2], rs, all},
		"no signature":                      {parts[0] + "." + parts[1] + ".", rs, all},
		"alg none":                          {encode(`{"alg":"none"}`) + "." + parts[1] + ".", rs, all},
		"signed with the public key's text": {sign(t, confused, 1, nil), rs, all},
		"another algorithm than the key's":  {sign(t, stronger, 1, nil), rs, all},
		"an algorithm that is not allowed":  {sign(t, hs, 1, nil), hs, []keys.Algorithm{keys.RS256, keys.ES256}},
		"no algorithm allowed":              {good, rs, nil},
		"another key of the same algorithm": {good, generate(t, keys.RS256), all},
		"another key":                       {good, es, all},
		"a critical header":                 {encode(`{"alg":"HS256","crit":["exp"],"exp":1}`) + "." + parts[1] + "." + parts[2], hs, all},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := keys.Verify(c.token, holding(c.key), c.allowed...); !errors.Is(err, keys.ErrToken) {
				t.Errorf("got %v, want ErrToken", err)
			}
		})
	}
}

func TestVerifyFindsKeysByKid(t *testing.T) {
	t.Parallel()
	k := generate(t, keys.ES256)
	down := errors.New("the store is down")
	find := func(kid string) (*keys.Verifier, error) {
		switch kid {
		case k.Kid:
			return k.Verifier()
		case "down":
			return nil, down
		default:
			return nil, keys.ErrToken
		}
	}
	for kid, want := range map[string]error{k.Kid: nil, "unknown": keys.ErrToken, "down": down} {
		renamed := k
		renamed.Kid = kid
		if _, err := keys.Verify(sign(t, renamed, 1, nil), find, keys.ES256); !errors.Is(err, want) {
			t.Errorf("kid %s: %v, want %v", kid, err, want)
		}
	}
}

// FuzzVerify holds that of all texts only the token itself is accepted.
func FuzzVerify(f *testing.F) {
	k, err := keys.Import(keys.Material{Secret: secret.String(strings.Repeat("s", 32)), Kid: "fuzz"})
	if err != nil {
		f.Fatal(err)
	}
	s, err := k.Signer()
	if err != nil {
		f.Fatal(err)
	}
	good, err := s.Sign(map[string]any{"sub": "42"}, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add("eyJhbGciOiJub25lIn0.eyJzdWIiOiI0MiJ9.")
	f.Add(`{"payload":"e30","signature":""}`)
	f.Fuzz(func(t *testing.T, token string) {
		got, err := keys.Verify(token, holding(k), keys.HS256, keys.RS256)
		if err == nil && string(got.Claims) != `{"sub":"42"}` {
			t.Errorf("accepted %s with claims %s", token, got.Claims)
		}
	})
}
