package password

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/scrypt"

	"wherry/internal/secret"
)

// Firebase holds a project's password hash parameters as its console shows them.
// Every project has its own, so a server that imports from one sets its Scheme
// in a clone of Schemes.
type Firebase struct {
	SignerKey     secret.String // base64_signer_key
	SaltSeparator string        // base64_salt_separator
	MemoryCost    int           // mem_cost, the logarithm of scrypt's N: 1 to 14
}

// Scheme returns the scheme of this project: scrypt makes a key, and the hash
// is the signer key encrypted with it. The factor is the console's "rounds".
func (f Firebase) Scheme() (Scheme, error) {
	signer, err := base64.StdEncoding.DecodeString(f.SignerKey.Reveal())
	if err != nil || len(signer) == 0 {
		return Scheme{}, errors.New("the Firebase signer key is not base64: copy base64_signer_key from the console")
	}
	separator, err := base64.StdEncoding.DecodeString(f.SaltSeparator)
	if err != nil {
		return Scheme{}, errors.New("the Firebase salt separator is not base64: copy base64_salt_separator from the console")
	}
	if f.MemoryCost < 1 || f.MemoryCost > 14 {
		return Scheme{}, fmt.Errorf("the Firebase memory cost is %d: copy mem_cost, 1 to 14, from the console", f.MemoryCost)
	}
	return Scheme{
		DefaultFactor: 8, MinFactor: 1, MaxFactor: 64, salts: base64Salts,
		hash: func(password string, salt []byte, factor int) (string, error) {
			key, err := scrypt.Key([]byte(password), slices.Concat(salt, separator), 1<<f.MemoryCost, factor, 1, 32)
			if err != nil {
				return "", fmt.Errorf("hash as Firebase does: %w", err)
			}
			return encrypt(key, signer)
		},
	}, nil
}

func encrypt(key, text []byte) (string, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", fmt.Errorf("encrypt the Firebase signer key: %w", err)
	}
	made := make([]byte, len(text))
	cipher.NewCTR(block, make([]byte, aes.BlockSize)).XORKeyStream(made, text)
	return encode(made), nil
}

// sampleFirebase has the parameters printed in the published plugin, which its
// sample hashes were made with: no project's secret.
func sampleFirebase() Scheme {
	s, err := Firebase{
		SignerKey:     "GhlZmw+EylyJl3fhsIOa+bmAEP1sYSHfZargl1unu/5mCp7pi818imxZOdSjM1558T+XU3cBflyr5HDghZqv7Q==",
		SaltSeparator: "Bw==",
		MemoryCost:    14,
	}.Scheme()
	if err != nil {
		panic(err)
	}
	return s
}

// stytchScheme salts with the text that stands for the salt.
var stytchScheme = Scheme{
	salts: textSalts,
	hash: func(password string, salt []byte, _ int) (string, error) {
		key, err := scrypt.Key([]byte(password), salt, 1<<15, 8, 1, 32)
		return encode(key), err
	},
}
