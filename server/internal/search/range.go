package search

// ranged reads [a TO b], {a TO b}, a mixture of them, or a comparison.
func (p *parser) ranged(field string) (Query, error) {
	begin := p.at
	var from, to Bound
	var err error
	if r := p.next(); r == '<' || r == '>' {
		from, to, err = p.comparison()
	} else {
		from, to, err = p.interval()
	}
	if err != nil {
		return nil, err
	}
	if field == "" {
		return nil, p.errorAt(begin, "a range needs a field, such as insertInstant:[2026-01-01 TO *]")
	}
	q, err := p.between(field, from, to)
	return p.checked(begin, q, err)
}

func (p *parser) comparison() (from, to Bound, err error) {
	less := p.take("<")
	if !less {
		p.take(">")
	}
	b := Bound{Closed: true, Exclusive: !p.take("=")}
	if b.Text, err = p.bound(); err != nil {
		return from, to, err
	}
	if less {
		return from, b, nil
	}
	return b, to, nil
}

func (p *parser) interval() (from, to Bound, err error) {
	begin := p.at
	from.Exclusive = !p.take("[") && p.take("{")
	if from.Text, err = p.bound(); err != nil {
		return from, to, err
	}
	if !p.takeWord("TO") {
		return from, to, p.errorAt(p.at, "%v", errRange)
	}
	if to.Text, err = p.bound(); err != nil {
		return from, to, err
	}
	switch {
	case p.take("]"):
	case p.take("}"):
		to.Exclusive = true
	default:
		return from, to, p.errorAt(begin, "this range is not closed: %v", errRange)
	}
	from.Closed, to.Closed = from.Text != "*", to.Text != "*"
	return from.open(), to.open(), nil
}

// open forgets what an open end was written as.
func (b Bound) open() Bound {
	if !b.Closed {
		return Bound{}
	}
	return b
}

// bound reads an end of a range.
func (p *parser) bound() (string, error) {
	if p.next() == '"' {
		return p.quoted()
	}
	begin := p.at
	word := unescape(p.raw(blanks + `)]}"`))
	if word == "" || word == "TO" {
		return "", p.errorAt(begin, "%v", errRange)
	}
	return word, nil
}
