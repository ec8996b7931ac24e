package jsondoc

import "fmt"

// Overlay applies FusionAuth's own dialect, a PATCH of type application/json:
// objects merge, null removes, and the elements of an array are appended to
// those that are there, equal ones too.
func Overlay(doc, patch []byte) ([]byte, error) {
	return merge(doc, patch, func(old, added []any) []any { return append(old, added...) })
}

// Merge applies a merge patch (RFC 7396), application/merge-patch+json: objects
// merge, null removes, and arrays are replaced.
func Merge(doc, patch []byte) ([]byte, error) {
	return merge(doc, patch, func(_, added []any) []any { return added })
}

type arrays = func(old, added []any) []any

func merge(doc, patch []byte, join arrays) ([]byte, error) {
	target, err := decode(doc)
	if err != nil {
		return nil, fmt.Errorf("read the document to change: %w", err)
	}
	change, err := decode(patch)
	if err != nil {
		return nil, fmt.Errorf("read the patch: %w", err)
	}
	return encode(mergeTree(target, change, join))
}

func mergeTree(target, patch tree, join arrays) tree {
	switch patch := patch.(type) {
	case map[string]any:
		object, is := target.(map[string]any)
		if !is {
			object = make(map[string]any, len(patch))
		}
		mergeObject(object, patch, join)
		return object
	case []any:
		old, _ := target.([]any)
		return join(old, patch)
	default:
		return patch
	}
}

func mergeObject(object, patch map[string]any, join arrays) {
	for name, value := range patch {
		if value == nil {
			delete(object, name)
			continue
		}
		object[name] = mergeTree(object[name], value, join)
	}
}
