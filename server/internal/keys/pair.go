package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	_ "crypto/sha1" // registers the hash of key ids
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"wherry/internal/secret"
)

// pair is asymmetric material in Go's own types; private and certificate may be
// absent.
type pair struct {
	public      crypto.PublicKey
	private     crypto.Signer
	certificate *x509.Certificate
}

// key fills a key with the pair, and with a kid unless it has one: the key's JWK
// thumbprint (RFC 7638) by SHA-1, which a certificate renewed does not change.
func (p pair) key(k Key) (Key, error) {
	der, err := x509.MarshalPKIXPublicKey(p.public)
	if err != nil {
		return Key{}, fmt.Errorf("write the public key: %w", err)
	}
	k.PublicKey = string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	k.Type, k.Length = size(p.public)
	if p.private != nil {
		if der, err = x509.MarshalPKCS8PrivateKey(p.private); err != nil {
			return Key{}, fmt.Errorf("write the private key: %w", err)
		}
		k.PrivateKey = secret.String(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
		k.HasPrivateKey = true
	}
	if p.certificate != nil {
		k.attach(p.certificate)
	}
	if k.Kid == "" {
		sum, err := (&jose.JSONWebKey{Key: p.public}).Thumbprint(crypto.SHA1)
		if err != nil {
			return Key{}, fmt.Errorf("name the key: %w", err)
		}
		k.Kid = base64.RawURLEncoding.EncodeToString(sum)
	}
	return k, nil
}

// size tells what a public key is; the type is empty if it is no key to sign with.
func size(public crypto.PublicKey) (Type, int) {
	switch public := public.(type) {
	case *rsa.PublicKey:
		return RSA, public.N.BitLen()
	case *ecdsa.PublicKey:
		return EC, public.Curve.Params().BitSize
	case ed25519.PublicKey:
		return OKP, 0
	default:
		return "", 0
	}
}
