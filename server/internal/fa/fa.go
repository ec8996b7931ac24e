// Package fa holds FusionAuth's objects as its API shows them: their
// properties, defaults and validity, and the shape of its errors. It knows
// nothing of HTTP, storage or the rules that span several objects.
//
// A document decodes over the defaults that its New function fills in, so a
// property that a client leaves out keeps its default, and rows that are older
// than a setting read as if they had it. Properties that we do not know are
// kept in Rest at every level and come back as they went in.
package fa

import (
	"errors"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Rest keeps the members of an object that its struct does not name.
type Rest map[string]jsontext.Value

// ErrNotFound says that there is no such object.
var ErrNotFound = errors.New("not found")

// ErrConflict says that another object has the place of this one.
var ErrConflict = errors.New("conflict")

// Encode writes v as FusionAuth shows it: absent properties are left out, empty
// lists and maps are written, maps are sorted by key. The secrets of second
// factors, which no API returns, are left out.
func Encode(v any) ([]byte, error) {
	return json.Marshal(v, json.Deterministic(true), json.WithMarshalers(withoutSecrets))
}

// EncodeWhole is Encode with the secrets: the form that is stored.
func EncodeWhole(v any) ([]byte, error) { return json.Marshal(v, json.Deterministic(true)) }

// Decode reads data over v. Duplicate names and invalid UTF-8 are refused. The
// error is an *Errors that names the property.
func Decode(data []byte, v any) error { return DecodeAt("", data, v) }

// DecodeAt is Decode for the part of a request that stands at path, such as
// "tenant": its errors name the property from there.
func DecodeAt(path string, data []byte, v any) error {
	if err := json.Unmarshal(data, v); err != nil {
		return decodingErrors(path, err)
	}
	return nil
}

// Data is a free JSON object of the client's.
type Data map[string]jsontext.Value

// Normalize drops members whose value is null, as FusionAuth does.
func (d Data) Normalize() {
	for name, value := range d {
		if value.Kind() == 'n' {
			delete(d, name)
		}
	}
}

// decodeInto is json.Unmarshal for methods that decode a type by themselves.
func decodeInto(data []byte, v any) error { return json.Unmarshal(data, v) }
