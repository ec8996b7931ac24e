package search

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

func (r reader) bool(v jsontext.Value) (Query, error) {
	r = r.at("bool")
	members, err := r.object(v, "must", "filter", "should", "must_not", "minimum_should_match")
	if err != nil {
		return nil, err
	}
	var b Bool
	for _, part := range []struct {
		name string
		to   *[]Query
	}{{"must", &b.Must}, {"filter", &b.Must}, {"should", &b.Should}, {"must_not", &b.MustNot}} {
		queries, err := r.at(part.name).queries(members[part.name])
		if err != nil {
			return nil, err
		}
		*part.to = append(*part.to, queries...)
	}
	minimum, given := members["minimum_should_match"]
	if !given {
		return b.simple(), nil
	}
	if b.AtLeast, err = r.at("minimum_should_match").minimum(minimum, len(b.Should)); err != nil {
		return nil, err
	}
	if b.AtLeast == 0 {
		b.Should = nil
	}
	return b, nil
}

// queries reads one query or a list of them; FusionAuth's own examples have
// lists in lists.
func (r reader) queries(v jsontext.Value) (all []Query, err error) {
	if len(v) == 0 {
		return nil, nil
	}
	for i, outer := range elements(v) {
		at := r
		if v.Kind() == jsontext.KindBeginArray {
			at = r.at(strconv.Itoa(i))
		}
		for _, element := range elements(outer) {
			q, err := at.query(element)
			if err != nil {
				return nil, err
			}
			all = append(all, q)
		}
	}
	return all, nil
}

// minimum reads how many of total conditions have to be met: a number or a
// share in percent, counted from the other end if it is negative.
func (r reader) minimum(v jsontext.Value, total int) (int, error) {
	text, err := r.scalar(v)
	if err != nil {
		return 0, err
	}
	digits, percent := strings.CutSuffix(text, "%")
	n, err := strconv.Atoi(digits)
	if err != nil || n < -maxClauses || n > maxClauses {
		return 0, r.errorf("[%s] is not supported: give a number such as 2 or -1, or a share such as 75%%", text)
	}
	fromEnd := n < 0
	if percent {
		n = n * total / 100
	}
	if fromEnd {
		n += total
	}
	return min(max(n, 0), total), nil
}

// nested reads a query about registrations or memberships. How their scores
// would count changes nothing.
func (r reader) below(v jsontext.Value) (Query, error) {
	r = r.at("nested")
	members, err := r.object(v, "path", "query", "score_mode", "ignore_unmapped")
	if err != nil {
		return nil, err
	}
	path, err := r.at("path").scalar(members["path"])
	if err != nil {
		return nil, err
	}
	if !slices.Contains(r.nested, path) {
		return nil, r.at("path").errorf("there is nothing nested at [%s]; there are %s", path, strings.Join(r.nested, " and "))
	}
	if r.inside != "" {
		return nil, r.errorf("nested inside nested is not supported")
	}
	r.inside = path
	q, err := r.at("query").query(members["query"])
	return Nested{path, q}, err
}

func (r reader) matchAll(v jsontext.Value) (Query, error) {
	r = r.at("match_all")
	members, err := r.object(v)
	for name := range members {
		return nil, r.at(name).errorf("[%s] is not supported here: match_all is an empty object", name)
	}
	return All{}, err
}

// queryString reads a query string inside a JSON query. It is not rewritten as
// the one of a request is.
func (r reader) queryString(v jsontext.Value) (Query, error) {
	r = r.at("query_string")
	members, err := r.object(v, "query")
	if err != nil {
		return nil, err
	}
	text, err := r.at("query").scalar(members["query"])
	if err != nil {
		return nil, err
	}
	q, err := parse(text, r.scope, r.limits)
	if err != nil {
		return nil, r.at("query").errorf("%v", err)
	}
	return q, nil
}
