// Package awsjson is AWS JSON 1.1 as a server speaks it: request bodies with
// the checks that the API's description asks for, answers, and refusals.
package awsjson

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"wherry/pool/internal/refuse"
)

// Members is a request whose members have not been read yet.
type Members map[string]json.RawMessage

// Split takes a body apart.
func Split(body []byte) (Members, error) {
	members := Members{}
	if len(body) == 0 {
		return members, nil
	}
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, malformed(err)
	}
	return members, nil
}

// Text reads one member that is a text; "" when it is something else.
func (m Members) Text(name string) string {
	if m[name] == nil {
		return ""
	}
	var text string
	if json.Unmarshal(m[name], &text) != nil {
		return ""
	}
	return text
}

// Map reads one member that is a map of texts; nil when it is something else.
func (m Members) Map(name string) map[string]string {
	if m[name] == nil {
		return nil
	}
	var texts map[string]string
	if json.Unmarshal(m[name], &texts) != nil {
		return nil
	}
	return texts
}

// Decode reads a request into v, a pointer to a struct whose fields are named
// as the API's members, if need be by a json tag, and checks them by their
// shape tags. Members that v
// does not have are ignored. Every fault is named in one refusal.
func Decode(members Members, v any) error {
	var faults []string
	if err := decode(members, reflect.ValueOf(v).Elem(), &faults); err != nil {
		return err
	}
	return invalid(faults)
}

func decode(members Members, v reflect.Value, faults *[]string) error {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if field.Anonymous {
			if err := decode(members, v.Field(i), faults); err != nil {
				return err
			}
			continue
		}
		member, _, _ := strings.Cut(cmp.Or(field.Tag.Get("json"), field.Name), ",")
		raw, given := members[member]
		given = given && string(raw) != "null"
		if given {
			if err := json.Unmarshal(raw, v.Field(i).Addr().Interface()); err != nil {
				return malformed(err)
			}
		}
		name, required := strings.CutSuffix(field.Tag.Get("shape"), "required")
		name = strings.TrimSuffix(name, ",")
		if fault := check(v.Field(i), shapes[name], name != "", given, required); fault != "" {
			*faults = append(*faults, at(member, v.Field(i), given, shapes[name].sensitive)+fault)
		}
	}
	return nil
}

func check(v reflect.Value, s shape, shaped, given, required bool) string {
	switch {
	case !given && required:
		return "Member must not be null"
	case given && shaped:
		return s.fault(v)
	default:
		return ""
	}
}

// at begins a fault as Cognito does, with the value unless it is sensitive.
func at(name string, v reflect.Value, given, sensitive bool) string {
	first, size := utf8.DecodeRuneInString(name)
	name = string(unicode.ToLower(first)) + name[size:]
	value := fmt.Sprintf(" '%v'", v)
	switch {
	case !given:
		value = " null"
	case sensitive:
		value = ""
	}
	return fmt.Sprintf("Value%s at '%s' failed to satisfy constraint: ", value, name)
}

func invalid(faults []string) error {
	switch len(faults) {
	case 0:
		return nil
	case 1:
		return refuse.InvalidParameter("1 validation error detected: %s", faults[0])
	default:
		return refuse.InvalidParameter("%d validation errors detected: %s", len(faults), strings.Join(faults, "; "))
	}
}

// malformed is the refusal of a body that is no JSON, or JSON of other types
// than the members have.
func malformed(err error) error {
	wrong, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return refuse.With("Serialization", "")
	}
	switch kind := wrong.Value; {
	case kind == "object":
		return refuse.With("Serialization", "Start of structure or map found where not expected.")
	case kind == "array":
		return refuse.With("Serialization", "Start of list found where not expected")
	case kind == "bool":
		return refuse.With("Serialization", "%s can not be converted to %s", "TRUE_VALUE", article(wrong.Type))
	case strings.HasPrefix(kind, "number"):
		return refuse.With("Serialization", "%s can not be converted to %s", "NUMBER_VALUE", article(wrong.Type))
	default:
		return refuse.With("Serialization", "%s can not be converted to %s", "STRING_VALUE", article(wrong.Type))
	}
}

func article(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a String"
	case reflect.Bool:
		return "a Boolean"
	case reflect.Int, reflect.Int64:
		return "an Integer"
	default:
		return "the expected type"
	}
}
