package passkey

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
)

// algorithms are FusionAuth's names.
var algorithms = map[webauthncose.COSEAlgorithmIdentifier]string{
	webauthncose.AlgES256: "ES256", webauthncose.AlgES384: "ES384", webauthncose.AlgES512: "ES512",
	webauthncose.AlgRS256: "RS256", webauthncose.AlgRS384: "RS384", webauthncose.AlgRS512: "RS512",
	webauthncose.AlgPS256: "PS256", webauthncose.AlgPS384: "PS384", webauthncose.AlgPS512: "PS512", webauthncose.AlgEdDSA: "EdDSA",
}

// Check tells whether a passkey that was made elsewhere can be used here.
func (k Key) Check() error {
	_, err := newUser(Person{}, []Key{k})
	return err
}

func unmarshalCOSE(key []byte, v any) error { return webauthncbor.Unmarshal(key, v) }

// coseOf is a public key in PEM as authenticators write it.
func coseOf(text string) ([]byte, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("the public key of a passkey is not in PEM form")
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("read the public key of a passkey: %w", err)
	}
	switch key := parsed.(type) {
	case *ecdsa.PublicKey:
		return ec2(key)
	case ed25519.PublicKey:
		return webauthncbor.Marshal(webauthncose.OKPPublicKeyData{
			PublicKeyData: kind(webauthncose.OctetKey, webauthncose.AlgEdDSA), Curve: int64(webauthncose.Ed25519), XCoord: key,
		})
	case *rsa.PublicKey:
		return webauthncbor.Marshal(webauthncose.RSAPublicKeyData{
			PublicKeyData: kind(webauthncose.RSAKey, webauthncose.AlgRS256), Modulus: key.N.Bytes(), Exponent: big.NewInt(int64(key.E)).Bytes(),
		})
	}
	return nil, fmt.Errorf("passkeys have no keys of the type %T", parsed)
}

func ec2(key *ecdsa.PublicKey) ([]byte, error) {
	curves := map[int]struct {
		curve     webauthncose.COSEEllipticCurve
		algorithm webauthncose.COSEAlgorithmIdentifier
	}{
		256: {webauthncose.P256, webauthncose.AlgES256}, 384: {webauthncose.P384, webauthncose.AlgES384}, 521: {webauthncose.P521, webauthncose.AlgES512},
	}
	c, known := curves[key.Curve.Params().BitSize]
	if !known {
		return nil, errors.New("passkeys have no keys on this curve")
	}
	point, err := key.Bytes() // 4, x and y
	if err != nil {
		return nil, fmt.Errorf("read the public key of a passkey: %w", err)
	}
	size := (len(point) - 1) / 2
	return webauthncbor.Marshal(webauthncose.EC2PublicKeyData{
		PublicKeyData: kind(webauthncose.EllipticKey, c.algorithm), Curve: int64(c.curve), XCoord: point[1 : 1+size], YCoord: point[1+size:],
	})
}

func kind(of webauthncose.COSEKeyType, algorithm webauthncose.COSEAlgorithmIdentifier) webauthncose.PublicKeyData {
	return webauthncose.PublicKeyData{KeyType: int64(of), Algorithm: int64(algorithm)}
}
