// Package ftl renders the part of FreeMarker that mails and text messages are
// written in. It is small on purpose: whatever it does not know is refused when
// a template is parsed, with the line, and never rendered as something else.
//
// Known are
//
//	${expression}                     FreeMarker's own way to fill something in
//	[#if a] [#elseif b] [#else] [/#if]
//	[#list items as item] … [#else] … [/#list], [#list map as key, value]
//	[#assign name = expression]       and [#setting url_escaping_charset="UTF-8"]
//	[#-- comment --]
//
// each also with < and > for the brackets. Expressions have texts, which
// may have ${…} in them, numbers, true, false, {}, a.b, a["b"], a[0], a!default, a??, !a, ==, !=, <, <=, >, >=
// (lt, lte, gt, gte), &&, ||, +, parentheses, and the built-ins of builtins.go.
//
// Source: https://freemarker.apache.org/docs/ref.html
package ftl

import (
	"fmt"
	"html"
	"strings"
)

// Escape says what happens to what is filled in.
type Escape int

// The kinds of templates. In HTML what is filled in is escaped, unless ?no_esc
// or ?html has been applied to it.
const (
	Plain Escape = iota
	HTML
)

// Template is a text that has been understood. It may be rendered by many
// goroutines at once.
type Template struct {
	root   []node
	escape Escape
}

// Bounds that only a mistake or malice reaches.
const (
	maxText  = 1 << 20 // characters that come out, or that one value has
	maxSteps = 100_000 // nodes that are rendered
	maxDepth = 50      // blocks or parentheses inside each other
)

// SyntaxError says where a template has something that this package does not
// know.
type SyntaxError struct {
	Line    int
	Problem string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Problem) }

// Parse reads a template. Its error is a *SyntaxError.
func Parse(text string, escape Escape) (*Template, error) {
	p := &parser{text: text}
	root, _, err := p.block(nil)
	if err != nil {
		return nil, &SyntaxError{1 + strings.Count(text[:min(p.mark, len(text))], "\n"), err.Error()}
	}
	return &Template{root, escape}, nil
}

// Render fills the template in with values: strings, booleans, numbers, and
// []any and map[string]any of them. A value that is missing and has no default
// is an error.
func (t *Template) Render(values map[string]any) (string, error) {
	r := &rendering{values: make(map[string]any, len(values)), escape: t.escape}
	for name, v := range values {
		r.values[name] = v
	}
	if err := r.all(t.root); err != nil {
		return "", err
	}
	return r.out.String(), nil
}

// rendering is a template that is being filled in.
type rendering struct {
	values map[string]any
	escape Escape
	out    strings.Builder
	steps  int
}

func (r *rendering) all(nodes []node) error {
	for _, n := range nodes {
		if r.steps++; r.steps > maxSteps || r.out.Len() > maxText {
			return fmt.Errorf("the text gets too long")
		}
		if err := n.render(r); err != nil {
			return err
		}
	}
	return nil
}

// markup is text that is HTML already.
type markup string

func (r *rendering) write(v any) error {
	if m, ok := v.(markup); ok {
		r.out.WriteString(string(m))
		return nil
	}
	text, err := textOf(v)
	if err != nil {
		return err
	}
	if r.escape == HTML {
		text = html.EscapeString(text)
	}
	r.out.WriteString(text)
	return nil
}
