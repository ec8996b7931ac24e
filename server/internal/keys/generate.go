package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"time"

	"wherry/internal/secret"
)

// Spec is what a new key shall be.
type Spec struct {
	Algorithm Algorithm
	Length    int // bits: 2048, 3072 or 4096 for RSA; others have one length, which zero stands for
	Name      string
	Issuer    string // of the certificate; an HMAC key has none
	Now       time.Time
}

// Generate makes a key; FieldErrors say what cannot be made. A key pair comes
// with a certificate signed by itself.
func Generate(spec Spec) (Key, error) {
	t, known := algorithms[spec.Algorithm]
	if !known {
		return Key{}, unknown(spec.Algorithm)
	}
	if err := t.checkLength(spec.Length); err != nil {
		return Key{}, err
	}
	if t.kind == HMAC {
		return generateHMAC(spec)
	}
	private, err := t.generate(spec.Length)
	if err != nil {
		return Key{}, fmt.Errorf("generate a key for %s: %w", spec.Algorithm, err)
	}
	certificate, err := certify(private, spec.Issuer, spec.Now)
	if err != nil {
		return Key{}, err
	}
	return pair{public: private.Public(), private: private, certificate: certificate}.
		key(Key{Algorithm: spec.Algorithm, Name: spec.Name})
}

func unknown(a Algorithm) error {
	return fieldError("algorithm", "%q is none of RS256, RS384, RS512, ES256, ES384, ES512, HS256, HS384, HS512 and Ed25519", a)
}

func (t traits) checkLength(bits int) error {
	switch {
	case t.kind == RSA && bits != 2048 && bits != 3072 && bits != 4096:
		return fieldError("length", "an RSA key has 2048, 3072 or 4096 bits")
	case t.kind == EC && bits != 0 && bits != t.curve.Params().BitSize:
		return fieldError("length", "a key for this algorithm has %d bits", t.curve.Params().BitSize)
	}
	return nil
}

func (t traits) generate(bits int) (crypto.Signer, error) {
	switch t.kind {
	case RSA:
		return rsa.GenerateKey(rand.Reader, bits)
	case EC:
		return ecdsa.GenerateKey(t.curve, rand.Reader)
	default:
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	}
}

// generateHMAC makes a secret as long as the algorithm's hash, and writes it in
// base64, whose text is the key: a secret must be something one can paste.
func generateHMAC(spec Spec) (Key, error) {
	raw := make([]byte, algorithms[spec.Algorithm].hash.Size())
	rand.Read(raw)
	return Key{
		Algorithm: spec.Algorithm,
		Kid:       hmacKid(),
		Name:      spec.Name,
		Type:      HMAC,
		Secret:    secret.String(base64.StdEncoding.EncodeToString(raw)),
	}, nil
}

// hmacKid is drawn by lot: derived from the secret it would tell something of it.
func hmacKid() string {
	raw := make([]byte, 5)
	rand.Read(raw)
	return fmt.Sprintf("%x", raw)
}
