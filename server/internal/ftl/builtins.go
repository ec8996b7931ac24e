package ftl

import (
	"errors"
	"html"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// call is a built-in that is applied to a value.
type call struct {
	name     string
	on       expr
	args     []expr
	do       func(v any, args []any) (any, error)
	tolerant bool
}

func (e call) eval(r *rendering) (any, error) {
	v, err := e.on.eval(r)
	if e.tolerant && missing(e.on, v, err) {
		v, err = nil, nil
	} else if err == nil && v == nil {
		err = errMissing
	}
	if err != nil {
		return nil, err
	}
	args := make([]any, len(e.args))
	for i, arg := range e.args {
		if args[i], err = present(arg, r); err != nil {
			return nil, err
		}
	}
	return e.do(v, args)
}

// builtIn is one of FreeMarker's. A tolerant one may be asked about what is
// missing.
type builtIn struct {
	do          func(v any, args []any) (any, error)
	least, most int
	tolerant    bool
}

var builtIns = map[string]builtIn{
	"html":        {do: onText(func(s string) any { return markup(html.EscapeString(s)) })},
	"xhtml":       {do: onText(func(s string) any { return markup(html.EscapeString(s)) })},
	"no_esc":      {do: onText(func(s string) any { return markup(s) })},
	"url":         {do: onText(func(s string) any { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }), most: 1},
	"upper_case":  {do: onText(func(s string) any { return strings.ToUpper(s) })},
	"lower_case":  {do: onText(func(s string) any { return strings.ToLower(s) })},
	"trim":        {do: onText(func(s string) any { return strings.TrimSpace(s) })},
	"cap_first":   {do: onText(func(s string) any { return capitalised(s) })},
	"length":      {do: onText(func(s string) any { return utf8.RuneCountInString(s) })},
	"c":           {do: plainly},
	"string":      {do: inWords, most: 2},
	"has_content": {do: hasContent, tolerant: true},
	"size":        {do: size},
	"keys":        {do: keys},
	"first":       {do: func(v any, _ []any) (any, error) { return at(v, func(int) int { return 0 }) }},
	"last":        {do: func(v any, _ []any) (any, error) { return at(v, func(n int) int { return n - 1 }) }},
	"join":        {do: join, least: 1, most: 1},
	"contains":    {do: onTexts(func(s, t string) any { return strings.Contains(s, t) }), least: 1, most: 1},
	"starts_with": {do: onTexts(func(s, t string) any { return strings.HasPrefix(s, t) }), least: 1, most: 1},
	"ends_with":   {do: onTexts(func(s, t string) any { return strings.HasSuffix(s, t) }), least: 1, most: 1},
	"replace":     {do: replace, least: 2, most: 2},
	"then":        {do: then, least: 2, most: 2},
}

func onText(do func(string) any) func(any, []any) (any, error) {
	return func(v any, _ []any) (any, error) {
		s, err := textOf(v)
		if err != nil {
			return nil, err
		}
		return do(s), nil
	}
}

func onTexts(do func(s, t string) any) func(any, []any) (any, error) {
	return func(v any, args []any) (any, error) {
		s, err := textOf(v)
		if err != nil {
			return nil, err
		}
		t, err := textOf(args[0])
		return do(s, t), err
	}
}

func capitalised(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

func plainly(v any, _ []any) (any, error) {
	if b, ok := v.(bool); ok {
		return strconv.FormatBool(b), nil
	}
	return textOf(v)
}

// inWords is ?string, for booleans also with the two words to use.
func inWords(v any, args []any) (any, error) {
	b, boolean := v.(bool)
	switch {
	case boolean && len(args) == 2:
		return then(b, args)
	case len(args) > 0:
		return nil, errors.New("?string takes two words for true and false, and no formats")
	}
	return plainly(v, nil)
}

func then(v any, args []any) (any, error) {
	b, ok := v.(bool)
	if !ok {
		return nil, errors.New("?then is for true and false")
	}
	if b {
		return args[0], nil
	}
	return args[1], nil
}

func hasContent(v any, _ []any) (any, error) {
	switch v := v.(type) {
	case nil:
		return false, nil
	case string:
		return v != "", nil
	case []any:
		return len(v) > 0, nil
	case map[string]any:
		return len(v) > 0, nil
	}
	return true, nil
}

var errNoList = errors.New("this is no list")

func size(v any, _ []any) (any, error) {
	switch v := v.(type) {
	case []any:
		return len(v), nil
	case map[string]any:
		return len(v), nil
	}
	return nil, errNoList
}

func keys(v any, _ []any) (any, error) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("?keys is for maps")
	}
	return sortedKeys(m), nil
}

func at(v any, index func(n int) int) (any, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, errNoList
	}
	if len(list) == 0 {
		return nil, nil //nolint:nilnil // missing
	}
	return list[index(len(list))], nil
}

func join(v any, args []any) (any, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, errNoList
	}
	between, err := textOf(args[0])
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(list))
	for i, item := range list {
		if texts[i], err = textOf(item); err != nil {
			return nil, err
		}
	}
	return bounded(strings.Join(texts, between))
}

func replace(v any, args []any) (any, error) {
	var texts [3]string
	for i, value := range append([]any{v}, args...) {
		var err error
		if texts[i], err = textOf(value); err != nil {
			return nil, err
		}
	}
	if strings.Count(texts[0], texts[1])*len(texts[2]) > maxText {
		return nil, errors.New("a text gets too long")
	}
	return bounded(strings.ReplaceAll(texts[0], texts[1], texts[2]))
}

func bounded(s string) (any, error) {
	if len(s) > maxText {
		return nil, errors.New("a text gets too long")
	}
	return s, nil
}
