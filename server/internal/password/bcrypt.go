package password

import (
	"errors"
	"fmt"

	"golang.org/x/crypto/bcrypt"
)

// bcryptScheme takes costs up to 30, as the API does, and computes them up to
// 16, which is four seconds already; 30 would be most of a day.
var bcryptScheme = Scheme{
	DefaultFactor: 12, MinFactor: bcrypt.MinCost, MaxFactor: 30, affordable: 16, MaxLength: 50,
	salts: bcryptSalts, generate: generateBcrypt, verify: verifyBcrypt,
}

// generateBcrypt takes at most 72 bytes of password, which fifty characters
// outside ASCII may exceed: cutting them off unseen would weaken them.
func generateBcrypt(password string, factor int) (salt, hash string, err error) {
	made, err := bcrypt.GenerateFromPassword([]byte(password), factor)
	if errors.Is(err, bcrypt.ErrPasswordTooLong) {
		return "", "", fmt.Errorf("%w: bcrypt takes 72 bytes", ErrTooLong)
	}
	if err != nil {
		return "", "", fmt.Errorf("hash with bcrypt: %w", err)
	}
	rest := made[len("$2a$12$"):]
	return string(rest[:22]), string(rest[22:]), nil
}

func verifyBcrypt(password, salt string, factor int, hash string) error {
	if _, err := decodeBcrypt(salt); err != nil {
		return err
	}
	if len(hash) != 31 {
		return ErrHash
	}
	whole := fmt.Appendf(nil, "$2a$%02d$%s%s", factor, salt, hash)
	err := bcrypt.CompareHashAndPassword(whole, []byte(password))
	if errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		return ErrMismatch
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrHash, err)
	}
	return nil
}
