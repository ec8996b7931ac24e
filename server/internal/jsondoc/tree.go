package jsondoc

import (
	"errors"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// equal compares as RFC 6902 section 4.6 does: numbers by value, objects
// without regard to order.
func equal(a, b tree) bool {
	switch a := a.(type) {
	case map[string]any:
		b, is := b.(map[string]any)
		return is && maps.EqualFunc(a, b, equal)
	case []any:
		b, is := b.([]any)
		return is && slices.EqualFunc(a, b, equal)
	case jsontext.Value:
		b, is := b.(jsontext.Value)
		return is && sameNumber(a, b)
	default:
		return a == b
	}
}

// copyBudget is how many bytes the copies of one patch may add to a document:
// thirty that copy it into itself would otherwise make a billion of it.
const copyBudget = 1 << 20

// clone copies a value by writing and reading it, and charges its size.
func clone(t tree, budget *int) (tree, error) {
	written, err := encode(t)
	if err != nil {
		return nil, err
	}
	if *budget -= len(written); *budget < 0 {
		return nil, errors.New("the patch copies too much")
	}
	return decode(written)
}
