package search

import (
	"fmt"
	"strings"
)

// scanner walks over a query string.
type scanner struct {
	text []rune
	at   int
}

const (
	blanks = " \t\r\n\u3000"
	// stops ends a word unless a backslash stands before it.
	stops = blanks + `():"[]{}^~`
)

// more tells whether there is anything behind the blanks.
func (s *scanner) more() bool {
	for s.at < len(s.text) && strings.ContainsRune(blanks, s.text[s.at]) {
		s.at++
	}
	return s.at < len(s.text)
}

// next is the character behind the blanks; 0 at the end.
func (s *scanner) next() rune {
	if !s.more() {
		return 0
	}
	return s.text[s.at]
}

// take goes on if text comes next, behind the blanks.
func (s *scanner) take(text string) bool {
	s.more()
	if !strings.HasPrefix(string(s.text[s.at:min(len(s.text), s.at+len(text))]), text) {
		return false
	}
	s.at += len([]rune(text))
	return true
}

// takeWord goes on if the next word, as it is written, is one of words.
func (s *scanner) takeWord(words ...string) bool {
	s.more()
	begin := s.at
	raw := s.raw(stops)
	for _, word := range words {
		if raw == word {
			return true
		}
	}
	s.at = begin
	return false
}

// raw returns everything up to the next of stops, backslashes and all.
func (s *scanner) raw(stops string) string {
	begin := s.at
	for s.at < len(s.text) && !strings.ContainsRune(stops, s.text[s.at]) {
		if s.text[s.at] == '\\' {
			s.at++
		}
		s.at++
	}
	s.at = min(s.at, len(s.text))
	return string(s.text[begin:s.at])
}

// quoted returns what stands in quotes, which begin here.
func (s *scanner) quoted() (string, error) {
	begin := s.at
	s.at++
	var b strings.Builder
	for ; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '"':
			s.at++
			return b.String(), nil
		case '\\':
			if s.at++; s.at == len(s.text) {
				break
			}
			b.WriteRune(s.text[s.at])
		default:
			b.WriteRune(s.text[s.at])
		}
	}
	return "", s.errorAt(begin, "these quotes are not closed: end them with \"")
}

// errorAt is an error about the character at a position.
func (s *scanner) errorAt(at int, format string, args ...any) *Error {
	return &Error{fmt.Sprintf("character %d", at+1), fmt.Sprintf(format, args...)}
}
