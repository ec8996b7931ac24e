package deliver

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf16"
)

// veil returns what replaces secrets in text, as they are or as JSON, HTML or a
// URL writes them.
func veil(secrets ...string) func(string) string {
	var patterns []string
	for _, secret := range secrets {
		var pattern strings.Builder
		for _, r := range secret {
			pattern.WriteString(anyForm(r))
		}
		if secret != "" {
			patterns = append(patterns, pattern.String())
		}
	}
	if patterns == nil {
		return func(text string) string { return text }
	}
	secret := regexp.MustCompile(strings.Join(patterns, "|"))
	return func(text string) string { return secret.ReplaceAllLiteralString(text, "[secret]") }
}

// named are the characters that JSON, HTML or a form has a short form for, as
// patterns.
var named = map[rune]string{
	'\b': `\\+b`, '\f': `\\+f`, '\n': `\\+n`, '\r': `\\+r`, '\t': `\\+t`,
	'"': "&quot;", '\'': "&apos;", '&': "&amp;", '<': "&lt;", '>': "&gt;", ' ': `\+`,
	'/': "~1", '~': "~0", // in the pointers of jsondoc's problems
}

// anyForm matches the ways to write a character: itself, perhaps behind a
// backslash or, where JSON stands inside JSON, several; by its number; by name.
func anyForm(r rune) string {
	var units, bytes strings.Builder
	for _, unit := range utf16.Encode([]rune{r}) {
		fmt.Fprintf(&units, `\\+u%04x`, unit)
	}
	for _, b := range []byte(string(r)) {
		fmt.Fprintf(&bytes, "%%%02x", b)
	}
	forms := []string{units.String(), bytes.String(), fmt.Sprintf("&#(?:0*%d|x0*%x);", r, r)}
	if name, ok := named[r]; ok {
		forms = append(forms, name)
	}
	return `(?:\\*` + regexp.QuoteMeta(string(r)) + "|(?i:" + strings.Join(forms, "|") + "))"
}
