package search

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Document is an object as storage has it, in JSON.
type Document struct {
	JSON   []byte
	Below  map[string][]byte   // what belongs to it and is stored elsewhere, by path
	Nested map[string][][]byte // its nested documents, by path
}

// Matcher tells which documents meet a query, and in which order they come.
type Matcher struct {
	query  Query
	order  []sortedBy
	paths  map[string]bool // what to look for in documents; true for what is below, too
	nested map[string]bool
}

// Matcher returns a matcher of documents of this index.
func (x *Index) Matcher(q Query, order []Sort) *Matcher {
	m := &Matcher{query: q, paths: map[string]bool{}, nested: map[string]bool{}}
	m.note(q)
	for _, s := range order {
		field := x.sorted(s)
		m.order = append(m.order, sortedBy{s, field})
		m.noteField(field, false)
		if path := x.nestedIn(s.Name); path != "" {
			m.nested[path] = true
		}
	}
	return m
}

// sortedBy is a term of the order with its field.
type sortedBy struct {
	Sort
	field Field
}

// sorted is the field of a term of the order.
func (x *Index) sorted(s Sort) Field {
	if alias, ok := x.aliases[s.Name]; ok {
		return alias
	}
	return Field{s.Name, x.fields[s.Name]}
}

// Needs tells whether the nested documents at a path matter.
func (m *Matcher) Needs(path string) bool { return m.nested[path] }

func (m *Matcher) note(q Query) {
	switch q := q.(type) {
	case Bool:
		for _, each := range slices.Concat(q.Must, q.Should, q.MustNot) {
			m.note(each)
		}
	case Nested:
		m.nested[q.Path] = true
		m.note(q.Query)
	case Exists:
		m.noteField(q.Field, true)
	case In:
		m.noteField(q.Field, false)
	case Like:
		m.noteField(q.Field, false)
	case Between:
		m.noteField(q.Field, false)
	case Within:
		m.noteField(q.Field, false)
	}
}

func (m *Matcher) noteField(f Field, below bool) {
	for _, path := range f.paths() {
		m.paths[path] = m.paths[path] || below
	}
}

// paths is where the values of a field stand.
func (f Field) paths() []string {
	if f.Path == "login" {
		return []string{"email", "phoneNumber", "username"}
	}
	return []string{f.Path}
}

// values is what a document has at the paths that matter.
type values map[string][]value

func (m *Matcher) read(into values, doc []byte, prefix string) error {
	return walk(doc, prefix, m.enters, func(path []byte, v value) {
		if _, wanted := m.paths[string(path)]; wanted {
			into[string(path)] = append(into[string(path)], v)
		}
		for i, c := range path {
			if c == '.' && m.paths[string(path[:i])] {
				into[string(path[:i])] = append(into[string(path[:i])], value{kind: mark})
			}
		}
	})
}

// enters tells whether something matters at a path, below it, or above it.
func (m *Matcher) enters(path []byte) bool {
	if _, wanted := m.paths[string(path)]; wanted {
		return true
	}
	for wanted, below := range m.paths {
		if len(wanted) > len(path) && wanted[len(path)] == '.' && wanted[:len(path)] == string(path) {
			return true
		}
		if below && len(path) > len(wanted) && path[len(wanted)] == '.' && string(path[:len(wanted)]) == wanted {
			return true
		}
	}
	return false
}

// Match tells whether a document meets the query, and where it comes in the
// order, without what tells equal ones apart.
func (m *Matcher) Match(doc Document) (Position, bool, error) {
	top := values{}
	if err := m.read(top, doc.JSON, ""); err != nil {
		return nil, false, err
	}
	for path, below := range doc.Below {
		if err := m.read(top, below, path); err != nil {
			return nil, false, err
		}
	}
	nested := map[string][]values{}
	for path, docs := range doc.Nested {
		for _, each := range docs {
			v := values{}
			if err := m.read(v, each, path); err != nil {
				return nil, false, err
			}
			nested[path] = append(nested[path], v)
		}
	}
	if !holds(m.query, top, nested) {
		return nil, false, nil
	}
	return m.position(top, nested), true, nil
}

func holds(q Query, v values, nested map[string][]values) bool {
	some := func(f Field, is func(value) bool) bool {
		return slices.ContainsFunc(f.paths(), func(path string) bool { return slices.ContainsFunc(v[path], is) })
	}
	switch q := q.(type) {
	case Bool:
		return q.holds(v, nested)
	case Nested:
		return slices.ContainsFunc(nested[q.Path], func(each values) bool { return holds(q.Query, each, nil) })
	case Exists:
		return some(q.Field, func(value) bool { return true })
	case In:
		return some(q.Field, func(v value) bool { return slices.ContainsFunc(q.Values, v.equals) })
	case Like:
		return some(q.Field, func(v value) bool { return v.like(q.Pattern, q.Field.Kind) })
	case Between:
		return some(q.Field, func(v value) bool { return v.between(q.From, q.To) })
	case Within:
		return some(q.Field, func(v value) bool { return v.within(q.From, q.To) })
	}
	return true
}

func (b Bool) holds(v values, nested map[string][]values) bool {
	is := func(q Query) bool { return holds(q, v, nested) }
	for _, must := range b.Must {
		if !is(must) {
			return false
		}
	}
	if slices.ContainsFunc(b.MustNot, is) {
		return false
	}
	met := 0
	for _, should := range b.Should {
		if met == b.AtLeast {
			break
		}
		if is(should) {
			met++
		}
	}
	return met >= b.AtLeast
}

func (m *Matcher) position(top values, nested map[string][]values) Position {
	p := make(Position, 0, len(m.order)+1)
	for _, s := range m.order {
		var all []any
		for _, path := range s.field.paths() {
			all = append(all, s.keys(top[path])...)
			for _, docs := range nested {
				for _, each := range docs {
					all = append(all, s.keys(each[path])...)
				}
			}
		}
		p = append(p, s.first(all))
	}
	return p
}

// keys is how values are compared with others.
func (s sortedBy) keys(all []value) (keys []any) {
	for _, v := range all {
		if s.field.Kind != Instant {
			keys = append(keys, Fold(v.text))
		} else if n, err := strconv.ParseInt(v.text, 10, 64); err == nil {
			keys = append(keys, n)
		}
	}
	return keys
}

// first is the key by which an object with several ones is sorted; nil if it
// has none.
func (s sortedBy) first(keys []any) any {
	switch {
	case len(keys) == 0:
		return nil
	case s.Descending():
		return slices.MaxFunc(keys, compareKeys)
	default:
		return slices.MinFunc(keys, compareKeys)
	}
}

func compareKeys(a, b any) int {
	if n, ok := a.(int64); ok {
		m, _ := b.(int64)
		return cmp.Compare(n, m)
	}
	text, _ := a.(string)
	other, _ := b.(string)
	return strings.Compare(text, other)
}

// Compare tells which of two positions comes first in an order.
func (p Position) Compare(other Position, order []Sort) int {
	for i, s := range order {
		if n := s.compare(p[i], other[i]); n != 0 {
			return n
		}
	}
	return compareKeys(p[len(order)], other[len(order)])
}

func (s Sort) compare(a, b any) int {
	behind := 1
	if s.MissingFirst() {
		behind = -1
	}
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return behind
	case b == nil:
		return -behind
	case s.Descending():
		return compareKeys(b, a)
	}
	return compareKeys(a, b)
}
