package keys

import (
	"crypto"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// CertificateInformation describes a key's certificate. Fingerprints are pairs
// of hexadecimal digits with colons, thumbprints base64url as in JWKS, the
// serial number decimal, and instants milliseconds.
type CertificateInformation struct {
	Issuer            string `json:"issuer,omitempty"`
	MD5Fingerprint    string `json:"md5Fingerprint,omitempty"`
	SerialNumber      string `json:"serialNumber,omitempty"`
	SHA1Fingerprint   string `json:"sha1Fingerprint,omitempty"`
	SHA1Thumbprint    string `json:"sha1Thumbprint,omitempty"`
	SHA256Fingerprint string `json:"sha256Fingerprint,omitempty"`
	SHA256Thumbprint  string `json:"sha256Thumbprint,omitempty"`
	Subject           string `json:"subject,omitempty"`
	ValidFrom         int64  `json:"validFrom,omitempty"`
	ValidTo           int64  `json:"validTo,omitempty"`
}

// certify signs a certificate of the key by itself, for ten years: relying
// parties want a certificate to carry the key, and trust the key by other means.
func certify(private crypto.Signer, issuer string, now time.Time) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("draw a serial number: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(1)),
		Subject:      pkix.Name{CommonName: issuer},
		NotBefore:    now,
		NotAfter:     now.AddDate(10, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return nil, fmt.Errorf("sign the certificate: %w", err)
	}
	return x509.ParseCertificate(der)
}

// attach puts a certificate and what it says into the key.
func (k *Key) attach(c *x509.Certificate) {
	k.Certificate = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	k.ExpirationInstant = c.NotAfter.UnixMilli()
	k.Issuer = c.Issuer.CommonName
	md5Sum, sha1Sum, sha256Sum := md5.Sum(c.Raw), sha1.Sum(c.Raw), sha256.Sum256(c.Raw)
	k.CertificateInformation = &CertificateInformation{
		Issuer:            c.Issuer.String(),
		MD5Fingerprint:    fingerprint(md5Sum[:]),
		SerialNumber:      c.SerialNumber.String(),
		SHA1Fingerprint:   fingerprint(sha1Sum[:]),
		SHA1Thumbprint:    base64.RawURLEncoding.EncodeToString(sha1Sum[:]),
		SHA256Fingerprint: fingerprint(sha256Sum[:]),
		SHA256Thumbprint:  base64.RawURLEncoding.EncodeToString(sha256Sum[:]),
		Subject:           c.Subject.String(),
		ValidFrom:         c.NotBefore.UnixMilli(),
		ValidTo:           c.NotAfter.UnixMilli(),
	}
}

func fingerprint(sum []byte) string {
	return strings.ReplaceAll(fmt.Sprintf("% X", sum), " ", ":")
}
