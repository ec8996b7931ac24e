package search

import (
	"fmt"
	"slices"
	"strings"
)

// exists asks for a field or for everything below it.
func (s scope) exists(name string) (Query, error) {
	if s.inside == "" && slices.Contains(s.nested, name) {
		return Nested{name, All{}}, nil
	}
	f, err := s.lookup(name)
	if err != nil {
		return nil, err
	}
	return s.place(f, Exists{f}), nil
}

// equal asks for one of several values.
func (s scope) equal(name string, values ...string) (Query, error) {
	f, err := s.lookup(name)
	if err != nil {
		return nil, err
	}
	switch f.Kind {
	case Flag, Text, Free:
		return s.oneOf(f, values)
	}
	var each []Query
	for _, value := range values {
		one, err := f.one(value)
		if err != nil {
			return nil, err
		}
		each = append(each, one)
	}
	return s.place(f, anyOf(each)), nil
}

func (s scope) oneOf(f Field, values []string) (Query, error) {
	in := In{Field: f}
	for _, value := range values {
		value = Fold(value)
		if f.Kind == Flag && value != "true" && value != "false" {
			return nil, fmt.Errorf("[%s] is true or false, not [%s]", f.Path, value)
		}
		in.Values = append(in.Values, value)
	}
	return s.place(f, in), nil
}

// one is a value of a field that is not simply compared.
func (f Field) one(value string) (Query, error) {
	switch f.Kind {
	case Words:
		words := Fold(strings.Join(strings.Fields(value), " "))
		if words == "" {
			return In{f, []string{""}}, nil // nobody's
		}
		return Like{f, Pattern{{Text: words}}}, nil
	case Date:
		if !isDate(value) {
			return nil, f.notADate(value)
		}
		return Between{f, Bound{Text: value, Closed: true}, Bound{Text: endOfDate(value), Closed: true, Exclusive: true}}, nil
	default:
		first, last, err := moment(value)
		return Within{f, first, last}, err
	}
}

// like asks for values of a form; one without wildcards is the value itself.
func (s scope) like(name string, p Pattern) (Query, error) {
	if !p.wild() {
		return s.equal(name, p.text())
	}
	if p.everything() {
		return s.exists(name)
	}
	f, err := s.lookup(name)
	if err != nil {
		return nil, err
	}
	if f.Kind == Flag || f.Kind == Instant {
		return nil, fmt.Errorf("[%s] is no text: wildcards are not supported there", f.Path)
	}
	return s.place(f, Like{f, p}), nil
}

// between asks for a range.
func (s scope) between(name string, from, to Bound) (Query, error) {
	f, err := s.lookup(name)
	if err != nil {
		return nil, err
	}
	switch f.Kind {
	case Flag:
		return nil, fmt.Errorf("[%s] is true or false: there is no range", f.Path)
	case Words:
		return nil, fmt.Errorf("[%s] is compared word by word: there is no range; use [%s.exact]", f.Path, f.Path)
	case Instant:
		w, err := within(from, to)
		w.Field = f
		return s.place(f, w), err
	case Date:
		if from, to, err = f.dates(from, to); err != nil {
			return nil, err
		}
	}
	from.Text, to.Text = Fold(from.Text), Fold(to.Text)
	return s.place(f, Between{f, from, to}), nil
}

// dates makes a year or a month stand for all of its days.
func (f Field) dates(from, to Bound) (Bound, Bound, error) {
	for _, b := range []Bound{from, to} {
		if b.Closed && !isDate(b.Text) {
			return from, to, f.notADate(b.Text)
		}
	}
	if from.Closed && from.Exclusive {
		from.Text = endOfDate(from.Text)
	}
	if to.Closed && !to.Exclusive {
		to.Text, to.Exclusive = endOfDate(to.Text), true
	}
	return from, to, nil
}

func (f Field) notADate(text string) error {
	return fmt.Errorf("[%s] is a date: write it as 1976-05-30, 1976-05 or 1976, not [%s]", f.Path, text)
}

// place puts a condition where the field is.
func (s scope) place(f Field, q Query) Query {
	if nested := s.nestedIn(f.Path); nested != "" && s.inside == "" {
		return Nested{nested, q}
	}
	return q
}
