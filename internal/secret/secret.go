// Package secret holds values that must never be printed.
package secret

import (
	"crypto/subtle"
	"log/slog"
)

const mask = "[secret]"

// String is a string that refuses to be printed, logged or marshalled.
// Reveal is easy to grep for.
type String string

func (String) String() string               { return mask }
func (String) GoString() string             { return mask }
func (String) LogValue() slog.Value         { return slog.StringValue(mask) }
func (String) MarshalText() ([]byte, error) { return []byte(mask), nil }

// Reveal returns the value itself.
func (s String) Reveal() string { return string(s) }

// Equal compares in a time that depends only on the lengths.
func (s String) Equal(other string) bool {
	return subtle.ConstantTimeCompare([]byte(s), []byte(other)) == 1
}
