package ftl

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// expression reads an expression, by descent: or, and, comparison, sum, not,
// value.
type expression struct {
	text  string
	at    int
	depth int
}

// parseExpression reads a text that is one expression.
func parseExpression(text string) (expr, error) {
	x := &expression{text: text}
	e, err := x.read()
	if err != nil {
		return nil, err
	}
	if x.skip(); x.at < len(x.text) {
		return nil, fmt.Errorf("there is something that is not known: %q", x.ahead())
	}
	return e, nil
}

func (x *expression) skip() {
	for x.at < len(x.text) && strings.IndexByte(" \t\r\n", x.text[x.at]) >= 0 {
		x.at++
	}
}

// ahead is what stands next, for messages.
func (x *expression) ahead() string {
	x.skip()
	rest := x.text[x.at:]
	return rest[:min(len(rest), 20)]
}

// take passes over one of tokens, if one stands next.
func (x *expression) take(token string) bool {
	x.skip()
	if !strings.HasPrefix(x.text[x.at:], token) {
		return false
	}
	after := x.at + len(token)
	if name.MatchString(token) && after < len(x.text) && name.MatchString(x.text[after:after+1]) {
		return false // only the beginning of a longer word
	}
	x.at = after
	return true
}

func (x *expression) read() (expr, error) {
	if x.depth++; x.depth > maxDepth {
		return nil, errors.New("there are too many parentheses inside each other")
	}
	defer func() { x.depth-- }()
	return x.binary(0)
}

// levels are the operators, those that bind least first.
var levels = [][]string{
	{"||"},
	{"&&"},
	{"==", "!=", "<=", ">=", "<", ">", "lte", "gte", "lt", "gt"},
	{"+"},
}

func (x *expression) binary(level int) (expr, error) {
	if level == len(levels) {
		return x.unary()
	}
	left, err := x.binary(level + 1)
	if err != nil {
		return nil, err
	}
	for {
		op := x.operator(levels[level])
		if op == "" {
			return left, nil
		}
		right, err := x.binary(level + 1)
		if err != nil {
			return nil, err
		}
		left = operation{op, left, right}
	}
}

func (x *expression) operator(known []string) string {
	for _, op := range known {
		if x.take(op) {
			return op
		}
	}
	return ""
}

func (x *expression) unary() (expr, error) {
	if x.take("!") {
		e, err := x.unary()
		return negation{e}, err
	}
	e, err := x.primary()
	if err != nil {
		return nil, err
	}
	return x.postfix(e)
}

var (
	name   = regexp.MustCompile(`^[A-Za-z_]\w*`)
	number = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?`)
)

func (x *expression) primary() (expr, error) {
	x.skip()
	rest := x.text[x.at:]
	switch {
	case x.take("("):
		e, err := x.read()
		if err == nil && !x.take(")") {
			err = fmt.Errorf("a parenthesis is not closed before %q", x.ahead())
		}
		return group{e}, err
	case rest != "" && (rest[0] == '"' || rest[0] == '\''):
		return x.quoted()
	case x.take("{"):
		if !x.take("}") {
			return nil, errors.New("of maps only the empty one, {}, can be written")
		}
		return constant{map[string]any{}}, nil
	case number.MatchString(rest):
		digits := number.FindString(rest)
		x.at += len(digits)
		n, err := strconv.ParseFloat(digits, 64)
		return constant{n}, err
	case name.MatchString(rest):
		word := name.FindString(rest)
		x.at += len(word)
		switch word {
		case "true", "false":
			return constant{word == "true"}, nil
		}
		return variable(word), nil
	}
	return nil, fmt.Errorf("a value is wanted where %q stands", x.ahead())
}

var escapes = map[byte]string{'n': "\n", 't': "\t", 'r': "\r", '"': `"`, '\'': "'", '\\': `\`, '{': "{", '$': "$"}

// quoted reads a text, with what is to be filled in.
func (x *expression) quoted() (expr, error) {
	var parts []expr
	var plain strings.Builder
	quote := x.text[x.at]
	for x.at++; x.at < len(x.text); x.at++ {
		switch c := x.text[x.at]; {
		case c == quote:
			x.at++
			return joined(append(parts, constant{plain.String()})), nil
		case c == '\\' && x.at+1 < len(x.text):
			x.at++
			meant, known := escapes[x.text[x.at]]
			if !known {
				return nil, fmt.Errorf(`\%c is not known in a text`, x.text[x.at])
			}
			plain.WriteString(meant)
		case strings.HasPrefix(x.text[x.at:], "${"):
			x.at += len("${")
			inner, err := x.read()
			if err != nil {
				return nil, err
			}
			if x.skip(); !strings.HasPrefix(x.text[x.at:], "}") {
				return nil, fmt.Errorf("there is something in ${…} that is not known: %q", x.ahead())
			}
			parts = append(parts, constant{plain.String()}, inner)
			plain.Reset()
		default:
			plain.WriteByte(c)
		}
	}
	return nil, errors.New("a text does not end")
}

// joined is the sum of texts.
func joined(parts []expr) expr {
	sum := parts[0]
	for _, part := range parts[1:] {
		sum = operation{"+", sum, part}
	}
	return sum
}

// postfix reads what may follow a value: .name, [key], !default, ??, ?built_in.
func (x *expression) postfix(e expr) (expr, error) {
	for {
		switch {
		case x.take("??"):
			e = existence{e}
		case x.take("?"):
			made, err := x.builtIn(e)
			if err != nil {
				return nil, err
			}
			e = made
		case x.take("."):
			x.skip()
			member := name.FindString(x.text[x.at:])
			if member == "" {
				return nil, fmt.Errorf("a name is wanted after the dot where %q stands", x.ahead())
			}
			x.at += len(member)
			e = access{e, constant{member}}
		case x.take("["):
			key, err := x.read()
			if err == nil && !x.take("]") {
				err = fmt.Errorf("a bracket is not closed before %q", x.ahead())
			}
			if err != nil {
				return nil, err
			}
			e = access{e, key}
		case !strings.HasPrefix(x.text[x.at:], "!=") && x.take("!"):
			made, err := x.fallback(e)
			if err != nil {
				return nil, err
			}
			e = made
		default:
			return e, nil
		}
	}
}

// fallback reads a default, which may be left out.
func (x *expression) fallback(e expr) (expr, error) {
	x.skip()
	rest := x.text[x.at:]
	if rest == "" || !strings.ContainsRune(`"'({`, rune(rest[0])) && !name.MatchString(rest) && !number.MatchString(rest) {
		return fallback{e, constant{""}}, nil
	}
	if word := name.FindString(rest); word == "lt" || word == "lte" || word == "gt" || word == "gte" {
		return fallback{e, constant{""}}, nil
	}
	other, err := x.unary()
	return fallback{e, other}, err
}

func (x *expression) builtIn(e expr) (expr, error) {
	x.skip()
	word := name.FindString(x.text[x.at:])
	x.at += len(word)
	b, known := builtIns[word]
	if !known {
		return nil, fmt.Errorf("the built-in %q is not known", "?"+word)
	}
	made := call{name: word, on: e, do: b.do, tolerant: b.tolerant}
	if x.take("(") {
		for !x.take(")") {
			arg, err := x.read()
			if err != nil {
				return nil, err
			}
			made.args = append(made.args, arg)
			if !x.take(",") && !strings.HasPrefix(x.ahead(), ")") {
				return nil, fmt.Errorf("a parenthesis is not closed before %q", x.ahead())
			}
		}
	}
	if len(made.args) < b.least || len(made.args) > b.most {
		return nil, fmt.Errorf("the built-in %q does not take %d values", "?"+word, len(made.args))
	}
	return made, nil
}
