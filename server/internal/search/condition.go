package search

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// option reads {"field": value} or {"field": {name: value, …}} and returns the
// members of the latter form.
func (r reader) option(v jsontext.Value, name string, also ...string) (field string, at reader, members map[string]jsontext.Value, err error) {
	field, body, err := r.only(v, "this query")
	if err != nil {
		return "", r, nil, err
	}
	at = r.at(field)
	if body.Kind() != jsontext.KindBeginObject {
		return field, at, map[string]jsontext.Value{name: body}, nil
	}
	members, err = at.object(body, append([]string{name}, also...)...)
	return field, at, members, err
}

// match compares text whole; a full name word by word, of which by default one
// has to be there.
func (r reader) match(v jsontext.Value) (Query, error) {
	field, at, members, err := r.at("match").option(v, "query", "operator")
	if err != nil {
		return nil, err
	}
	text, err := at.scalar(members["query"])
	if err != nil {
		return nil, err
	}
	all, err := at.operator(members["operator"])
	if err != nil {
		return nil, err
	}
	words := []string{text}
	if r.fields[field] == Words {
		words = strings.Fields(text)
	}
	var each []Query
	for _, word := range words {
		q, err := r.equal(field, word)
		if err != nil {
			return nil, at.errorf("%v", err)
		}
		each = append(each, q)
	}
	if all {
		return at.checked(Bool{Must: each}, nil)
	}
	return at.checked(anyOf(each), nil)
}

// operator tells whether all words have to be there.
func (r reader) operator(v jsontext.Value) (all bool, err error) {
	if len(v) == 0 {
		return false, nil
	}
	r = r.at("operator")
	text, err := r.scalar(v)
	if err != nil {
		return false, err
	}
	if text = strings.ToLower(text); text != "and" && text != "or" {
		return false, r.errorf("[%s] is not an operator; there are and, or", text)
	}
	return text == "and", nil
}

func (r reader) matchPhrase(v jsontext.Value) (Query, error) {
	return r.at("match_phrase").value(v, "query")
}

func (r reader) term(v jsontext.Value) (Query, error) {
	return r.at("term").value(v, "value", insensitive)
}

// insensitive is an option that we need not be asked for.
const insensitive = "case_insensitive"

// value reads a field that has to equal a value.
func (r reader) value(v jsontext.Value, name string, also ...string) (Query, error) {
	field, at, members, err := r.option(v, name, also...)
	if err != nil {
		return nil, err
	}
	text, err := at.scalar(members[name])
	if err != nil {
		return nil, err
	}
	return at.checked(r.equal(field, text))
}

func (r reader) terms(v jsontext.Value) (Query, error) {
	r = r.at("terms")
	field, body, err := r.only(v, "terms")
	if err != nil {
		return nil, err
	}
	at := r.at(field)
	if body.Kind() != jsontext.KindBeginArray {
		return nil, at.errorf("this has to be a list of values")
	}
	return at.listed(field, body)
}

func (r reader) ids(v jsontext.Value) (Query, error) {
	r = r.at("ids")
	members, err := r.object(v, "values")
	if err != nil {
		return nil, err
	}
	return r.at("values").listed("id", members["values"])
}

func (r reader) listed(field string, list jsontext.Value) (Query, error) {
	var values []string
	for _, element := range elements(list) {
		text, err := r.scalar(element)
		if err != nil {
			return nil, err
		}
		values = append(values, text)
	}
	if err := r.use(len(values)); err != nil {
		return nil, r.errorf("%v", err)
	}
	return r.checked(r.equal(field, values...))
}

func (r reader) exists(v jsontext.Value) (Query, error) {
	r = r.at("exists")
	members, err := r.object(v, "field")
	if err != nil {
		return nil, err
	}
	name, err := r.at("field").scalar(members["field"])
	if err != nil {
		return nil, err
	}
	return r.checked(r.scope.exists(name))
}

func (r reader) prefix(v jsontext.Value) (Query, error) {
	field, at, members, err := r.at("prefix").option(v, "value", insensitive)
	if err != nil {
		return nil, err
	}
	text, err := at.scalar(members["value"])
	if err != nil {
		return nil, err
	}
	return at.checked(r.like(field, prefixed(text)))
}

// prefixed is the form of everything that begins with text.
func prefixed(text string) Pattern {
	var b patternBuilder
	for _, r := range text {
		b.literal(r)
	}
	b.wildcard('*')
	return b.pattern()
}

func (r reader) wildcard(v jsontext.Value) (Query, error) {
	field, at, members, err := r.at("wildcard").option(v, "value", "wildcard", insensitive)
	if err != nil {
		return nil, err
	}
	body, ok := members["value"]
	if !ok {
		body = members["wildcard"]
	}
	text, err := at.scalar(body)
	if err != nil {
		return nil, err
	}
	return at.checked(r.like(field, patternOf(text)))
}

func (r reader) between(v jsontext.Value) (Query, error) {
	r = r.at("range")
	field, body, err := r.only(v, "range")
	if err != nil {
		return nil, err
	}
	at := r.at(field)
	members, err := at.object(body, "gt", "gte", "lt", "lte")
	if err != nil {
		return nil, err
	}
	var from, to Bound
	for name, value := range members {
		end := &from
		if name[0] == 'l' {
			end = &to
		}
		if value.Kind() == jsontext.KindNull {
			continue
		}
		if end.Closed {
			return nil, at.errorf("give one of gt and gte, and one of lt and lte")
		}
		*end = Bound{Closed: true, Exclusive: len(name) == 2}
		if end.Text, err = at.at(name).scalar(value); err != nil {
			return nil, err
		}
	}
	return at.checked(r.scope.between(field, from, to))
}
