package ftl

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// parser reads a template from left to right.
type parser struct {
	text  string
	at    int
	mark  int // where the construct began that is being read
	depth int
}

// tag is a directive: [#name rest] or [/#name].
type tag struct {
	name, rest string
	end        bool
	line       int
}

func (p *parser) line() int { return 1 + strings.Count(p.text[:p.mark], "\n") }

// block reads nodes up to the end of the text, or up to a tag that until
// accepts, which it returns.
func (p *parser) block(until map[string]bool) (nodes []node, ended tag, err error) {
	if p.depth++; p.depth > maxDepth {
		return nil, tag{}, errors.New("there are too many blocks inside each other")
	}
	defer func() { p.depth-- }()
	for p.at < len(p.text) {
		begin := p.next()
		if begin > p.at {
			nodes = append(nodes, literal(p.text[p.at:begin]))
		}
		p.at, p.mark = begin, begin
		if begin == len(p.text) {
			break
		}
		if strings.HasPrefix(p.text[begin:], "${") {
			n, err := p.interpolation()
			if err != nil {
				return nil, tag{}, err
			}
			nodes = append(nodes, n)
			continue
		}
		t, err := p.tag()
		if err != nil {
			return nil, tag{}, err
		}
		if until[t.word()] {
			return nodes, t, nil
		}
		n, err := p.directive(t)
		if err != nil {
			return nil, tag{}, err
		}
		if n != nil {
			nodes = append(nodes, n)
		}
	}
	if until != nil {
		return nil, tag{}, errors.New("a block that is opened has to be closed, as in [#if …] … [/#if]")
	}
	return nodes, tag{}, nil
}

func (t tag) word() string {
	if t.end {
		return "/" + t.name
	}
	return t.name
}

var opening = regexp.MustCompile(`\$\{|#\{|[<\[]/?[#@]`)

// next finds the next thing that is not plain text.
func (p *parser) next() int {
	found := opening.FindStringIndex(p.text[p.at:])
	if found == nil {
		return len(p.text)
	}
	return p.at + found[0]
}

func (p *parser) interpolation() (node, error) {
	line := p.line()
	x := &expression{text: p.text, at: p.at + len("${")}
	value, err := x.read()
	if err != nil {
		return nil, err
	}
	if !x.take("}") {
		return nil, fmt.Errorf("there is something in ${…} that is not known: %q", x.ahead())
	}
	p.at = x.at
	return interpolation{value, line}, nil
}

var tagName = regexp.MustCompile(`^[a-z_]+`)

// tag reads a directive up to its closing bracket.
func (p *parser) tag() (t tag, err error) {
	t.line = p.line()
	open := p.text[p.at]
	if open == '#' {
		return t, errors.New("#{…} is not known; write ${…}")
	}
	closing := map[byte]string{'<': ">", '[': "]"}[open]
	p.at++
	if strings.HasPrefix(p.text[p.at:], "#--") {
		_, after, found := strings.Cut(p.text[p.at:], "--"+closing)
		if !found {
			return t, errors.New("a comment does not end")
		}
		p.at = len(p.text) - len(after)
		return tag{name: "--", line: t.line}, nil
	}
	if p.text[p.at] == '/' {
		t.end = true
		p.at++
	}
	if p.text[p.at] == '@' {
		return t, errors.New("macros, as in [@name], are not known")
	}
	p.at++
	t.name = tagName.FindString(p.text[p.at:])
	p.at += len(t.name)
	begin := p.at
	if p.at = closeTag(p.text, begin, closing[0]); p.at < 0 {
		p.at = begin
		return t, fmt.Errorf("the directive %q does not end", "#"+t.name)
	}
	t.rest = strings.TrimSpace(strings.TrimSuffix(p.text[begin:p.at], "/"))
	p.at++
	return t, nil
}

// closeTag finds the bracket that ends a directive: not one in a text, in
// parentheses or in a[…]; -1 if there is none.
func closeTag(text string, at int, closing byte) int {
	var quote byte
	inside := 0
	for ; at < len(text); at++ {
		c := text[at]
		switch {
		case quote != 0 && c == '\\':
			at++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == closing && inside == 0:
			return at
		case c == '(' || c == '[':
			inside++
		case c == ')' || c == ']':
			inside--
		}
	}
	return -1
}

func (p *parser) directive(t tag) (node, error) {
	switch t.word() {
	case "--":
		return nil, nil //nolint:nilnil // a comment leaves nothing behind
	case "if":
		return p.conditional(t)
	case "list":
		return p.loop(t)
	case "assign":
		return assign(t)
	case "setting":
		if strings.HasPrefix(t.rest, "url_escaping_charset") && strings.Contains(strings.ToUpper(t.rest), "UTF-8") {
			return nil, nil //nolint:nilnil // it is so anyway
		}
		return nil, errors.New(`of #setting only url_escaping_charset="UTF-8" is known`)
	}
	if t.end || t.name == "else" || t.name == "elseif" {
		return nil, fmt.Errorf("%q stands where no block is open that it goes with", "#"+t.name)
	}
	return nil, fmt.Errorf("the directive %q is not known; use if, list and assign", "#"+t.name)
}

func (p *parser) conditional(t tag) (node, error) {
	n := conditional{line: t.line}
	inIf := map[string]bool{"elseif": true, "else": true, "/if": true}
	for {
		var b branch
		var err error
		if t.name == "else" {
			inIf = map[string]bool{"/if": true}
		} else if b.condition, err = parseExpression(t.rest); err != nil {
			return nil, err
		}
		if b.body, t, err = p.block(inIf); err != nil {
			return nil, err
		}
		n.branches = append(n.branches, b)
		if t.end {
			return n, nil
		}
	}
}

var listAs = regexp.MustCompile(`^(?s)(.+)\s+as\s+([A-Za-z_]\w*)(?:\s*,\s*([A-Za-z_]\w*))?$`)

func (p *parser) loop(t tag) (node, error) {
	parts := listAs.FindStringSubmatch(t.rest)
	if parts == nil {
		return nil, errors.New("write [#list items as item] or [#list map as key, value]")
	}
	n := loop{key: parts[2], value: parts[3], line: t.line}
	var err error
	if n.over, err = parseExpression(parts[1]); err != nil {
		return nil, err
	}
	var ended tag
	if n.body, ended, err = p.block(map[string]bool{"else": true, "/list": true}); err != nil || ended.end {
		return n, err
	}
	n.none, _, err = p.block(map[string]bool{"/list": true})
	return n, err
}

var assigned = regexp.MustCompile(`^(?s)([A-Za-z_]\w*)\s*=\s*(.+)$`)

func assign(t tag) (node, error) {
	parts := assigned.FindStringSubmatch(t.rest)
	if parts == nil {
		return nil, errors.New("write [#assign name = value]")
	}
	value, err := parseExpression(parts[2])
	return assignment{parts[1], value, t.line}, err
}
