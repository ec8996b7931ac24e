package identity

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"wherry/server/internal/fa"
)

// totpStep is how long a code of an authenticator is shown, and how much earlier
// or later its clock may be.
const totpStep = 30 * time.Second

// matchTOTP returns the step of time, counted from 1970, in which an
// authenticator with this secret shows a code; ok is false if it is not shown
// now. RFC 6238 section 5.2 asks that no code works twice: the step tells.
func matchTOTP(secret, code string, now time.Time) (step int64, ok bool) {
	raw, err := base64.StdEncoding.DecodeString(secret)
	if err != nil {
		return 0, false
	}
	encoded := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
	for _, at := range []time.Time{now, now.Add(-totpStep), now.Add(totpStep)} {
		shown, err := totp.GenerateCodeCustom(encoded, at, totp.ValidateOpts{Period: uint(totpStep.Seconds()), Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(shown), []byte(code)) == 1 {
			return at.Unix() / int64(totpStep.Seconds()), true
		}
	}
	return 0, false
}

// TwoFactorSecret is what an authenticator makes its codes from, in two forms.
type TwoFactorSecret struct {
	Secret              string `json:"secret"` // base64
	SecretBase32Encoded string `json:"secretBase32Encoded"`
}

// NewTwoFactorSecret makes a secret as long as RFC 4226 recommends.
func NewTwoFactorSecret() TwoFactorSecret {
	var raw [20]byte
	_, _ = rand.Read(raw[:]) // never fails: it would end the program first
	return TwoFactorSecret{
		Secret:              base64.StdEncoding.EncodeToString(raw[:]),
		SecretBase32Encoded: base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw[:]),
	}
}

// secretOf settles a secret that comes in either form as base64.
func secretOf(secret, base32Encoded string) (string, error) {
	if secret == "" && base32Encoded != "" {
		raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(strings.TrimRight(base32Encoded, "=")))
		if err != nil {
			return "", fa.FieldError("secretBase32Encoded", "invalid", "The secret is not valid base32.")
		}
		secret = base64.StdEncoding.EncodeToString(raw)
	}
	if raw, err := base64.StdEncoding.DecodeString(secret); err != nil || len(raw) == 0 {
		return "", fa.FieldError("secret", "invalid", "You must specify the [secret] property in base64, or [secretBase32Encoded].")
	}
	return secret, nil
}
