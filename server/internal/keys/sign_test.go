package keys_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"wherry/server/internal/keys"
)

// checkSignature checks a token with the standard library alone.
func checkSignature(t *testing.T, k keys.Key, hash crypto.Hash, token string) {
	t.Helper()
	cut := strings.LastIndexByte(token, '.')
	signature, err := base64.RawURLEncoding.DecodeString(token[cut+1:])
	if err != nil {
		t.Fatal(err)
	}
	h := hash.New()
	h.Write([]byte(token[:cut]))
	if k.Type == keys.HMAC {
		mac := hmac.New(hash.New, []byte(k.Secret.Reveal()))
		mac.Write([]byte(token[:cut]))
		if !hmac.Equal(mac.Sum(nil), signature) {
			t.Error("the MAC is wrong")
		}
		return
	}
	block, _ := pem.Decode([]byte(k.PublicKey))
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	good := false
	switch public := public.(type) {
	case *rsa.PublicKey:
		good = rsa.VerifyPKCS1v15(public, hash, h.Sum(nil), signature) == nil
	case *ecdsa.PublicKey:
		half := len(signature) / 2
		r, s := new(big.Int).SetBytes(signature[:half]), new(big.Int).SetBytes(signature[half:])
		good = half == (public.Curve.Params().BitSize+7)/8 && ecdsa.Verify(public, h.Sum(nil), r, s)
	case ed25519.PublicKey:
		good = ed25519.Verify(public, []byte(token[:cut]), signature)
	}
	if !good {
		t.Error("the signature is wrong")
	}
}

func TestGeneratedKeysSignAndVerify(t *testing.T) {
	t.Parallel()
	hashes := map[string]crypto.Hash{"256": crypto.SHA256, "384": crypto.SHA384, "512": crypto.SHA512, "519": crypto.SHA512}
	for a := range lengths {
		t.Run(string(a), func(t *testing.T) {
			t.Parallel()
			k := generate(t, a)
			token := sign(t, k, map[string]any{"sub": "42"}, map[string]any{"gty": []string{"authorization_code"}})
			checkSignature(t, k, hashes[string(a[len(a)-3:])], token)

			got, err := keys.Verify(token, holding(k), a)
			if err != nil {
				t.Fatal(err)
			}
			if got.Algorithm != a || got.Kid != k.Kid || string(got.Claims) != `{"sub":"42"}` {
				t.Errorf("got %s %s %s", got.Algorithm, got.Kid, got.Claims)
			}
			if header := fmt.Sprint(got.Header); header != "map[gty:[authorization_code] typ:JWT]" {
				t.Errorf("header %s", header)
			}
		})
	}
}

func TestSignRefusesWhatWouldBreakTheToken(t *testing.T) {
	t.Parallel()
	s, err := generate(t, keys.ES256).Signer()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"alg", "b64", "crit"} {
		if _, err := s.Sign(1, map[string]any{name: "x"}); err == nil {
			t.Errorf("takes the header %s", name)
		}
	}
	if _, err := s.Sign(func() {}, nil); err == nil {
		t.Error("takes claims that are no JSON")
	}
	token, err := s.Sign(1, map[string]any{"kid": "another", "typ": "at+jwt"})
	if err != nil {
		t.Fatal(err)
	}
	header, _, _ := strings.Cut(token, ".")
	raw, _ := base64.RawURLEncoding.DecodeString(header)
	if strings.Contains(string(raw), "another") || !strings.Contains(string(raw), "at+jwt") {
		t.Errorf("header %s: typ is the caller's, kid the key's", raw)
	}
}
