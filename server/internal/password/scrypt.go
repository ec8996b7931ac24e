package password

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"fmt"
	"slices"

	"golang.org/x/crypto/scrypt"
)

// Firebase holds a project's password hash parameters, which its console shows.
// Every project has its own, so a server that imports from one sets Scheme in
// its registry.
type Firebase struct {
	SignerKey     []byte
	SaltSeparator []byte
	MemoryCost    int // the logarithm of scrypt's N: 14 unless the console says otherwise
}

// Scheme returns the scheme of this project: scrypt makes a key, and the hash
// is the signer key encrypted with it. The factor is the console's "rounds".
func (f Firebase) Scheme() Scheme {
	return Scheme{
		DefaultFactor: 8, MinFactor: 1, MaxFactor: 64, salts: base64Salts, hash: f.hash,
	}
}

func (f Firebase) hash(password string, salt []byte, factor int) (string, error) {
	key, err := scrypt.Key([]byte(password), slices.Concat(salt, f.SaltSeparator), 1<<f.MemoryCost, factor, 1, 32)
	if err != nil {
		return "", fmt.Errorf("hash with the Firebase parameters: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", fmt.Errorf("encrypt the Firebase signer key: %w", err)
	}
	made := make([]byte, len(f.SignerKey))
	cipher.NewCTR(block, make([]byte, aes.BlockSize)).XORKeyStream(made, f.SignerKey)
	return encode(made), nil
}

// sampleFirebase has the parameters printed in the published plugin, which its
// sample hashes were made with: no project's secret.
func sampleFirebase() Firebase {
	key, _ := base64.StdEncoding.DecodeString("GhlZmw+EylyJl3fhsIOa+bmAEP1sYSHfZargl1unu/5mCp7pi818imxZOdSjM1558T+XU3cBflyr5HDghZqv7Q==")
	return Firebase{SignerKey: key, SaltSeparator: []byte{7}, MemoryCost: 14}
}

// stytchScheme salts with the text that stands for the salt.
var stytchScheme = Scheme{
	salts: textSalts,
	hash: func(password string, salt []byte, _ int) (string, error) {
		key, err := scrypt.Key([]byte(password), salt, 1<<15, 8, 1, 32)
		return encode(key), err
	},
}
