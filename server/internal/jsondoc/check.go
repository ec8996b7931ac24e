package jsondoc

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Limits says what Check lets pass. A zero field has its default.
type Limits struct {
	Depth    int // how deep objects and arrays may nest: 100
	Digits   int // how long a number may be: 400 characters
	Exponent int // how far a number's exponent may be from zero: 308, as a float64's
}

// Check tells whether a document may come in: nil, or a *Problem that points to
// the first thing wrong. It refuses what a store cannot keep (\u0000, invalid
// UTF-8) and what nobody sends in good faith: a name given twice, deep nesting,
// numbers that grow when they are written out.
func Check(data []byte, limits Limits) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(data))
	for d.StackDepth() > 0 || d.InputOffset() == 0 {
		token, err := d.ReadToken()
		if err != nil {
			return problem(err)
		}
		if reason := limits.refuse(token, d.StackDepth()); reason != "" {
			return &Problem{Pointer: string(d.StackPointer()), Reason: reason}
		}
	}
	end := d.InputOffset()
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return &Problem{Reason: fmt.Sprintf("has something behind its end at byte %d", end)}
	}
	return nil
}

func (l Limits) refuse(token jsontext.Token, depth int) string {
	switch token.Kind() {
	case jsontext.KindString:
		if strings.ContainsRune(token.String(), 0) {
			return `contains the character \u0000`
		}
	case jsontext.KindNumber:
		return l.refuseNumber(token.String())
	case jsontext.KindBeginObject, jsontext.KindBeginArray:
		if highest := cmp.Or(l.Depth, 100); depth > highest {
			return fmt.Sprintf("is nested deeper than %d levels", highest)
		}
	}
	return ""
}

func (l Limits) refuseNumber(number string) string {
	if longest := cmp.Or(l.Digits, 400); len(number) > longest {
		return fmt.Sprintf("has a number of more than %d characters", longest)
	}
	_, exponent, has := strings.Cut(strings.ToLower(number), "e")
	if !has {
		return ""
	}
	highest := cmp.Or(l.Exponent, 308)
	if n, err := strconv.Atoi(exponent); err != nil || n > highest || n < -highest {
		return fmt.Sprintf("has a number with an exponent beyond %d", highest)
	}
	return ""
}
