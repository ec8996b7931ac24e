// Package jsondoc changes JSON documents as a PATCH request asks, in each of
// FusionAuth's three dialects, and refuses documents that cannot be kept.
//
// Everything goes from bytes to bytes: the caller decodes a result into a fresh
// value, since decoding a patch over a filled one mixes up the elements of
// lists. Numbers keep every digit. Documents with invalid UTF-8 or with a name
// given twice in one object are refused throughout, with a *Problem.
package jsondoc

import (
	"errors"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A tree is a decoded document: map[string]any, []any, string, bool, nil, and
// jsontext.Value for a number, which is so kept as it was written.
type tree = any

var keepNumbers = json.WithUnmarshalers(json.UnmarshalFromFunc(func(d *jsontext.Decoder, v *any) error {
	if d.PeekKind() != jsontext.KindNumber {
		return errors.ErrUnsupported
	}
	number, err := d.ReadValue()
	*v = number.Clone()
	return err
}))

func decode(data []byte) (t tree, err error) {
	if err := json.Unmarshal(data, &t, keepNumbers); err != nil {
		return nil, problem(err)
	}
	return t, nil
}

// encode writes the names of objects in order, so that equal trees give equal
// bytes.
func encode(t tree) ([]byte, error) {
	return json.Marshal(t, json.Deterministic(true))
}
