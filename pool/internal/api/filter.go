package api

import (
	"slices"
	"strings"

	"wherry/pool/internal/refuse"
	"wherry/pool/internal/store"
)

// filterable is the attributes that a filter may name.
var filterable = []string{
	"username", "email", "phone_number", "name", "given_name", "family_name", "preferred_username",
	"cognito:user_status", "status", "sub",
}

// parseFilter reads the filter of ListUsers: one comparison, such as
// `email = "jane@example.com"` or `sub ^= "0"`, in which \ takes the character
// after it as it is.
func parseFilter(text string) (store.Query, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return store.Query{}, nil
	}
	i := strings.IndexAny(text, "=^ \t")
	if i < 0 {
		return store.Query{}, badFilter()
	}
	q := store.Query{Attribute: strings.Trim(text[:i], `"`)}
	rest, equals := strings.CutPrefix(strings.TrimSpace(text[i:]), "=")
	if !equals {
		if rest, q.Prefix = strings.CutPrefix(rest, "^="); !q.Prefix {
			return store.Query{}, badFilter()
		}
	}
	if !slices.Contains(filterable, q.Attribute) {
		return store.Query{}, refuse.InvalidParameter("Invalid search attribute: %s", q.Attribute)
	}
	value, ok := unquote(strings.TrimSpace(rest))
	if !ok {
		return store.Query{}, badFilter()
	}
	q.Value = value
	return q, nil
}

func unquote(text string) (string, bool) {
	text, ok := strings.CutPrefix(text, `"`)
	if !ok {
		return "", false
	}
	var value strings.Builder
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			return value.String(), i == len(text)-1
		case '\\':
			if i++; i == len(text) {
				return "", false
			}
		}
		value.WriteByte(text[i])
	}
	return "", false
}

func badFilter() error { return refuse.InvalidParameter("Error while parsing filter.") }
