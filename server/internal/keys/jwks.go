package keys

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// JWKS returns the JSON document that publishes the public parts of keys (RFC
// 7517 section 5), with x5c and thumbprints for those that have a certificate.
// HMAC keys have no public part, and are left out.
func JWKS(keys []Key) ([]byte, error) {
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, k := range keys {
		if k.Type == HMAC {
			continue
		}
		published, err := k.jwk()
		if err != nil {
			return nil, fmt.Errorf("publish key %s: %w", k.Kid, err)
		}
		set.Keys = append(set.Keys, published)
	}
	return json.Marshal(set)
}

func (k Key) jwk() (jose.JSONWebKey, error) {
	v, err := k.Verifier()
	if err != nil {
		return jose.JSONWebKey{}, err
	}
	published := jose.JSONWebKey{Key: v.key, KeyID: k.Kid, Algorithm: k.Algorithm.JWA(), Use: "sig"}
	certificate, err := parseCertificate(k.Certificate)
	if err != nil || certificate == nil {
		return published, err
	}
	sha1Sum, sha256Sum := sha1.Sum(certificate.Raw), sha256.Sum256(certificate.Raw)
	published.Certificates = []*x509.Certificate{certificate}
	published.CertificateThumbprintSHA1 = sha1Sum[:]
	published.CertificateThumbprintSHA256 = sha256Sum[:]
	return published, nil
}
