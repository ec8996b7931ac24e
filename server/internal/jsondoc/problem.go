package jsondoc

import (
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// Problem is what is wrong with a document, and where. Its text shows names but
// no values.
type Problem struct {
	Pointer string // RFC 6901; empty for the whole document
	Reason  string
}

func (p *Problem) Error() string {
	if p.Pointer == "" {
		return "the JSON document " + p.Reason
	}
	return fmt.Sprintf("the JSON document at %q %s", p.Pointer, p.Reason)
}

// problem turns an error of the decoder into a Problem.
func problem(err error) error {
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.EOF):
		return &Problem{Reason: "is empty"}
	case !errors.As(err, &syntax):
		return err
	}
	// The decoder's own words may quote the document.
	reason := fmt.Sprintf("is not valid JSON in UTF-8 at byte %d", syntax.ByteOffset)
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		reason = "has the name twice"
	case errors.Is(err, io.ErrUnexpectedEOF):
		reason = "ends too early"
	}
	return &Problem{Pointer: string(syntax.JSONPointer), Reason: reason}
}
