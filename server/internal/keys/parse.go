package keys

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"

	"wherry/internal/secret"
)

// parse reads every text that is given and sees that all are of one key.
func (m Material) parse() (pair, error) {
	public, errPublic := parsePublic(m.PublicKey)
	private, errPrivate := parsePrivate(m.PrivateKey)
	certificate, errCertificate := parseCertificate(m.Certificate)
	if err := join(errPublic, errPrivate, errCertificate); err != nil {
		return pair{}, err
	}
	p := pair{public: public, private: private, certificate: certificate}
	return p, p.agree()
}

func (p *pair) agree() error {
	var errs []error
	if p.private != nil {
		errs = append(errs, p.settle("privateKey", p.private.Public()))
	}
	if p.certificate != nil {
		errs = append(errs, p.settle("certificate", p.certificate.PublicKey))
	}
	if p.public == nil {
		return fieldError("publicKey", "give a private key, a public key, a certificate or a secret")
	}
	return join(errs...)
}

// settle takes the public key of one part, which must be that of the others.
func (p *pair) settle(field string, public crypto.PublicKey) error {
	if p.public == nil {
		p.public = public
	}
	if !p.public.(interface{ Equal(crypto.PublicKey) bool }).Equal(public) {
		return fieldError(field, "it belongs to another key than the other parts")
	}
	return nil
}

// The parse functions return nil for an empty text. They keep what Go says of a
// text to themselves: it may quote it.

func parsePublic(text string) (public crypto.PublicKey, err error) {
	if text == "" {
		return nil, nil
	}
	switch block := decodePEM(text); block.Type {
	case "PUBLIC KEY":
		public, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		public, err = x509.ParsePKCS1PublicKey(block.Bytes)
	}
	if kind, _ := size(public); err != nil || kind == "" {
		return nil, fieldError("publicKey", "it is no public key of RSA, EC or Ed25519 in PEM")
	}
	return public, nil
}

func parsePrivate(text secret.String) (crypto.Signer, error) {
	if text == "" {
		return nil, nil
	}
	var private any
	var err error
	block := decodePEM(text.Reveal())
	switch block.Type {
	case "PRIVATE KEY":
		private, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		private, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		private, err = x509.ParseECPrivateKey(block.Bytes)
	}
	if block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "" {
		return nil, fieldError("privateKey", "it is encrypted: decrypt it first, with openssl pkey for one")
	}
	signer, is := private.(crypto.Signer)
	if err != nil || !is {
		return nil, fieldError("privateKey", "it is no private key of RSA, EC or Ed25519 in PEM")
	}
	return signer, nil
}

func parseCertificate(text string) (*x509.Certificate, error) {
	if text == "" {
		return nil, nil
	}
	block := decodePEM(text)
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil || block.Type != "CERTIFICATE" {
		return nil, fieldError("certificate", "it is no X.509 certificate in PEM")
	}
	if kind, _ := size(certificate.PublicKey); kind == "" {
		return nil, fieldError("certificate", "its key is none of RSA, EC or Ed25519")
	}
	return certificate, nil
}

// decodePEM returns the first block that is not openssl's preamble to EC keys,
// and an empty one if there is none.
func decodePEM(text string) *pem.Block {
	for rest := []byte(text); ; {
		block, after := pem.Decode(rest)
		if block == nil {
			return &pem.Block{}
		}
		if block.Type != "EC PARAMETERS" {
			return block
		}
		rest = after
	}
}
