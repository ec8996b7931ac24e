package ftl

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// node is a piece of a template.
type node interface{ render(r *rendering) error }

type literal string

func (n literal) render(r *rendering) error {
	r.out.WriteString(string(n))
	return nil
}

// interpolation is ${…}.
type interpolation struct {
	value expr
	line  int
}

func (n interpolation) render(r *rendering) error {
	v, err := n.value.eval(r)
	if err == nil {
		err = r.write(v)
	}
	if err != nil {
		return fmt.Errorf("line %d: %w", n.line, err)
	}
	return nil
}

// branch is one arm of an if; the else has no condition.
type branch struct {
	condition expr
	body      []node
}

type conditional struct {
	branches []branch
	line     int
}

func (n conditional) render(r *rendering) error {
	for _, b := range n.branches {
		chosen := b.condition == nil
		if !chosen {
			v, err := evalBool(b.condition, r)
			if err != nil {
				return fmt.Errorf("line %d: %w", n.line, err)
			}
			chosen = v
		}
		if chosen {
			return r.all(b.body)
		}
	}
	return nil
}

// loop is a list over a sequence, or with value not empty over a map.
type loop struct {
	over       expr
	key, value string
	body, none []node
	line       int
}

func (n loop) render(r *rendering) error {
	items, err := n.over.eval(r)
	if err != nil {
		return fmt.Errorf("line %d: %w", n.line, err)
	}
	defer r.restore(n.key, n.value)()
	switch items := items.(type) {
	case []any:
		if n.value != "" {
			return fmt.Errorf("line %d: a list of values has no keys", n.line)
		}
		if len(items) == 0 {
			return r.all(n.none)
		}
		for _, item := range items {
			r.values[n.key] = item
			if err := r.all(n.body); err != nil {
				return err
			}
		}
		return nil
	case map[string]any:
		return n.overMap(r, items)
	}
	return fmt.Errorf("line %d: this is nothing that can be listed", n.line)
}

func (n loop) overMap(r *rendering, items map[string]any) error {
	if n.value == "" {
		return fmt.Errorf("line %d: list a map as key, value", n.line)
	}
	if len(items) == 0 {
		return r.all(n.none)
	}
	for _, key := range sortedKeys(items) {
		r.values[n.key], r.values[n.value] = key, items[key.(string)]
		if err := r.all(n.body); err != nil {
			return err
		}
	}
	return nil
}

func sortedKeys(m map[string]any) []any {
	var keys []any
	for _, key := range slices.Sorted(maps.Keys(m)) {
		keys = append(keys, key)
	}
	return keys
}

// restore remembers what loop variables hide, and returns how to undo it.
func (r *rendering) restore(names ...string) func() {
	before := maps.Clone(r.values)
	return func() {
		for _, name := range names {
			if v, there := before[name]; there {
				r.values[name] = v
			} else {
				delete(r.values, name)
			}
		}
	}
}

type assignment struct {
	name  string
	value expr
	line  int
}

func (n assignment) render(r *rendering) error {
	v, err := n.value.eval(r)
	if err == nil && v == nil {
		err = errMissing
	}
	if err != nil {
		return fmt.Errorf("line %d: %w", n.line, err)
	}
	r.values[n.name] = v
	return nil
}

// errMissing says that something has no value and no default.
var errMissing = errors.New("something has no value; give it a default, as in ${user.firstName!\"\"}")
