package compat

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/uuid"
)

// variables are the values that scenarios name.
type variables map[string]any

var oneVariable = regexp.MustCompile(`^\$(\w+|\{\w+\})$`)

// named is the variable that a value consists of; empty if it does not.
func named(value any) string {
	text, _ := value.(string)
	if !oneVariable.MatchString(text) {
		return ""
	}
	return strings.Trim(text, "${}")
}

// expand is a value with its variables replaced, all through it.
func (v variables) expand(value any) any {
	if name := named(value); name != "" {
		return v.value(name)
	}
	switch value := value.(type) {
	case string:
		return os.Expand(value, func(name string) string { return fmt.Sprint(v.value(name)) })
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			list[i] = v.expand(item)
		}
		return list
	case map[string]any:
		object := map[string]any{}
		for name, item := range value {
			object[fmt.Sprint(v.expand(name))] = v.expand(item)
		}
		return object
	}
	return value
}

// value is that of a variable, made up if it has none.
func (v variables) value(name string) any {
	if name == "$" {
		return "$"
	}
	if v[name] == nil {
		v[name] = uuid.NewString()
	}
	return v[name]
}

// matcher compares answers with what is wanted of them. Objects may have more
// than that; lists may not, unless "..." stands where more may come. A text in
// slashes is a regular expression, and null wants the property not to be there.
type matcher struct {
	vars variables
	lean bool // an empty value may be absent
}

// match lists where an answer is not as wanted.
func (m *matcher) match(path string, want, got any) []string {
	if name := named(want); name != "" {
		if m.vars[name] == nil && !empty(got) {
			m.vars[name] = got
		}
		want = m.vars.value(name)
	}
	switch want := want.(type) {
	case map[string]any:
		return m.matchObject(path, want, got)
	case []any:
		return m.matchList(path, want, got)
	}
	wanted := plain(m.vars.expand(want))
	if m.is(wanted, got) {
		return nil
	}
	return []string{fmt.Sprintf("%s is %s, want %s", path, brief(got), brief(wanted))}
}

func (m *matcher) is(want, got any) bool {
	if text, ok := want.(string); ok && len(text) > 1 && text[0] == '/' && text[len(text)-1] == '/' {
		came, ok := got.(string)
		return ok && regexp.MustCompile(text[1:len(text)-1]).MatchString(came)
	}
	return reflect.DeepEqual(want, got) || m.lean && got == nil && empty(want)
}

func (m *matcher) matchObject(path string, want map[string]any, got any) []string {
	object, ok := got.(map[string]any)
	if !ok && !(m.lean && got == nil) {
		return []string{fmt.Sprintf("%s is %s, want an object", path, brief(got))}
	}
	var mistakes []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		expanded := fmt.Sprint(m.vars.expand(name))
		mistakes = append(mistakes, m.match(strings.TrimPrefix(path+"."+expanded, "."), want[name], object[expanded])...)
	}
	return mistakes
}

func (m *matcher) matchList(path string, want []any, got any) []string {
	list, ok := got.([]any)
	if !ok && !(m.lean && got == nil) {
		return []string{fmt.Sprintf("%s is %s, want a list", path, brief(got))}
	}
	i, more := 0, false
	for n, item := range want {
		if item == "..." {
			more = true
			continue
		}
		var mistakes []string
		for ; i < len(list); i++ {
			if mistakes = m.try(fmt.Sprintf("%s[%d]", path, i), item, list[i]); mistakes == nil || !more {
				break
			}
		}
		if i == len(list) {
			return []string{fmt.Sprintf("%s: nothing is like number %d, %s, in %s", path, n, brief(m.vars.expand(item)), brief(got))}
		}
		if mistakes != nil {
			return mistakes
		}
		i, more = i+1, false
	}
	if i < len(list) && !more {
		return []string{fmt.Sprintf("%s has %d items, want %d", path, len(list), i)}
	}
	return nil
}

// try is match, but for variables, which learn nothing from what does not match.
func (m *matcher) try(path string, want, got any) []string {
	trial := &matcher{maps.Clone(m.vars), m.lean}
	mistakes := trial.match(path, want, got)
	if mistakes == nil {
		maps.Copy(m.vars, trial.vars)
	}
	return mistakes
}

// plain is a value as JSON has it.
func plain(value any) (v any) {
	if written, err := json.Marshal(value); err != nil || json.Unmarshal(written, &v) != nil {
		return value
	}
	return v
}

// empty tells whether a value is one that Go's client does not show.
func empty(value any) bool {
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.Map, reflect.Slice:
		return v.Len() == 0
	}
	return !v.IsValid() || v.IsZero()
}

// codes lists those of FusionAuth's errors, sorted, fields before the general
// ones. A field error is told by its code and the property where it stands.
func codes(body any) string {
	var errs struct {
		FieldErrors   map[string][]struct{ Code, Message string }
		GeneralErrors []struct{ Code, Message string }
	}
	written, err := json.Marshal(body)
	if err != nil || json.Unmarshal(written, &errs) != nil {
		return ""
	}
	var list []string
	for field, errors := range errs.FieldErrors {
		for _, e := range errors {
			if !strings.HasSuffix(e.Code, "]"+field) || e.Message == "" {
				e.Code = fmt.Sprintf("%s at %s: %q", e.Code, field, e.Message)
			}
			list = append(list, e.Code)
		}
	}
	slices.Sort(list)
	for _, e := range errs.GeneralErrors {
		list = append(list, e.Code)
	}
	return strings.Join(list, " ")
}

// brief is a value as JSON, cut if it is long.
func brief(value any) string {
	const limit = 2000
	written, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	if len(written) > limit {
		return string(written[:limit]) + "…"
	}
	return string(written)
}

func TestMatch(t *testing.T) {
	t.Parallel()
	object := plain(map[string]any{
		"a": 1, "b": "text", "list": []int{1, 2, 3}, "deep": map[string]any{"off": false, "id": "two"},
		"objects": []any{map[string]any{"id": "one", "kind": "a"}, map[string]any{"id": "two", "kind": "b"}},
	})
	for _, tt := range []struct {
		name, want string
		lean       bool
		mistakes   string
	}{
		{name: "part of an object", want: `{a: 1, deep: {off: false}}`},
		{name: "another value", want: `{a: 2, b: other}`, mistakes: `a is 1, want 2; b is "text", want "other"`},
		{name: "not there", want: `{c: null}`},
		{name: "there", want: `{a: null}`, mistakes: "a is 1, want null"},
		{name: "expression", want: `{b: /^te.t$/}`},
		{name: "another expression", want: `{b: /^te.$/}`, mistakes: `b is "text", want "/^te.$/"`},
		{name: "variable", want: `{b: $known}`},
		{name: "variable in a text", want: `{b: "te${end}"}`},
		{name: "variable with another value", want: `{a: $known}`, mistakes: `a is 1, want "text"`},
		{name: "variable that is learnt", want: `{a: $new, list: [$new, 2, 3]}`},
		{name: "variable that learns nothing", want: `{c: $new}`, mistakes: `c is null, want`},
		{name: "list", want: `{list: [1, 2, 3]}`},
		{name: "longer list", want: `{list: [1, 2]}`, mistakes: "list has 3 items, want 2"},
		{name: "shorter list", want: `{list: [1, 2, 3, 4]}`, mistakes: "list: nothing is like number 3, 4, in [1,2,3]"},
		{name: "end of a list", want: `{list: [..., 3]}`},
		{name: "part of a list", want: `{list: [..., 2, ...]}`},
		{name: "variable that is learnt in a list", want: `{objects: [..., {id: $new, kind: b}], deep: {id: two}}`},
		{name: "no part of a list", want: `{list: [..., 4, ...]}`, mistakes: "list: nothing is like number 1, 4, in [1,2,3]"},
		{name: "empty", want: `{c: [], d: 0, e: {f: false}}`, lean: true},
		{name: "empty, strictly", want: `{c: [], d: 0}`, mistakes: "c is null, want a list; d is null, want 0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := &matcher{variables{"known": "text", "end": "xt"}, tt.lean}
			got := strings.Join(m.match("", parse(t, tt.want), object), "; ")
			if tt.mistakes == "" && got != "" || !strings.HasPrefix(got, tt.mistakes) {
				t.Errorf("got %q, want %q", got, tt.mistakes)
			}
		})
	}
}

func parse(t *testing.T, text string) (v any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
