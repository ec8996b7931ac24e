// Package policy holds new passwords and attributes against the rules of a
// pool.
package policy

import (
	"strings"
	"unicode/utf8"

	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
)

const (
	upper   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lower   = "abcdefghijklmnopqrstuvwxyz"
	digits  = "0123456789"
	symbols = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- "
)

// Password holds a new password against a policy.
func Password(p model.PasswordPolicy, password string) error {
	switch {
	case utf8.RuneCountInString(password) < p.MinimumLength:
		return wrong("Password not long enough")
	case strings.TrimSpace(password) != password:
		return wrong("Password must not begin or end with a space")
	case p.RequireLowercase && !strings.ContainsAny(password, lower):
		return wrong("Password must have lowercase characters")
	case p.RequireUppercase && !strings.ContainsAny(password, upper):
		return wrong("Password must have uppercase characters")
	case p.RequireNumbers && !strings.ContainsAny(password, digits):
		return wrong("Password must have numeric characters")
	case p.RequireSymbols && !strings.ContainsAny(password, symbols):
		return wrong("Password must have symbol characters")
	default:
		return nil
	}
}

func wrong(why string) error {
	return refuse.With("InvalidPassword", "Password did not conform with policy: %s", why)
}
