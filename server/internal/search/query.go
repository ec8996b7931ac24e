package search

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ParseJSON reads the query of a request, a query of Elasticsearch as JSON.
//
// Source: https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl.html
func (x *Index) ParseJSON(text string) (Query, error) {
	if len(text) > maxLength {
		return nil, &Error{"the query", fmt.Sprintf("it is longer than %d bytes", maxLength)}
	}
	return (&reader{limits: &limits{}, scope: scope{Index: x}}).query(jsontext.Value(text))
}

// reader reads one part of a JSON query.
type reader struct {
	*limits
	scope
	path string // where the part stands: "/bool/must/0"
}

// kinds is every kind of query, by name.
func (r reader) kinds() map[string]func(jsontext.Value) (Query, error) {
	return map[string]func(jsontext.Value) (Query, error){
		"bool": r.bool, "nested": r.below, "exists": r.exists, "ids": r.ids, "query_string": r.queryString, "match_all": r.matchAll,
		"match": r.match, "match_phrase": r.matchPhrase, "term": r.term, "terms": r.terms, "range": r.between,
		"prefix": r.prefix, "wildcard": r.wildcard,
	}
}

// query reads an object with one member, whose name is the kind of the query.
func (r reader) query(v jsontext.Value) (Query, error) {
	if r.depth++; r.depth > maxDepth {
		return nil, r.errorf("the query is nested deeper than %d levels", maxDepth)
	}
	defer func() { r.depth-- }()
	kind, body, err := r.only(v, "a query")
	if err != nil {
		return nil, err
	}
	kinds := r.kinds()
	read, ok := kinds[kind]
	if !ok {
		return nil, r.at(kind).errorf("queries of the kind [%s] are not supported; there are %s", kind, list(maps.Keys(kinds)))
	}
	return read(body)
}

// at is a reader for a part below this one.
func (r reader) at(name string) reader {
	r.path += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
	return r
}

func (r reader) errorf(format string, args ...any) *Error {
	where := r.path
	if where == "" {
		where = "the query"
	}
	return &Error{where, fmt.Sprintf(format, args...)}
}

// object reads a JSON object; nothing but known may be in it, unless known is
// empty.
func (r reader) object(v jsontext.Value, known ...string) (map[string]jsontext.Value, error) {
	var members map[string]jsontext.Value
	if err := json.Unmarshal(v, &members); err != nil {
		syntax, ok := errors.AsType[*jsontext.SyntacticError](err)
		switch {
		case ok && errors.Is(err, jsontext.ErrDuplicateName):
			r.path += string(syntax.JSONPointer)
			return nil, r.errorf("this name is given twice")
		case ok:
			return nil, r.errorf("this is not valid JSON in UTF-8 at byte %d: the query is a JSON object, escaped as a string", syntax.ByteOffset)
		}
	}
	if members == nil {
		return nil, r.errorf("this has to be a JSON object")
	}
	for name := range members {
		if len(known) > 0 && !slices.Contains(known, name) {
			return nil, r.at(name).errorf("[%s] is not supported here; there are %s", name, list(slices.Values(known)))
		}
	}
	return members, nil
}

// only reads an object with a single member.
func (r reader) only(v jsontext.Value, what string) (name string, body jsontext.Value, err error) {
	members, err := r.object(v)
	if err != nil {
		return "", nil, err
	}
	if len(members) != 1 {
		return "", nil, r.errorf("%s is an object with one member, not with %d: join several by bool", what, len(members))
	}
	for name, body = range members {
	}
	return name, body, nil
}

// elements reads a list; anything else is a list of one.
func elements(v jsontext.Value) (all []jsontext.Value) {
	if v.Kind() != jsontext.KindBeginArray || json.Unmarshal(v, &all) != nil {
		return []jsontext.Value{v}
	}
	return all
}

// scalar reads a text, a number or a boolean as text.
func (r reader) scalar(v jsontext.Value) (string, error) {
	switch v.Kind() {
	case jsontext.KindString:
		var text string
		if json.Unmarshal(v, &text) == nil && storable(text) {
			return text, nil
		}
		return "", r.errorf(`this text is not well-formed, or has the character \u0000 in it`)
	case jsontext.KindNumber, jsontext.KindTrue, jsontext.KindFalse:
		return v.String(), nil
	}
	return "", r.errorf("this has to be a text, a number, true or false")
}

// checked says where a condition stands that cannot be asked for, and counts it.
func (r reader) checked(q Query, err error) (Query, error) {
	if err == nil {
		err = r.use(leaves(q))
	}
	if err != nil {
		return nil, r.errorf("%v", err)
	}
	return q, nil
}

func list(names func(yield func(string) bool)) string {
	return strings.Join(slices.Sorted(names), ", ")
}
