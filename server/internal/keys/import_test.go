package keys_test

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"wherry/internal/secret"
	"wherry/server/internal/keys"
)

// text writes DER as PEM; it takes the results of the x509 functions.
func text(t *testing.T, kind string) func(der []byte, err error) string {
	t.Helper()
	return func(der []byte, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
}

func curveKey(t *testing.T, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	private, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return private
}

func TestImportOfEveryForm(t *testing.T) {
	t.Parallel()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ec := curveKey(t, elliptic.P384())
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8 := func(k any) secret.String {
		return secret.String(text(t, "PRIVATE KEY")(x509.MarshalPKCS8PrivateKey(k)))
	}
	pkix := func(k any) string { return text(t, "PUBLIC KEY")(x509.MarshalPKIXPublicKey(k)) }
	generated := generate(t, keys.RS512)

	for name, c := range map[string]struct {
		given keys.Material
		want  keys.Key // Algorithm, Type, Length and HasPrivateKey
	}{
		"RSA, PKCS #8":         {keys.Material{PrivateKey: pkcs8(rsaKey)}, keys.Key{Algorithm: keys.RS256, Type: keys.RSA, Length: 2048, HasPrivateKey: true}},
		"RSA, PKCS #1":         {keys.Material{PrivateKey: secret.String(text(t, "RSA PRIVATE KEY")(x509.MarshalPKCS1PrivateKey(rsaKey), nil))}, keys.Key{Algorithm: keys.RS256, Type: keys.RSA, Length: 2048, HasPrivateKey: true}},
		"RSA, for RS384":       {keys.Material{Algorithm: keys.RS384, PrivateKey: pkcs8(rsaKey)}, keys.Key{Algorithm: keys.RS384, Type: keys.RSA, Length: 2048, HasPrivateKey: true}},
		"RSA, both parts":      {keys.Material{Type: keys.RSA, PrivateKey: pkcs8(rsaKey), PublicKey: pkix(&rsaKey.PublicKey)}, keys.Key{Algorithm: keys.RS256, Type: keys.RSA, Length: 2048, HasPrivateKey: true}},
		"RSA, public":          {keys.Material{PublicKey: pkix(&rsaKey.PublicKey)}, keys.Key{Algorithm: keys.RS256, Type: keys.RSA, Length: 2048}},
		"RSA, public, PKCS #1": {keys.Material{PublicKey: text(t, "RSA PUBLIC KEY")(x509.MarshalPKCS1PublicKey(&rsaKey.PublicKey), nil)}, keys.Key{Algorithm: keys.RS256, Type: keys.RSA, Length: 2048}},
		"certificate":          {keys.Material{Certificate: generated.Certificate}, keys.Key{Algorithm: keys.RS256, Type: keys.RSA, Length: 2048}},
		"certificate and key":  {keys.Material{Algorithm: keys.RS512, Certificate: generated.Certificate, PrivateKey: generated.PrivateKey}, keys.Key{Algorithm: keys.RS512, Type: keys.RSA, Length: 2048, HasPrivateKey: true}},
		"EC, SEC 1":            {keys.Material{PrivateKey: secret.String(text(t, "EC PRIVATE KEY")(x509.MarshalECPrivateKey(ec)))}, keys.Key{Algorithm: keys.ES384, Type: keys.EC, Length: 384, HasPrivateKey: true}},
		"EC, with preamble":    {keys.Material{PrivateKey: "-----BEGIN EC PARAMETERS-----\nBgUrgQQAIg==\n-----END EC PARAMETERS-----\n" + pkcs8(ec)}, keys.Key{Algorithm: keys.ES384, Type: keys.EC, Length: 384, HasPrivateKey: true}},
		"EC, public, P-256":    {keys.Material{PublicKey: pkix(&curveKey(t, elliptic.P256()).PublicKey)}, keys.Key{Algorithm: keys.ES256, Type: keys.EC, Length: 256}},
		"EC, public, P-521":    {keys.Material{PublicKey: pkix(&curveKey(t, elliptic.P521()).PublicKey)}, keys.Key{Algorithm: keys.ES512, Type: keys.EC, Length: 521}},
		"Ed25519":              {keys.Material{PrivateKey: pkcs8(ed)}, keys.Key{Algorithm: keys.Ed25519, Type: keys.OKP, HasPrivateKey: true}},
		"secret":               {keys.Material{Secret: secret.String(strings.Repeat("s", 32))}, keys.Key{Algorithm: keys.HS256, Type: keys.HMAC}},
		"secret for HS512":     {keys.Material{Algorithm: keys.HS512, Secret: secret.String(strings.Repeat("s", 64))}, keys.Key{Algorithm: keys.HS512, Type: keys.HMAC}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.given.Name = "Imported"
			k, err := keys.Import(c.given)
			if err != nil {
				t.Fatal(err)
			}
			if k.Algorithm != c.want.Algorithm || k.Type != c.want.Type || k.Length != c.want.Length || k.HasPrivateKey != c.want.HasPrivateKey || k.Name != "Imported" {
				t.Errorf("got %s %s %d %v %s", k.Algorithm, k.Type, k.Length, k.HasPrivateKey, k.Name)
			}
			if (k.CertificateInformation != nil) != (c.given.Certificate != "") {
				t.Error("a certificate is described if there is one")
			}
			if k.HasPrivateKey || k.Type == keys.HMAC {
				if _, err := keys.Verify(sign(t, k, 1, nil), holding(k), k.Algorithm); err != nil {
					t.Error(err)
				}
			}
			if _, err := k.Verifier(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestImportRefuses(t *testing.T) {
	t.Parallel()
	pkcs8 := func(k any) secret.String {
		return secret.String(text(t, "PRIVATE KEY")(x509.MarshalPKCS8PrivateKey(k)))
	}
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	x25519, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	es, other := generate(t, keys.ES256), generate(t, keys.ES256)
	long := secret.String(strings.Repeat("s", 64))

	for name, c := range map[string]struct {
		given  keys.Material
		fields string
	}{
		"nothing":                     {keys.Material{}, "publicKey"},
		"unknown algorithm":           {keys.Material{Algorithm: "PS256", PrivateKey: es.PrivateKey}, "algorithm"},
		"algorithm of another type":   {keys.Material{Algorithm: keys.RS256, PrivateKey: es.PrivateKey}, "algorithm"},
		"algorithm of another curve":  {keys.Material{Algorithm: keys.ES384, PrivateKey: es.PrivateKey}, "algorithm"},
		"another type":                {keys.Material{Type: keys.RSA, PrivateKey: es.PrivateKey}, "type"},
		"everything wrong":            {keys.Material{Algorithm: keys.RS256, Type: keys.RSA, PrivateKey: pkcs8(curveKey(t, elliptic.P224()))}, "type length algorithm"},
		"RSA too weak to sign":        {keys.Material{PrivateKey: pkcs8(weak)}, "length"},
		"no PEM":                      {keys.Material{PublicKey: "x", PrivateKey: "y", Certificate: "z"}, "publicKey privateKey certificate"},
		"public key as private":       {keys.Material{PrivateKey: secret.String(es.PublicKey)}, "privateKey"},
		"private key as public":       {keys.Material{PublicKey: es.PrivateKey.Reveal()}, "publicKey"},
		"public key as certificate":   {keys.Material{Certificate: es.PublicKey}, "certificate"},
		"key for key agreement":       {keys.Material{PrivateKey: pkcs8(x25519)}, "privateKey"},
		"its public part":             {keys.Material{PublicKey: text(t, "PUBLIC KEY")(x509.MarshalPKIXPublicKey(x25519.PublicKey()))}, "publicKey"},
		"encrypted":                   {keys.Material{PrivateKey: "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"}, "privateKey"},
		"encrypted, the old way":      {keys.Material{PrivateKey: "-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: x\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"}, "privateKey"},
		"parts of different keys":     {keys.Material{PublicKey: other.PublicKey, PrivateKey: es.PrivateKey, Certificate: es.Certificate}, "privateKey certificate"},
		"another's certificate":       {keys.Material{PrivateKey: es.PrivateKey, Certificate: other.Certificate}, "certificate"},
		"secret too short":            {keys.Material{Secret: "0123456789012345678901234567890"}, "secret"},
		"secret too short for HS512":  {keys.Material{Algorithm: keys.HS512, Secret: long[:63]}, "secret"},
		"no secret":                   {keys.Material{Algorithm: keys.HS256}, "secret"},
		"secret for RS256":            {keys.Material{Algorithm: keys.RS256, Secret: long}, "algorithm"},
		"secret of type RSA":          {keys.Material{Type: keys.RSA, Secret: long}, "type"},
		"secret and pair":             {keys.Material{PrivateKey: es.PrivateKey, Secret: long}, "secret"},
		"no secret but a pair for it": {keys.Material{Type: keys.HMAC, PrivateKey: es.PrivateKey}, "secret secret"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k, err := keys.Import(c.given)
			if got := fields(err); got != c.fields {
				t.Errorf("blames %q (%v), want %q", got, err, c.fields)
			}
			if k.PrivateKey != "" || k.Secret != "" {
				t.Error("a key that was refused has been made")
			}
		})
	}
}

func TestImportForVerifyingTakesWeakerKeys(t *testing.T) {
	t.Parallel()
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	public := text(t, "PUBLIC KEY")(x509.MarshalPKIXPublicKey(&weak.PublicKey))
	if k, err := keys.Import(keys.Material{PublicKey: public}); err != nil || k.Length != 1024 {
		t.Errorf("%d bits, %v", k.Length, err)
	}
}

func TestKid(t *testing.T) {
	t.Parallel()
	// RFC 7638 section 3.1 and RFC 8037 A.3 have these keys' thumbprints by
	// SHA-256; those by SHA-1 were computed with Python's hashlib.
	for jwk, want := range map[string]string{
		rfc7638: "nMGlFRw9Y5POaSOaIaRBc9P2nfA",
		rfc8037: "VmxEWEmFxGLRPOX30HXyts0yJOE",
		rfc7515: "EMMMl6Rj75mqhcABihxxl_VCN9s",
	} {
		k, err := keys.Import(keys.Material{PublicKey: fromJWK(t, jwk)})
		if err != nil || k.Kid != want {
			t.Errorf("got %s, %v, want %s", k.Kid, err, want)
		}
	}
	pair := generate(t, keys.ES256)
	public, err := keys.Import(keys.Material{PublicKey: pair.PublicKey})
	if err != nil || public.Kid != pair.Kid {
		t.Errorf("the public part is called %s, the pair %s, %v", public.Kid, pair.Kid, err)
	}
	named, err := keys.Import(keys.Material{PublicKey: pair.PublicKey, Kid: "mine"})
	if err != nil || named.Kid != "mine" {
		t.Errorf("got %s, %v, want the name that was given", named.Kid, err)
	}
}

func fromJWK(t *testing.T, doc string) string {
	t.Helper()
	var jwk jose.JSONWebKey
	if err := json.Unmarshal([]byte(doc), &jwk); err != nil {
		t.Fatal(err)
	}
	return text(t, "PUBLIC KEY")(x509.MarshalPKIXPublicKey(crypto.PublicKey(jwk.Key)))
}
