package password

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"slices"
)

type hashFunc = func(password string, salt []byte, factor int) (string, error)

// chain is a scheme that digests its own digest, factor times in all.
func chain(factor int, h hashFunc) Scheme {
	return Scheme{DefaultFactor: factor, MinFactor: 1, MaxFactor: maxChain, salts: base64Salts, hash: h}
}

// salted digests the password followed by the salt.
func salted(newHash func() hash.Hash) hashFunc {
	return func(password string, salt []byte, factor int) (string, error) {
		return encode(repeat(newHash(), slices.Concat([]byte(password), salt), factor)), nil
	}
}

// saltAppended is salted with the salt once more behind the digest, as LDAP
// directories keep their passwords.
func saltAppended(newHash func() hash.Hash) hashFunc {
	return func(password string, salt []byte, factor int) (string, error) {
		digest := repeat(newHash(), slices.Concat([]byte(password), salt), factor)
		return encode(slices.Concat(digest, salt)), nil
	}
}

// customMD5Scheme has the salt in front, and as it is written.
var customMD5Scheme = Scheme{
	DefaultFactor: 1, MinFactor: 1, MaxFactor: maxChain, salts: textSalts,
	hash: func(password string, salt []byte, factor int) (string, error) {
		return encode(repeat(md5.New(), slices.Concat(salt, []byte(password)), factor)), nil
	},
}

func hmacSHA256(password string, salt []byte, _ int) (string, error) {
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(password))
	return encode(mac.Sum(nil)), nil
}

func repeat(h hash.Hash, digest []byte, times int) []byte {
	for range times {
		h.Reset()
		h.Write(digest)
		digest = h.Sum(digest[:0])
	}
	return digest
}

func encode(digest []byte) string { return base64.StdEncoding.EncodeToString(digest) }
