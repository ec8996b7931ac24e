package identity

import (
	"strings"

	"wherry/server/internal/fa"
)

// NewUserCode is a code that a device shows and somebody types elsewhere.
func NewUserCode(g fa.Generator) string { return generate(g) }

// TypedCode is a code as it was typed, without what people add to read it.
func TypedCode(typed string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\t", "").Replace(typed))
}
