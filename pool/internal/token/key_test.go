package token

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// The standard library is the judge of signatures that it did not make.
func TestKeySignsAsTheStandardLibraryVerifies(t *testing.T) {
	t.Parallel()
	for _, seed := range []string{"", "a", "b", "us-east-1_Example access"} {
		k := NewKey(seed)
		if got := k.public.N.BitLen(); got != 2048 {
			t.Errorf("seed %q: the key has %d bits", seed, got)
		}
		for _, payload := range []string{"", "x", "another payload"} {
			signature, err := k.SignPayload([]byte(payload), jose.RS256)
			if err != nil {
				t.Fatal(err)
			}
			hash := sha256.Sum256([]byte(payload))
			if err := rsa.VerifyPKCS1v15(&k.public, crypto.SHA256, hash[:], signature); err != nil {
				t.Errorf("seed %q, payload %q: %v", seed, payload, err)
			}
			hash[0] ^= 1
			if rsa.VerifyPKCS1v15(&k.public, crypto.SHA256, hash[:], signature) == nil {
				t.Errorf("seed %q: a signature of something else was accepted", seed)
			}
		}
	}
}

func TestKeyBelongsToItsSeed(t *testing.T) {
	t.Parallel()
	a, again, b := NewKey("a"), NewKey("a"), NewKey("b")
	if a.kid != again.kid || a.kid == b.kid {
		t.Error("the same seed must give the same key, another seed another")
	}
}

func BenchmarkSign(b *testing.B) {
	k := NewKey("benchmark")
	for b.Loop() {
		if _, err := k.SignPayload([]byte("x"), jose.RS256); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNewKey(b *testing.B) {
	for b.Loop() {
		NewKey("benchmark")
	}
}
