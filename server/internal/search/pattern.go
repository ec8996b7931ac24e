package search

import (
	"slices"
	"strings"
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
