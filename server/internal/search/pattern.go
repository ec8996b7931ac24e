package search

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Pattern is text with wildcards, folded.
type Pattern []Piece

// Piece is literal text or, if Text is empty, a wildcard: '*' for any number of
// characters, '?' for exactly one.
type Piece struct {
	Text string
	Wild rune
}

// Prefix returns the text that everything of this form begins with, and whether
// nothing else is asked.
func (p Pattern) Prefix() (text string, alone bool) {
	if len(p) == 0 || p[0].Text == "" {
		return "", false
	}
	return p[0].Text, len(p) == 2 && p[1].Wild == '*'
}

// everything tells whether every value has this form.
func (p Pattern) everything() bool {
	for _, piece := range p {
		if piece.Wild != '*' {
			return false
		}
	}
	return len(p) > 0
}

// wild tells whether there is a wildcard at all.
func (p Pattern) wild() bool {
	return slices.ContainsFunc(p, func(piece Piece) bool { return piece.Wild != 0 })
}

// blanks counts the blanks, which stand between words.
func (p Pattern) blanks() (n int) {
	for _, piece := range p {
		n += strings.Count(piece.Text, " ")
	}
	return n
}

// Matches tells whether text, which is folded, has this form.
func (p Pattern) Matches(text string) bool {
	i, retry, from := 0, -1, 0 // after the last '*', try again one character further
	for at := 0; i < len(p) || at < len(text); {
		n := p.step(i, text[at:])
		switch {
		case n >= 0 && p[i].Wild == '*':
			retry, from = i, at
			i++
		case n >= 0:
			i, at = i+1, at+n
		case retry < 0 || from == len(text):
			return false
		default:
			_, size := utf8.DecodeRuneInString(text[from:])
			from += size
			i, at = retry+1, from
		}
	}
	return true
}

// step is how many bytes a piece takes from the beginning of text; -1 if it
// cannot be there.
func (p Pattern) step(i int, text string) int {
	switch {
	case i == len(p):
		return -1
	case p[i].Wild == '*':
		return 0
	case p[i].Wild == '?' && text != "":
		_, size := utf8.DecodeRuneInString(text)
		return size
	case p[i].Text != "" && strings.HasPrefix(text, p[i].Text):
		return len(p[i].Text)
	}
	return -1
}

// text is a pattern without wildcards.
func (p Pattern) text() string {
	if len(p) == 0 {
		return ""
	}
	return p[0].Text
}

// patternOf reads wildcards; a backslash takes the meaning from the character
// behind it.
func patternOf(text string) Pattern {
	var b patternBuilder
	escaped := false
	for _, r := range text {
		switch {
		case escaped:
			b.literal(r)
			escaped = false
		case r == '\\':
			escaped = true
		case r == '*' || r == '?':
			b.wildcard(r)
		default:
			b.literal(r)
		}
	}
	if escaped {
		b.literal('\\')
	}
	return b.pattern()
}

// patternBuilder puts a pattern together, character by character.
type patternBuilder struct {
	done    Pattern
	pending strings.Builder
}

func (b *patternBuilder) literal(r rune) { b.pending.WriteRune(r) }

func (b *patternBuilder) wildcard(r rune) {
	b.flush()
	if n := len(b.done); r == '*' && n > 0 && b.done[n-1].Wild == '*' {
		return // two of them say what one says
	}
	b.done = append(b.done, Piece{Wild: r})
}

func (b *patternBuilder) flush() {
	if b.pending.Len() > 0 {
		b.done = append(b.done, Piece{Text: Fold(b.pending.String())})
		b.pending.Reset()
	}
}

func (b *patternBuilder) pattern() Pattern {
	b.flush()
	return b.done
}
