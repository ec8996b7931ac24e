package password

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"fmt"
	"hash"
)

func pbkdf2Scheme(factor int, newHash func() hash.Hash, size int) Scheme {
	return Scheme{
		DefaultFactor: factor, MinFactor: 1, MaxFactor: maxPBKDF2, salts: base64Salts,
		hash: func(password string, salt []byte, factor int) (string, error) {
			key, err := pbkdf2.Key(newHash, password, salt, factor, size)
			return encode(key), err
		},
	}
}

// pbkdf2SHA1Scheme uses its key to sign the password, and writes hexadecimal.
var pbkdf2SHA1Scheme = Scheme{
	DefaultFactor: 10_000, MinFactor: 1, MaxFactor: maxPBKDF2, salts: textSalts,
	hash: func(password string, salt []byte, factor int) (string, error) {
		key, err := pbkdf2.Key(sha1.New, password, salt, factor, 64)
		if err != nil {
			return "", err
		}
		mac := hmac.New(sha1.New, key)
		mac.Write([]byte(password))
		return fmt.Sprintf("%X", mac.Sum(nil)), nil
	},
}
