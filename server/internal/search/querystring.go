package search

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// The limits of a query: what nobody sends in good faith would cost more than
// an answer is worth.
const (
	maxLength  = 128 << 10 // bytes
	maxDepth   = 50        // of parentheses and of JSON
	maxClauses = 1024      // conditions on fields, as in Elasticsearch
)

// ParseString reads the queryString of a request. As FusionAuth does, it takes
// text without a colon and without blanks for an e-mail address if there is an
// "@" in it, and otherwise for a part of some value.
//
// Source: https://fusionauth.io/docs/lifecycle/manage-users/search/user-search-with-elasticsearch
func (x *Index) ParseString(text string) (Query, error) {
	text = strings.TrimSpace(text)
	s := scope{Index: x}
	_, addressed := x.fields["email"]
	switch {
	case len(text) > maxLength:
		return nil, &Error{"character 1", fmt.Sprintf("the query is longer than %d bytes", maxLength)}
	case strings.ContainsAny(text, `:"`+blanks) || !storable(text):
		return parse(text, s, &limits{})
	case addressed && strings.Contains(text, "@"):
		return s.like("email", patternOf(text))
	default:
		return s.bareword(patternOf("*" + text + "*"))
	}
}

// parser reads the language of query strings, which is Lucene's.
type parser struct {
	scanner
	scope
	*limits
}

// storable tells whether text is such that a database can look for it.
func storable(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }

// limits counts what a query has used up of its limits.
type limits struct{ depth, clauses int }

func (l *limits) use(clauses int) error {
	if l.clauses += clauses; l.clauses > maxClauses {
		return fmt.Errorf("the query has more than %d clauses", maxClauses)
	}
	return nil
}

// parse reads a query string about users or, inside, what is nested in them.
func parse(text string, s scope, l *limits) (Query, error) {
	p := &parser{scanner: scanner{text: []rune(text)}, scope: s, limits: l}
	if !storable(text) {
		return nil, p.errorAt(0, "the query is not well-formed text, or has the character \\u0000 in it")
	}
	if !p.more() {
		return All{}, nil
	}
	q, err := p.clauses("")
	if err == nil && p.more() {
		return nil, p.errorAt(p.at, "a parenthesis is closed here that is not open: put a backslash before it if it is text")
	}
	return q, err
}

// clauses reads up to the end or to a closing parenthesis. field is what words
// without a field are about; "" stands for names and login ids.
//
// Operators do what they do in Lucene, which knows no precedence: AND makes the
// clauses beside it necessary, so "a OR b AND c" asks for b and c.
func (p *parser) clauses(field string) (Query, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.errorAt(p.at, "parentheses are nested deeper than %d levels", maxDepth)
	}
	defer func() { p.depth-- }()
	var all []clause
	for p.more() && p.next() != ')' {
		c, err := p.clause(field, len(all) == 0)
		if err != nil {
			return nil, err
		}
		if c.and && all[len(all)-1].role == should {
			all[len(all)-1].role = must
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, p.errorAt(p.at, "a condition is missing here, such as email:jane@example.com")
	}
	return assemble(all), nil
}

// clause is a condition and the part that it plays among its neighbours.
type clause struct {
	Query
	role role
	and  bool // joined to the one before by AND
}

type role int

const (
	should role = iota
	must
	mustNot
)

func assemble(all []clause) Query {
	var b Bool
	for _, c := range all {
		switch c.role {
		case must:
			b.Must = append(b.Must, c.Query)
		case mustNot:
			b.MustNot = append(b.MustNot, c.Query)
		default:
			b.Should = append(b.Should, c.Query)
		}
	}
	return b.simple()
}

// simple settles how many of Should have to be met if nothing says so, and
// takes a lonely condition out.
func (b Bool) simple() Query {
	if len(b.Must) > 0 {
		b.Should = nil // they would only change the order
	} else if len(b.Should) > 0 {
		b.AtLeast = 1
	}
	switch lonely := append(append([]Query{}, b.Must...), b.Should...); {
	case len(lonely) == 1 && len(b.MustNot) == 0:
		return lonely[0]
	default:
		return b
	}
}

// clause reads the operators before a condition, and the condition.
func (p *parser) clause(field string, first bool) (c clause, err error) {
	begin := p.at
	c.and = p.takeWord("AND", "&&")
	joined := c.and || p.takeWord("OR", "||")
	switch {
	case joined && first:
		return c, p.errorAt(begin, "AND and OR join two conditions: there is none before this one")
	case p.take("+"):
		c.role = must
	case p.take("-"), p.take("!"), p.takeWord("NOT"):
		c.role = mustNot
	case c.and:
		c.role = must
	}
	p.more()
	begin = p.at
	if strings.ContainsRune("\x00)+-!", p.next()) || p.takeWord("AND", "OR", "NOT", "&&", "||") {
		return c, p.errorAt(begin, "a condition is missing here, such as email:jane@example.com")
	}
	c.Query, err = p.condition(field)
	return c, err
}

func (p *parser) condition(field string) (Query, error) {
	begin := p.at
	if p.take("(") {
		return p.group(begin, field)
	}
	if strings.ContainsRune(`"[{<>/`, p.next()) {
		return p.value(field)
	}
	word := p.raw(stops)
	if p.next() != ':' {
		p.at = begin
		return p.value(field)
	}
	p.at++
	name := patternOf(word)
	switch {
	case field != "":
		return nil, p.errorAt(begin, "the field [%s] stands inside the parentheses of another one", word)
	case word == "*" && p.take("*"):
		return All{}, p.unweighted()
	case word == "_exists_":
		return p.existing()
	case name.wild():
		return nil, p.errorAt(begin, "a wildcard in the name of a field, [%s], is not supported: name each field, joined by OR", word)
	}
	if _, err := p.lookup(unescape(word)); err != nil {
		return nil, p.errorAt(begin, "%v", err)
	}
	return p.about(unescape(word))
}

// about reads what is asked of a field.
func (p *parser) about(field string) (Query, error) {
	begin := p.at
	if p.take("(") {
		return p.group(begin, field)
	}
	if !p.more() || p.next() == ')' {
		return nil, p.errorAt(begin, "a value is missing behind [%s:]; for any value write %s:*", field, field)
	}
	return p.value(field)
}

func (p *parser) group(begin int, field string) (Query, error) {
	q, err := p.clauses(field)
	if err == nil && !p.take(")") {
		return nil, p.errorAt(begin, "this parenthesis is not closed: put a backslash before it if it is text")
	}
	if err == nil {
		err = p.unweighted()
	}
	return q, err
}

func (p *parser) existing() (Query, error) {
	p.more()
	begin := p.at
	q, err := p.exists(unescape(p.raw(stops)))
	return p.checked(begin, q, err)
}

// value reads a range, a comparison, quoted text or a word.
func (p *parser) value(field string) (Query, error) {
	p.more()
	begin := p.at
	switch r := p.next(); {
	case r == '"':
		text, err := p.quoted()
		if err != nil {
			return nil, err
		}
		return p.leaf(begin, field, Pattern{{Text: Fold(text)}})
	case r == '[' || r == '{' || r == '<' || r == '>':
		return p.ranged(field)
	case r == '/':
		return nil, p.errorAt(begin, "regular expressions are not supported: use the wildcards * and ?, or put what begins with / in quotes")
	case r == 0 || strings.ContainsRune(stops, r):
		return nil, p.errorAt(begin, "a value cannot begin with %c: put it in quotes, or a backslash before it", r)
	}
	word := p.raw(stops)
	if strings.HasSuffix(unpair(word), `\`) {
		return nil, p.errorAt(p.at-1, "there is nothing behind the backslash: write two of them for one")
	}
	return p.leaf(begin, field, patternOf(word))
}

// leaf asks for a value of a field, or of any if there is none.
func (p *parser) leaf(begin int, field string, pattern Pattern) (Query, error) {
	if p.at < len(p.text) && p.text[p.at] == ':' {
		return nil, p.errorAt(p.at, "this colon is part of no field: put the value in quotes, or a backslash before the colon")
	}
	var q Query
	var err error
	switch {
	case field != "":
		q, err = p.like(field, pattern)
	case pattern.everything():
		q = All{}
	default:
		q, err = p.bareword(pattern)
	}
	return p.checked(begin, q, err)
}

// checked says where a condition stands that cannot be asked for.
func (p *parser) checked(begin int, q Query, err error) (Query, error) {
	if err == nil {
		err = p.use(leaves(q))
	}
	if err != nil {
		return nil, p.errorAt(begin, "%v", err)
	}
	return q, p.unweighted()
}

// unweighted refuses what would change the weight of a condition or blur it.
func (p *parser) unweighted() error {
	if p.at == len(p.text) {
		return nil
	}
	switch p.text[p.at] {
	case '^':
		return p.errorAt(p.at, "weights (^) are not supported: results are not ranked; leave it out and use sortFields")
	case '~':
		return p.errorAt(p.at, "fuzzy search (~) is not supported: use the wildcards * and ?")
	}
	return nil
}

// bareword looks for a form in names and login ids.
func (s scope) bareword(pattern Pattern) (Query, error) {
	if pattern.everything() {
		return All{}, nil
	}
	if s.inside != "" {
		return nil, fmt.Errorf("inside nested [%s] each condition needs a field, such as %s.id:…", s.inside, s.inside)
	}
	var each []Query
	for _, name := range s.bare {
		q, err := s.like(name, pattern)
		if err != nil {
			return nil, err
		}
		each = append(each, q)
	}
	return anyOf(each), nil
}

// leaves counts the conditions on fields.
func leaves(q Query) int {
	b, ok := q.(Bool)
	if !ok {
		return 1
	}
	return len(b.Must) + len(b.Should) + len(b.MustNot)
}

// unescape takes backslashes away.
func unescape(word string) string {
	var b strings.Builder
	escaped := false
	for _, r := range word {
		if r == '\\' && !escaped {
			escaped = true
			continue
		}
		b.WriteRune(r)
		escaped = false
	}
	return b.String()
}

// unpair removes escaped backslashes.
func unpair(word string) string { return strings.ReplaceAll(word, `\\`, "") }

var errRange = errors.New(`a range is written [from TO to], or {from TO to} without its ends, with * for an open end`)
