package keys_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"wherry/server/internal/keys"
)

func TestGeneratedPairsHaveACertificate(t *testing.T) {
	t.Parallel()
	for a := range lengths {
		t.Run(string(a), func(t *testing.T) {
			t.Parallel()
			k := generate(t, a)
			if k.Type == keys.HMAC {
				if k.Certificate != "" || k.PublicKey != "" || k.Issuer != "" || k.HasPrivateKey || len(k.Kid) != 10 {
					t.Errorf("%+v", k)
				}
				return
			}
			block, _ := pem.Decode([]byte(k.Certificate))
			certificate, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			if err := certificate.CheckSignature(certificate.SignatureAlgorithm, certificate.RawTBSCertificate, certificate.Signature); err != nil {
				t.Errorf("it is not signed by its own key: %v", err)
			}
			info := k.CertificateInformation
			thumb, err := base64.RawURLEncoding.DecodeString(info.SHA256Thumbprint)
			if err != nil || strings.ReplaceAll(info.SHA256Fingerprint, ":", "") != fmt.Sprintf("%X", thumb) {
				t.Errorf("thumbprint %s, fingerprint %s", info.SHA256Thumbprint, info.SHA256Fingerprint)
			}
			if info.Subject != "CN=acme.com" || info.Issuer != "CN=acme.com" || k.Issuer != "acme.com" ||
				info.SerialNumber != certificate.SerialNumber.String() ||
				info.ValidFrom != now.UnixMilli() || info.ValidTo != now.AddDate(10, 0, 0).UnixMilli() || k.ExpirationInstant != info.ValidTo {
				t.Errorf("%+v", info)
			}
			if len(k.Kid) != 27 || !k.HasPrivateKey {
				t.Errorf("kid %s, private key %v", k.Kid, k.HasPrivateKey)
			}
		})
	}
}

func TestGenerateRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spec  keys.Spec
		field string
	}{
		"no algorithm":           {keys.Spec{Length: 2048}, "algorithm"},
		"none":                   {keys.Spec{Algorithm: "none"}, "algorithm"},
		"RSA-PSS":                {keys.Spec{Algorithm: "PS256", Length: 2048}, "algorithm"},
		"RSA without a length":   {keys.Spec{Algorithm: keys.RS256}, "length"},
		"RSA too short":          {keys.Spec{Algorithm: keys.RS256, Length: 1024}, "length"},
		"RSA of any length":      {keys.Spec{Algorithm: keys.RS256, Length: 2049}, "length"},
		"EC of another's length": {keys.Spec{Algorithm: keys.ES256, Length: 384}, "length"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := keys.Generate(c.spec)
			if got := fields(err); got != c.field {
				t.Errorf("blames %q (%v), want %q", got, err, c.field)
			}
		})
	}
}
