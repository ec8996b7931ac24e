package forms

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
)

// Documents are what forms write.
type Documents struct {
	User         fa.UserRequest  `json:"user"`
	Registration fa.Registration `json:"registration"`

	// Consents are answers that were typed into a form.
	Consents []fa.ConsentAnswer `json:"-"`

	given []*fa.UserConsent
}

// New returns the documents of somebody of whom nothing is known.
func New() Documents {
	return Documents{User: fa.UserRequest{User: fa.NewUser()}, Registration: fa.NewRegistration()}
}

// Of returns the documents of a user; the registration may be nil.
func Of(user *fa.User, registration *fa.Registration) Documents {
	d := New()
	d.User.User = *user
	if registration != nil {
		d.Registration = *registration
	}
	return d
}

// With returns the documents with what was typed into a form that has been
// checked; a field that is left empty takes its value away.
func (d Documents) With(f Form, typed url.Values) (Documents, error) {
	tree, err := fa.EncodeWhole(d)
	if err != nil {
		return d, err
	}
	for _, field := range f {
		if field.Type == consentKind {
			continue
		}
		if tree, err = set(tree, strings.Split(field.Key, "."), valueOf(field, typed)); err != nil {
			return d, err
		}
	}
	made := New()
	made.Consents = f.consents(typed)
	return made, fa.Decode(tree, &made)
}

// valueOf is what was typed into a field, as JSON; nil for nothing.
func valueOf(field fa.FormField, typed url.Values) jsontext.Value {
	value := typed.Get(field.Key)
	var v any
	switch {
	case field.Type == "bool":
		v = value == "true"
	case value == "":
		return nil
	case field.Type == "number":
		return jsontext.Value(value)
	case strings.HasSuffix(field.Key, ".preferredLanguages"):
		v = strings.FieldsFunc(strings.Join(typed[field.Key], ","), func(r rune) bool { return r == ',' || r == ' ' })
	case field.Control == "checkbox" && len(field.Options) > 0:
		v = typed[field.Key]
	default:
		v = value
	}
	encoded, _ := json.Marshal(v) // text, numbers and booleans always can be
	return encoded
}

// set puts a value at a path below an object, and makes the objects on the way.
func set(object jsontext.Value, path []string, value jsontext.Value) (jsontext.Value, error) {
	members := fa.Data{}
	if object.Kind() == '{' {
		if err := fa.Decode(object, &members); err != nil {
			return nil, err
		}
	}
	name, rest := path[0], path[1:]
	switch {
	case len(rest) > 0:
		below, err := set(members[name], rest, value)
		if err != nil {
			return nil, err
		}
		members[name] = below
	case value == nil:
		delete(members, name)
	default:
		members[name] = value
	}
	return fa.EncodeWhole(members)
}

// Values is what the documents say in the fields of a form; passwords are not
// told.
func (d Documents) Values(f Form) (url.Values, error) {
	tree, err := fa.EncodeWhole(d)
	if err != nil {
		return nil, err
	}
	values := url.Values{}
	for _, field := range f {
		if field.Control == "password" {
			continue
		}
		list := d.chosen(field)
		if field.Type != consentKind {
			list = textsOf(at(tree, strings.Split(field.Key, ".")))
		}
		if len(list) > 0 {
			values[field.Key] = list
		}
	}
	return values, nil
}

func at(tree jsontext.Value, path []string) jsontext.Value {
	for _, name := range path {
		members := fa.Data{}
		if tree.Kind() != '{' || fa.Decode(tree, &members) != nil {
			return nil
		}
		tree = members[name]
	}
	return tree
}

// textsOf is a value as inputs show it, or values in a list.
func textsOf(value jsontext.Value) (texts []string) {
	switch value.Kind() {
	case '"':
		var text string
		_ = json.Unmarshal(value, &text) // it is a text
		return []string{text}
	case '0', 't', 'f':
		return []string{string(value)}
	case '[':
		var list []jsontext.Value
		_ = json.Unmarshal(value, &list) // it is a list
		for _, v := range list {
			texts = append(texts, textsOf(v)...)
		}
	}
	return texts
}

// Missing are the required fields of a form in which the documents say nothing.
// Somebody who is there needs no password.
func (d Documents) Missing(f Form) (Form, error) {
	values, err := d.Values(f)
	if err != nil {
		return nil, err
	}
	var missing Form
	for _, field := range f {
		if field.Required && field.Control != "password" && values.Get(field.Key) == "" {
			missing = append(missing, field)
		}
	}
	return missing, nil
}
