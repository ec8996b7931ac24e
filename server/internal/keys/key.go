// Package keys makes, imports and uses the keys that sign tokens: what
// FusionAuth calls Key Master, without its storage.
//
// A Key is a plain value. What signs and verifies is made from it once, by
// Signer and Verifier, and is safe for concurrent use.
package keys

import "wherry/internal/secret"

// Key is a key as the API shows it, without ids and instants of its record.
// PrivateKey and Secret stay out of its JSON: who stores a key reveals them, and
// puts them back after reading.
type Key struct {
	Algorithm              Algorithm               `json:"algorithm,omitempty"`
	Certificate            string                  `json:"certificate,omitempty"` // PEM
	CertificateInformation *CertificateInformation `json:"certificateInformation,omitempty"`
	ExpirationInstant      int64                   `json:"expirationInstant,omitempty"` // of the certificate
	HasPrivateKey          bool                    `json:"hasPrivateKey"`
	Issuer                 string                  `json:"issuer,omitempty"` // of the certificate
	Kid                    string                  `json:"kid,omitempty"`
	Length                 int                     `json:"length,omitempty"` // bits; RSA and EC only
	Name                   string                  `json:"name,omitempty"`
	PublicKey              string                  `json:"publicKey,omitempty"` // PEM, SubjectPublicKeyInfo
	Type                   Type                    `json:"type,omitempty"`

	PrivateKey secret.String `json:"-"` // PEM, PKCS #8
	Secret     secret.String `json:"-"` // of HMAC: its bytes are the key
}
