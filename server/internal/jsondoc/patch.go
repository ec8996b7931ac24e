package jsondoc

import (
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// OperationError says which operation of a JSON patch could not be done.
type OperationError struct {
	Index int // from zero
	Op    string
	Path  string
	Err   error
}

func (e *OperationError) Error() string {
	return fmt.Sprintf("operation %d (%s %q): %v", e.Index, e.Op, e.Path, e.Err)
}

func (e *OperationError) Unwrap() error { return e.Err }

// operation is a member of the patch document. Members that RFC 6902 does not
// define are ignored, as it says.
type operation struct {
	Op    string         `json:"op"`
	Path  *string        `json:"path"`
	From  *string        `json:"from"`
	Value jsontext.Value `json:"value"`
}

// Patch applies a JSON patch (RFC 6902), application/json-patch+json: all of its
// operations in order, or none. What cannot be done comes back as a *Problem or
// an *OperationError.
func Patch(doc, patch []byte) ([]byte, error) {
	target, err := decode(doc)
	if err != nil {
		return nil, fmt.Errorf("read the document to change: %w", err)
	}
	operations, err := readPatch(patch)
	if err != nil {
		return nil, err
	}
	budget := copyBudget
	for i, op := range operations {
		if target, err = op.apply(target, &budget); err != nil {
			return nil, op.failed(i, err)
		}
	}
	return encode(target)
}

func readPatch(patch []byte) ([]operation, error) {
	var raw []jsontext.Value
	var wrongType *json.SemanticError
	err := json.Unmarshal(patch, &raw)
	if errors.As(err, &wrongType) || err == nil && raw == nil {
		err = &Problem{Reason: "is not an array of operations"}
	}
	if err != nil {
		return nil, fmt.Errorf("read the patch: %w", problem(err))
	}
	operations := make([]operation, len(raw))
	for i := range raw {
		if err := json.Unmarshal(raw[i], &operations[i]); err != nil {
			return nil, operations[i].failed(i, errors.New("an operation is an object whose op, path and from are strings"))
		}
	}
	return operations, nil
}

func (o operation) failed(i int, err error) error {
	failed := &OperationError{Index: i, Op: o.Op, Err: err}
	if o.Path != nil {
		failed.Path = *o.Path
	}
	return failed
}

func (o operation) apply(t tree, budget *int) (tree, error) {
	if o.Path == nil {
		return nil, errors.New("the operation has no path")
	}
	path, err := parsePointer(*o.Path)
	if err != nil {
		return nil, err
	}
	switch o.Op {
	case "add", "replace", "test":
		return o.withValue(t, path)
	case "move", "copy":
		return o.withFrom(t, path, budget)
	case "remove":
		if len(path) == 0 {
			return nil, errors.New("the document as a whole cannot be removed")
		}
		return edit(t, path, drop)
	default:
		return nil, errors.New("op is one of add, remove, replace, move, copy and test")
	}
}

func (o operation) withValue(t tree, path []string) (tree, error) {
	if o.Value == nil {
		return nil, errors.New("the operation has no value")
	}
	value, err := decode(o.Value)
	if err != nil {
		return nil, err
	}
	switch o.Op {
	case "add":
		return add(t, path, value)
	case "replace":
		if len(path) == 0 {
			return value, nil
		}
		return edit(t, path, put(value))
	default:
		found, err := find(t, path)
		if err == nil && !equal(found, value) {
			err = errors.New("the value there is another")
		}
		return t, err
	}
}

func (o operation) withFrom(t tree, path []string, budget *int) (tree, error) {
	if o.From == nil {
		return nil, errors.New("the operation has no from")
	}
	from, err := parsePointer(*o.From)
	if err != nil {
		return nil, fmt.Errorf("from: %w", err)
	}
	value, err := find(t, from)
	if err != nil {
		return nil, fmt.Errorf("from: %w", err)
	}
	switch {
	case o.Op == "copy":
		if value, err = clone(value, budget); err != nil {
			return nil, err
		}
	case slices.Equal(from, path):
		return t, nil
	case len(from) <= len(path) && slices.Equal(from, path[:len(from)]):
		return nil, errors.New("a value cannot be moved into itself")
	default:
		if t, err = edit(t, from, drop); err != nil {
			return nil, err
		}
	}
	return add(t, path, value)
}

func add(t tree, path []string, value tree) (tree, error) {
	if len(path) == 0 {
		return value, nil
	}
	return edit(t, path, insert(value))
}
