package fa

import (
	"strings"
	"unicode"
)

// Endpoint adds an error unless value is a URL that can be called over one of
// schemes.
func (e *Errors) Endpoint(value, path string, schemes ...string) {
	e.Require(value, path)
	if value != "" && !isEndpoint(value, schemes...) {
		e.Field(path, "invalid", "[%s] is not a URL that begins with %s://.", value, strings.Join(schemes, ":// or "))
	}
}

// tokenCharacters is what RFC 9110 section 5.6.2 allows in the name of a header.
const tokenCharacters = "!#$%&'*+-.^_`|~" + digits + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// Headers adds an error for each header that cannot be sent.
func (e *Errors) Headers(headers map[string]string, path string) {
	for name, value := range headers {
		if name == "" || strings.Trim(name, tokenCharacters) != "" || strings.ContainsFunc(value, unicode.IsControl) {
			e.Field(path, "invalid", "The header [%s] cannot be sent: its name or value has a character that HTTP does not allow.", name)
		}
	}
}
