package plan

import (
	"errors"
	"strings"
)

// The functions of this file find things in user.data by a path such as
// "loyalty.points". A key that holds dots itself is found by its whole name.

var errNotObject = errors.New("lies inside something that is not an object")

func lookup(m map[string]any, path string) any {
	if v, ok := m[path]; ok {
		return v
	}
	head, rest, nested := strings.Cut(path, ".")
	inner, ok := m[head].(map[string]any)
	if !nested || !ok {
		return nil
	}
	return lookup(inner, rest)
}

func insert(m map[string]any, path string, value any) error {
	head, rest, nested := strings.Cut(path, ".")
	if _, whole := m[path]; whole || !nested {
		m[path] = value
		return nil
	}
	switch inner := m[head].(type) {
	case map[string]any:
		return insert(inner, rest, value)
	case nil:
		fresh := map[string]any{}
		m[head] = fresh
		return insert(fresh, rest, value)
	default:
		return errNotObject
	}
}

func removeKey(m map[string]any, path string) {
	if _, ok := m[path]; ok {
		delete(m, path)
		return
	}
	head, rest, nested := strings.Cut(path, ".")
	if inner, ok := m[head].(map[string]any); nested && ok {
		removeKey(inner, rest)
	}
}
