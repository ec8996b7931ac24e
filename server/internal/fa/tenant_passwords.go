package fa

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"wherry/server/internal/password"
)

// PasswordEncryptionConfiguration is how plain passwords are hashed.
type PasswordEncryptionConfiguration struct {
	EncryptionScheme              string `json:"encryptionScheme"`
	EncryptionSchemeFactor        int    `json:"encryptionSchemeFactor"`
	ModifyEncryptionSchemeOnLogin bool   `json:"modifyEncryptionSchemeOnLogin"`
	Rest                          Rest   `json:",embed"`
}

func newPasswordEncryptionConfiguration() PasswordEncryptionConfiguration {
	return PasswordEncryptionConfiguration{EncryptionScheme: "salted-pbkdf2-hmac-sha256", EncryptionSchemeFactor: 24_000}
}

func (c *PasswordEncryptionConfiguration) validate(errs *Errors, path string) {
	scheme, known := password.Schemes[c.EncryptionScheme]
	if !known {
		errs.Field(path+".encryptionScheme", "invalid", "The encryption scheme [%s] does not exist.", c.EncryptionScheme)
	}
	if c.EncryptionSchemeFactor <= 0 || scheme.CheckFactor(c.EncryptionSchemeFactor) != nil {
		errs.Field(path+".encryptionSchemeFactor", "invalid", "The factor is out of range for the encryption scheme [%s].", c.EncryptionScheme)
	}
}

// PasswordValidationRules is what a new password has to satisfy.
type PasswordValidationRules struct {
	BreachDetection           BreachDetection           `json:"breachDetection"`
	DisallowUserLoginID       bool                      `json:"disallowUserLoginId"`
	MaxLength                 int                       `json:"maxLength"`
	MinLength                 int                       `json:"minLength"`
	RememberPreviousPasswords RememberPreviousPasswords `json:"rememberPreviousPasswords"`
	RequireMixedCase          bool                      `json:"requireMixedCase"`
	RequireNonAlpha           bool                      `json:"requireNonAlpha"`
	RequireNumber             bool                      `json:"requireNumber"`
	ValidateOnLogin           bool                      `json:"validateOnLogin"`
	Rest                      Rest                      `json:",embed"`
}

// BreachDetection compares passwords with those known from breaches.
type BreachDetection struct {
	Enabled bool `json:"enabled"`
	Rest    Rest `json:",embed"`
}

// RememberPreviousPasswords keeps users from going back to an old password.
type RememberPreviousPasswords struct {
	Count   int  `json:"count"`
	Enabled bool `json:"enabled"`
	Rest    Rest `json:",embed"`
}

// maxRemembered bounds how many hashes a change of password may cost.
const maxRemembered = 24

func newPasswordValidationRules() PasswordValidationRules {
	return PasswordValidationRules{MaxLength: 256, MinLength: 8, RememberPreviousPasswords: RememberPreviousPasswords{Count: 1}}
}

func (r *PasswordValidationRules) validate(errs *Errors, path string) {
	if r.MaxLength < 1 || r.MaxLength > 256 {
		errs.Field(path+".maxLength", "invalid", "The [%s.maxLength] property must be between 1 and 256.", path)
	}
	if r.MinLength < 1 || r.MinLength > r.MaxLength {
		errs.Field(path+".minLength", "invalid", "The [%s.minLength] property must be between 1 and the maximum length.", path)
	}
	if n := r.RememberPreviousPasswords.Count; r.RememberPreviousPasswords.Enabled && (n < 1 || n > maxRemembered) {
		errs.Field(path+".rememberPreviousPasswords.count", "invalid",
			"The [%s.rememberPreviousPasswords.count] property must be between 1 and %d.", path, maxRemembered)
	}
}

// Check reports which rules the password breaks; path is where it hangs in the
// request, "user.password" or "password".
func (r *PasswordValidationRules) Check(errs *Errors, password, path string) {
	switch length := utf8.RuneCountInString(password); {
	case length < r.MinLength:
		errs.Field(path, "tooShort", "Your password must be at least [%d] characters long.", r.MinLength)
	case length > r.MaxLength:
		errs.Field(path, "tooLong", "Your password must be at most [%d] characters long.", r.MaxLength)
	}
	if r.RequireMixedCase && !(strings.ContainsFunc(password, unicode.IsLower) && strings.ContainsFunc(password, unicode.IsUpper)) {
		errs.Field(path, "singleCase", "Your password must contain upper and lower case characters.")
	}
	if r.RequireNonAlpha && strings.TrimFunc(password, unicode.IsLetter) == "" {
		errs.Field(path, "onlyAlpha", "Your password must contain a character that is not a letter.")
	}
	if r.RequireNumber && !strings.ContainsFunc(password, unicode.IsDigit) {
		errs.Field(path, "requireNumber", "Your password must contain a number.")
	}
}

// CheckFor is Check for the password of somebody: it reports login ids in it
// where the rules forbid them.
func (r *PasswordValidationRules) CheckFor(errs *Errors, u *User, password, path string) {
	r.Check(errs, password, path)
	if !r.DisallowUserLoginID {
		return
	}
	lower := strings.ToLower(password)
	for _, id := range []struct{ reason, value, text string }{
		{"containsEmail", u.Email, "email address"}, {"containsUsername", u.Username, "username"}, {"containsPhoneNumber", u.PhoneNumber, "phone number"},
	} {
		if id.value != "" && strings.Contains(lower, strings.ToLower(id.value)) {
			errs.Field(path, id.reason, "Your password must not contain your %s.", id.text)
		}
	}
}

// MaximumPasswordAge is when a password has to be changed.
type MaximumPasswordAge struct {
	Days    int  `json:"days"`
	Enabled bool `json:"enabled"`
	Rest    Rest `json:",embed"`
}

// MinimumPasswordAge is how soon a password may be changed again.
type MinimumPasswordAge struct {
	Enabled bool `json:"enabled"`
	Seconds int  `json:"seconds"`
	Rest    Rest `json:",embed"`
}
