package keys

import (
	"crypto"
	"crypto/elliptic"
	_ "crypto/sha256" // registers the hashes below
	_ "crypto/sha512"
	"encoding/base64"

	"github.com/go-jose/go-jose/v4"
)

// Algorithm is what a key signs with, by the Keys API's name.
type Algorithm string

// The algorithms that keys may have. Ed25519 is the API's name for the one that
// a token's header calls EdDSA.
const (
	ES256   Algorithm = "ES256"
	ES384   Algorithm = "ES384"
	ES512   Algorithm = "ES512"
	HS256   Algorithm = "HS256"
	HS384   Algorithm = "HS384"
	HS512   Algorithm = "HS512"
	RS256   Algorithm = "RS256"
	RS384   Algorithm = "RS384"
	RS512   Algorithm = "RS512"
	Ed25519 Algorithm = "Ed25519"
)

// Type is the kind of material that a key consists of.
type Type string

// The types of keys, which are also JWK's kty except for HMAC.
const (
	EC   Type = "EC"
	HMAC Type = "HMAC"
	OKP  Type = "OKP"
	RSA  Type = "RSA"
)

type traits struct {
	kind  Type
	alg   jose.SignatureAlgorithm
	hash  crypto.Hash
	curve elliptic.Curve
}

var algorithms = map[Algorithm]traits{
	ES256:   {kind: EC, alg: jose.ES256, hash: crypto.SHA256, curve: elliptic.P256()},
	ES384:   {kind: EC, alg: jose.ES384, hash: crypto.SHA384, curve: elliptic.P384()},
	ES512:   {kind: EC, alg: jose.ES512, hash: crypto.SHA512, curve: elliptic.P521()},
	HS256:   {kind: HMAC, alg: jose.HS256, hash: crypto.SHA256},
	HS384:   {kind: HMAC, alg: jose.HS384, hash: crypto.SHA384},
	HS512:   {kind: HMAC, alg: jose.HS512, hash: crypto.SHA512},
	RS256:   {kind: RSA, alg: jose.RS256, hash: crypto.SHA256},
	RS384:   {kind: RSA, alg: jose.RS384, hash: crypto.SHA384},
	RS512:   {kind: RSA, alg: jose.RS512, hash: crypto.SHA512},
	Ed25519: {kind: OKP, alg: jose.EdDSA, hash: crypto.SHA512},
}

// JWA returns the name that tokens, JWKS and discovery have for the algorithm.
func (a Algorithm) JWA() string { return string(algorithms[a].alg) }

// HalfHash returns what an ID token says of a value that is issued beside it:
// at_hash of the access token (OpenID Connect Core 3.1.3.6), c_hash of the code
// (3.3.2.11). It is the left half of the value's hash, by the hash function of
// the ID token's algorithm; Ed25519 hashes with SHA-512.
func (a Algorithm) HalfHash(value string) string {
	h := algorithms[a].hash.New()
	h.Write([]byte(value))
	sum := h.Sum(nil)
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}
