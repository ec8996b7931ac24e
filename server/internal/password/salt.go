package password

import (
	"encoding/base64"
	"fmt"
	"io"
	"strings"
)

// salts is how a scheme writes its salts: decode checks one and returns the
// bytes to hash with, fresh makes a new one.
type salts struct {
	decode func(salt string) ([]byte, error)
	fresh  func(rand io.Reader) (string, error)
}

// The alphabets that crypt(3)'s descendants write in: the same characters, in
// an order of their own each.
const (
	bcryptAlphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	phpassAlphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

var (
	base64Salts = salts{decode: decodeBase64, fresh: freshBase64}
	textSalts   = salts{decode: decodeText, fresh: freshBase64}
	bcryptSalts = salts{decode: decodeBcrypt, fresh: freshIn(bcryptAlphabet, 16)}
	phpassSalts = salts{decode: decodePhpass, fresh: freshIn(phpassAlphabet, 6)}
)

// decodeBase64 takes what Java's decoder takes, for the sake of exports that
// have worked elsewhere: padding may be absent, line breaks and blanks may not
// be there. An empty salt is a salt.
func decodeBase64(salt string) ([]byte, error) {
	encoding := base64.StdEncoding
	if !strings.HasSuffix(salt, "=") {
		encoding = base64.RawStdEncoding
	}
	decoded, err := encoding.DecodeString(salt)
	if err != nil || strings.ContainsAny(salt, "\r\n") {
		return nil, ErrSalt
	}
	return decoded, nil
}

func decodeText(salt string) ([]byte, error) { return []byte(salt), nil }

// decodeBcrypt insists on the length: FusionAuth takes an empty bcrypt salt and
// then fails at every sign-in.
func decodeBcrypt(salt string) ([]byte, error) {
	if len(salt) != 22 || !writtenIn(bcryptAlphabet, salt) {
		return nil, ErrSalt
	}
	return []byte(salt), nil
}

func decodePhpass(salt string) ([]byte, error) {
	if salt == "" || !writtenIn(phpassAlphabet, salt) {
		return nil, ErrSalt
	}
	return []byte(salt), nil
}

func writtenIn(alphabet, s string) bool {
	return strings.Trim(s, alphabet) == ""
}

func freshBase64(rand io.Reader) (string, error) {
	return fresh(rand, base64.StdEncoding, 32)
}

func freshIn(alphabet string, size int) func(io.Reader) (string, error) {
	encoding := base64.NewEncoding(alphabet).WithPadding(base64.NoPadding)
	return func(rand io.Reader) (string, error) { return fresh(rand, encoding, size) }
}

func fresh(rand io.Reader, encoding *base64.Encoding, size int) (string, error) {
	raw := make([]byte, size)
	if _, err := io.ReadFull(rand, raw); err != nil {
		return "", fmt.Errorf("make a salt: %w", err)
	}
	return encoding.EncodeToString(raw), nil
}
