package campaign

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/google/uuid"
)

// Suppression is who is not mailed: addresses, domains and ids of users.
type Suppression struct{ all map[string]bool }

// ReadSuppression reads a list with one of these on each line: an address, a
// domain as @example.com, or the id of a user. What follows a # is a comment.
// All lines that are nothing of it are named together, by their numbers.
func ReadSuppression(r io.Reader) (*Suppression, error) {
	s := &Suppression{map[string]bool{}}
	var wrong []error
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		text = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(text, "\ufeff")))
		switch {
		case text == "":
		case uuid.Validate(text) == nil, strings.Count(text, "@") == 1 && !strings.HasSuffix(text, "@") && !strings.ContainsAny(text, " ,;\t"):
			s.all[text] = true
		case len(wrong) < mostWrong:
			wrong = append(wrong, fmt.Errorf("line %d is no address, no @domain and no id", n))
		}
	}
	if err := lines.Err(); err != nil {
		wrong = append(wrong, err)
	}
	return s, errors.Join(wrong...)
}

// mostWrong is how many lines are named.
const mostWrong = 10

func (s *Suppression) has(id, address string) bool {
	if s == nil {
		return false
	}
	at := strings.LastIndexByte(address, '@')
	return s.all[id] || s.all[address] || at >= 0 && s.all[address[at:]]
}
