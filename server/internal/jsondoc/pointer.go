package jsondoc

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

var (
	errNothingThere = errors.New("there is no such value")
	errNoContainer  = errors.New("the value that should hold it is neither an object nor an array")
)

// longestPointer is deeper than the decoder lets any document be.
const longestPointer = 10_000

// parsePointer splits a JSON pointer (RFC 6901) into its names and indexes.
func parsePointer(pointer string) ([]string, error) {
	if pointer == "" {
		return nil, nil
	}
	rest, rooted := strings.CutPrefix(pointer, "/")
	if !rooted {
		return nil, errors.New("a path is empty or begins with a slash")
	}
	path := strings.Split(rest, "/")
	if len(path) > longestPointer {
		return nil, errors.New("the path is deeper than a document may be")
	}
	for i, token := range path {
		if strings.Contains(strings.NewReplacer("~0", "", "~1", "").Replace(token), "~") {
			return nil, errors.New("a ~ in a path is written ~0, a slash in a name ~1")
		}
		path[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
	}
	return path, nil
}

// find returns the value at path.
func find(t tree, path []string) (tree, error) {
	for _, token := range path {
		switch node := t.(type) {
		case map[string]any:
			value, exists := node[token]
			if !exists {
				return nil, errNothingThere
			}
			t = value
		case []any:
			i, err := index(token, len(node))
			if err != nil {
				return nil, err
			}
			t = node[i]
		default:
			return nil, errNothingThere
		}
	}
	return t, nil
}

// edit lets change rewrite the object or array that holds the value at path,
// and returns the tree with what change made of it. The path has a last token.
func edit(t tree, path []string, change func(holder tree, token string) (tree, error)) (tree, error) {
	if len(path) == 1 {
		return change(t, path[0])
	}
	child, err := find(t, path[:1])
	if err != nil {
		return nil, err
	}
	if child, err = edit(child, path[1:], change); err != nil {
		return nil, err
	}
	return put(child)(t, path[0])
}

// put returns a change that replaces a value which is there.
func put(value tree) func(tree, string) (tree, error) {
	return func(holder tree, token string) (tree, error) {
		if _, err := find(holder, []string{token}); err != nil {
			return nil, err
		}
		switch holder := holder.(type) {
		case map[string]any:
			holder[token] = value
		case []any:
			i, _ := index(token, len(holder))
			holder[i] = value
		}
		return holder, nil
	}
}

// insert returns a change that adds a value: a member, which may have been
// there, or an element before the one of that index; - is the end.
func insert(value tree) func(tree, string) (tree, error) {
	return func(holder tree, token string) (tree, error) {
		switch holder := holder.(type) {
		case map[string]any:
			holder[token] = value
			return holder, nil
		case []any:
			if token == "-" {
				return append(holder, value), nil
			}
			i, err := index(token, len(holder)+1)
			if err != nil {
				return nil, err
			}
			return slices.Insert(holder, i, value), nil
		default:
			return nil, errNoContainer
		}
	}
}

// drop is a change that removes a value which is there.
func drop(holder tree, token string) (tree, error) {
	if _, err := find(holder, []string{token}); err != nil {
		return nil, err
	}
	switch holder := holder.(type) {
	case map[string]any:
		delete(holder, token)
		return holder, nil
	case []any:
		i, _ := index(token, len(holder))
		return slices.Delete(holder, i, i+1), nil
	}
	return holder, nil
}

// index reads an array index as RFC 6901 section 4 writes it.
func index(token string, length int) (int, error) {
	i, err := strconv.Atoi(token)
	if err != nil || strconv.Itoa(i) != token || i < 0 {
		return 0, fmt.Errorf("%q is not an index of an array", token)
	}
	if i >= length {
		return 0, fmt.Errorf("the array ends before index %d", i)
	}
	return i, nil
}
