package search

import (
	"fmt"
	"math"
	"strings"
)

// show writes a tree for people: "all", "(a and b)", "email=jane@example.com".
func show(q Query) string {
	switch q := q.(type) {
	case All:
		return "all"
	case Bool:
		return showBool(q)
	case Nested:
		return q.Path + "{" + show(q.Query) + "}"
	case Exists:
		return q.Field.Path + "?"
	case In:
		return q.Field.Path + "=" + strings.Join(q.Values, "|")
	case Like:
		return q.Field.Path + "~" + showPattern(q.Pattern)
	case Between:
		return q.Field.Path + showBounds(q.From, q.To)
	case Within:
		return q.Field.Path + showInstants(q.From, q.To)
	}
	return fmt.Sprintf("%#v", q)
}

func showBool(q Bool) string {
	var all []string
	for _, must := range q.Must {
		all = append(all, "+"+show(must))
	}
	for _, not := range q.MustNot {
		all = append(all, "-"+show(not))
	}
	for _, should := range q.Should {
		all = append(all, show(should))
	}
	out := "(" + strings.Join(all, " ") + ")"
	if q.AtLeast != 0 {
		out += fmt.Sprint(q.AtLeast)
	}
	return out
}

func showPattern(p Pattern) string {
	var b strings.Builder
	for _, piece := range p {
		b.WriteString(piece.Text)
		if piece.Wild != 0 {
			b.WriteRune(piece.Wild)
		}
	}
	return b.String()
}

func showBounds(from, to Bound) string {
	end := func(b Bound) string {
		if !b.Closed {
			return ""
		}
		return b.Text
	}
	left, right := "[", "]"
	if from.Exclusive {
		left = "("
	}
	if to.Exclusive {
		right = ")"
	}
	return left + end(from) + ".." + end(to) + right
}

func showInstants(from, to int64) string {
	end := func(n int64) string {
		if n == math.MinInt64 || n == math.MaxInt64 {
			return ""
		}
		return fmt.Sprint(n)
	}
	return "[" + end(from) + ".." + end(to) + "]"
}
