package identity

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"wherry/server/internal/jsondoc"
)

// ReadClaims reads what a provider says: an object that the store can keep.
// Numbers are json.Number, with all their digits.
func ReadClaims(raw []byte) (map[string]any, error) {
	if err := jsondoc.Check(raw, jsondoc.Limits{Depth: 32}); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var claims map[string]any
	if err := d.Decode(&claims); err != nil || claims == nil {
		return nil, errors.New("it is no JSON object")
	}
	return claims, nil
}

// TextOf is a claim that is text, or the number that some providers write in its
// place; else it is empty.
func TextOf(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return v.String()
	}
	return ""
}

// FlagOf is a claim that is a boolean, which some providers write as text; nil
// when it is not there. What is neither is false.
func FlagOf(v any) *bool {
	if v == nil {
		return nil
	}
	is := v == true || v == "true"
	return &is
}
