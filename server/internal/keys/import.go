package keys

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"

	"wherry/internal/secret"
)

// Material is a key that comes from elsewhere. Any one of the PEM texts will do;
// of several, all must be of the same key.
type Material struct {
	Algorithm   Algorithm // inferred if empty
	Type        Type      // inferred if empty
	Kid         string    // made if empty
	Name        string
	Certificate string        // PEM
	PublicKey   string        // PEM: SubjectPublicKeyInfo or PKCS #1
	PrivateKey  secret.String // PEM: PKCS #8, PKCS #1 or SEC 1, not encrypted
	Secret      secret.String // of HMAC
}

// Import makes a key of what is given; FieldErrors say what is wrong with it.
// RSA keys have 2048 bits at least, 1024 if they are for verifying only, and are
// for RS256 unless something else is asked for. HMAC secrets are for HS256
// unless something else is asked for, and have as many bytes as the hash of
// their algorithm (RFC 7518 section 3.2).
func Import(m Material) (Key, error) {
	if m.Algorithm != "" && algorithms[m.Algorithm].kind == "" {
		return Key{}, unknown(m.Algorithm)
	}
	if m.Secret != "" || m.Type == HMAC || algorithms[m.Algorithm].kind == HMAC {
		return m.importSecret()
	}
	return m.importPair()
}

func (m Material) importSecret() (Key, error) {
	m.Algorithm = cmp.Or(m.Algorithm, HS256)
	t := algorithms[m.Algorithm]
	var errs []error
	if m.Certificate != "" || m.PublicKey != "" || m.PrivateKey != "" {
		errs = append(errs, fieldError("secret", "a key is either a secret or a key pair"))
	}
	if m.Type != "" && m.Type != HMAC {
		errs = append(errs, fieldError("type", "a key with a secret is of type HMAC"))
	}
	if t.kind != HMAC {
		errs = append(errs, fieldError("algorithm", "a secret signs with HS256, HS384 or HS512"))
	} else if len(m.Secret) < t.hash.Size() {
		errs = append(errs, fieldError("secret", "%s wants a secret of %d bytes at least", m.Algorithm, t.hash.Size()))
	}
	if err := join(errs...); err != nil {
		return Key{}, err
	}
	return Key{Algorithm: m.Algorithm, Kid: cmp.Or(m.Kid, hmacKid()), Name: m.Name, Type: HMAC, Secret: m.Secret}, nil
}

func (m Material) importPair() (Key, error) {
	p, err := m.parse()
	if err != nil {
		return Key{}, err
	}
	m.Algorithm = cmp.Or(m.Algorithm, infer(p.public))
	if err := m.check(p); err != nil {
		return Key{}, err
	}
	return p.key(Key{Algorithm: m.Algorithm, Kid: m.Kid, Name: m.Name})
}

func infer(public crypto.PublicKey) Algorithm {
	kind, bits := size(public)
	switch {
	case kind == OKP:
		return Ed25519
	case kind == RSA:
		return RS256
	case bits == 384:
		return ES384
	case bits == 521:
		return ES512
	default:
		return ES256
	}
}

// check tells whether the material is strong enough and fits its algorithm.
func (m Material) check(p pair) error {
	kind, bits := size(p.public)
	t := algorithms[m.Algorithm]
	var errs []error
	if m.Type != "" && m.Type != kind {
		errs = append(errs, fieldError("type", "the key given is of type %s", kind))
	}
	switch {
	case kind == EC && bits < 256:
		errs = append(errs, fieldError("length", "an EC key has 256 bits at least"))
	case kind == RSA && bits < 2048 && p.private != nil:
		errs = append(errs, fieldError("length", "an RSA key that signs has 2048 bits at least"))
	case kind == RSA && (bits < 1024 || bits > 8192):
		errs = append(errs, fieldError("length", "an RSA key has 1024 to 8192 bits"))
	}
	if t.kind != kind || kind == EC && p.public.(*ecdsa.PublicKey).Curve != t.curve {
		errs = append(errs, fieldError("algorithm", "the key given is no key for %s", m.Algorithm))
	}
	return join(errs...)
}
