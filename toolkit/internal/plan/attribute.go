package plan

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// mapped are the attributes with a place of their own outside data.
var mapped = map[string]bool{
	"sub": true, "email": true, "email_verified": true, "phone_number": true, "phone_number_verified": true,
	"given_name": true, "middle_name": true, "family_name": true, "name": true, "birthdate": true,
	"zoneinfo": true, "picture": true, "locale": true, "identities": true,
}

// reserved are the keys of data that no custom attribute may take: FusionAuth
// writes to data.email, the rest is ours or Cognito's own.
var reserved = map[string]bool{
	"cognito": true, "migratedFrom": true, "migratedDate": true, "importSource": true,
	"website": true, "profile": true, "nickname": true, "gender": true, "address": true, "updated_at": true, "preferred_username": true,
}

// attribute puts an attribute without a place of its own into data, with the
// type that the pool's schema gives it.
func (d *draft) attribute(name string) {
	text := d.in.Attributes[name]
	if mapped[name] || text == "" || strings.HasPrefix(name, "cognito:") {
		return
	}
	if name == "preferred_username" && d.user.Username == strings.TrimSpace(text) {
		return
	}
	key := d.dataKey(name)
	value, rule, problem := d.mapper.typed(name, text)
	d.data()[key] = value
	d.wrote("data."+key, name, rule)
	if problem != "" {
		d.remark("data."+key, name, rule, "%s; kept as text", problem)
	}
}

// dataKey is the name of an attribute in data: without custom: or dev:custom:,
// unless that name is taken.
func (d *draft) dataKey(name string) string {
	short := strings.TrimPrefix(strings.TrimPrefix(name, "dev:"), "custom:")
	_, taken := d.data()[short]
	if short == name || !taken && !reserved[short] && !mapped[short] {
		return short
	}
	d.remark("data."+name, name, byDefault, "data.%s has another meaning, so the attribute keeps its whole name", short)
	return name
}

var (
	jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
	epochText  = regexp.MustCompile(`^[0-9]{9,13}$`)
)

// typed reads the text of an attribute as its type says. What does not fit
// its type stays text.
func (m *Mapper) typed(name, text string) (value any, rule, problem string) {
	if name == "address" {
		return address(text)
	}
	switch m.types[name] {
	case "Number":
		if jsonNumber.MatchString(text) {
			return json.Number(text), "a number, by its type", ""
		}
		return text, asIs, "is no number, although its type is Number"
	case "Boolean":
		if b, err := strconv.ParseBool(strings.ToLower(text)); err == nil {
			return b, "true or false, by its type", ""
		}
		return text, asIs, "is neither true nor false, although its type is Boolean"
	case "DateTime":
		if t, ok := dateTime(text); ok {
			return t.UTC().Format(time.RFC3339Nano), "an instant, by its type", ""
		}
		return text, asIs, "is no instant, although its type is DateTime"
	default:
		return text, asIs, ""
	}
}

// dateTime reads the forms in which instants occur: ISO 8601 with a zone, a
// date, and seconds or milliseconds since 1970.
func dateTime(text string) (time.Time, bool) {
	if epochText.MatchString(text) {
		n, _ := strconv.ParseInt(text, 10, 64)
		if len(text) > 11 {
			return time.UnixMilli(n), true
		}
		return time.Unix(n, 0), true
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05Z0700", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// address is a JSON object in OpenID Connect, and often plain text in pools.
func address(text string) (value any, rule, problem string) {
	var object map[string]any
	in := json.NewDecoder(bytes.NewReader([]byte(text)))
	in.UseNumber()
	if err := in.Decode(&object); err != nil || object == nil || in.More() {
		return text, asIs, "is not a JSON object"
	}
	return object, "read as JSON", ""
}

// types are the types of attributes: the schema's, then the operator's word.
func (m Mapping) types(schema Schema) map[string]string {
	types := map[string]string{"updated_at": "Number"}
	for _, a := range schema.SchemaAttributes {
		types[a.Name] = a.AttributeDataType
	}
	for name, t := range m.Types {
		types[name] = t
	}
	return types
}
