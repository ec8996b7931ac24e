package search

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// indexed is every field of a user, beside data, whose values are terms.
var indexed = map[string]Kind{"firstName": Text, "fullName": Words, "lastName": Text, "mobilePhone": Text}

const indexedData = "data"

// Terms returns what storage keeps of a user in order to find the user by the
// value of a field: a number for each field and value, in their order.
func Terms(user []byte) ([]uint64, error) {
	var terms []uint64
	var text []byte // reused
	err := walk(user, "", hasTerms, func(path []byte, v value) {
		if indexed[string(path)] != Words {
			text = appendTerm(text[:0], path, v.kind, v.text)
			terms = append(terms, hash(text))
			return
		}
		for word := range strings.FieldsSeq(v.text) {
			text = appendTerm(text[:0], path, v.kind, word)
			terms = append(terms, hash(text))
		}
	})
	slices.Sort(terms)
	return slices.Compact(terms), err
}

func hasTerms(path []byte) bool {
	name, _, _ := bytes.Cut(path, []byte("."))
	_, known := indexed[string(name)]
	return known || string(name) == indexedData
}

// AskedTerms returns the terms of which those who meet a condition have one,
// and nobody else; it reports false for a condition that is not about terms.
func AskedTerms(q Query) (terms []uint64, ok bool) {
	var field Field
	var values []string
	switch q := q.(type) {
	case In:
		field, values = q.Field, q.Values
	case Like:
		if q.Pattern.wild() || q.Pattern.blanks() > 0 {
			return nil, false
		}
		field, values = q.Field, []string{q.Pattern.text()}
	}
	kind, known := indexed[field.Path]
	if known && kind != field.Kind || !known && (field.Kind != Free || !hasTerms([]byte(field.Path))) {
		return nil, false
	}
	for _, text := range values {
		terms = append(terms, hash(appendTerm(nil, []byte(field.Path), jsontext.KindString, text)))
		if _, number := NumberKey(text); number {
			terms = append(terms, hash(appendTerm(nil, []byte(field.Path), jsontext.KindNumber, text)))
		}
	}
	return terms, true
}

// appendTerm writes a field and a value in such a way that what is equal is
// written alike.
func appendTerm(b, path []byte, kind jsontext.Kind, text string) []byte {
	b = append(append(b, path...), 0)
	if kind == jsontext.KindNumber {
		if key, ok := NumberKey(text); ok {
			return append(append(b, 1), key...)
		}
	}
	return append(b, Fold(text)...)
}

// hash is one that nobody can find two equal ones for, so that searches by
// terms alone find the right users.
func hash(text []byte) uint64 {
	sum := sha256.Sum256(text)
	return binary.BigEndian.Uint64(sum[:])
}
