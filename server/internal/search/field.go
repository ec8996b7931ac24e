package search

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Field is something that can be searched by: "email", "data.plan",
// "registrations.roles".
type Field struct {
	Path string
	Kind Kind
}

// Kind is how the values of a field are written and compared.
type Kind int

// The kinds of fields.
const (
	Text    Kind = iota // compared whole
	Words               // any run of whole words is compared
	Date                // YYYY-MM-DD
	Flag                // true or false
	Instant             // milliseconds since 1970
	Free                // whatever clients keep in data
)

// The paths of nested documents.
const (
	Registrations = "registrations"
	Memberships   = "memberships"
)

// keyword is what Elasticsearch adds to the name of a property to compare it
// whole, as we always do.
const keyword = ".keyword"

// scope is what a part of a query is about: everything in an index, or one
// nested document.
type scope struct {
	*Index
	inside string // the path of the nested document, or ""
}

// nestedIn returns which nested document a path belongs to, or "".
func (x *Index) nestedIn(path string) string {
	for _, nested := range x.nested {
		if path == nested || strings.HasPrefix(path, nested+".") {
			return nested
		}
	}
	return ""
}

// lookup finds a field.
func (s scope) lookup(name string) (Field, error) {
	field, known := Field{name, s.fields[name]}, false
	if _, known = s.fields[name]; !known {
		field, known = s.aliases[name]
	}
	for _, prefix := range s.free {
		if below, ok := strings.CutPrefix(name, prefix); ok && wellFormed(below) {
			field, known = Field{strings.TrimSuffix(name, keyword), Free}, true
		}
	}
	switch {
	case !known && strings.ContainsAny(name, "*?"):
		return field, fmt.Errorf("a wildcard in the name of a field, [%s], is not supported: name each field, joined by OR", name)
	case !known:
		return field, fmt.Errorf("there is no field [%s]: names are case-sensitive, and there are %s", name, s.knownFields())
	case s.inside != "" && s.nestedIn(name) != s.inside:
		return field, fmt.Errorf("inside nested [%s] only fields that begin with [%s.] can be asked for, not [%s]", s.inside, s.inside, name)
	}
	return field, nil
}

// wellFormed tells whether a path has a name at every step.
func wellFormed(path string) bool {
	return !slices.Contains(strings.Split(path, "."), "") && !strings.ContainsAny(path, "*?")
}

func (x *Index) knownFields() string {
	names := slices.Sorted(maps.Keys(x.fields))
	for _, prefix := range x.free {
		names = append(names, prefix+"<property>")
	}
	return strings.Join(names, ", ")
}
