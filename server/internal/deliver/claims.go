package deliver

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"wherry/server/internal/jsondoc"
)

// readClaims reads what a provider says: an object that the store can keep, with
// a number type that keeps the digits.
func readClaims(raw []byte) (map[string]any, error) {
	if err := jsondoc.Check(raw, jsondoc.Limits{Depth: 32}); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var claims map[string]any
	if err := d.Decode(&claims); err != nil || claims == nil {
		return nil, errors.New("it is no JSON object")
	}
	keepNumbers(claims)
	return claims, nil
}

// number is a number with all its digits. Unlike json.Number it is one for every
// encoder.
type number string

// MarshalJSON writes the digits.
func (n number) MarshalJSON() ([]byte, error) { return []byte(n), nil }

func keepNumbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		return number(v)
	case map[string]any:
		for name, member := range v {
			v[name] = keepNumbers(member)
		}
	case []any:
		for i, element := range v {
			v[i] = keepNumbers(element)
		}
	}
	return v
}

// textOf is a claim that is text, or the number that some providers write in its
// place; else it is empty.
func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case number:
		return string(v)
	}
	return ""
}

// flagOf is a claim that is a boolean, which some providers write as text; nil
// when it is not there. What is neither is false.
func flagOf(v any) *bool {
	if v == nil {
		return nil
	}
	is := v == true || v == "true"
	return &is
}
