// Package console is what a command sees of the terminal: where its answer
// goes, and in which form the user asked for it.
package console

import (
	"encoding/json"
	"fmt"
	"io"
)

// Console carries the two streams of a command and the flags about output that
// every command has. Answers go to Out, everything about the work to Err.
type Console struct {
	Out, Err io.Writer
	JSON     bool // --json: one JSON object a line, failures too
	Quiet    bool // --quiet: answers and failures only
	Color    bool // the terminal shows colour, and nobody asked for none
}

// Emit answers with v as one JSON line when --json was given, and with text
// otherwise.
func (c *Console) Emit(v any, text func(w io.Writer)) error {
	if !c.JSON {
		text(c.Out)
		return nil
	}
	if err := json.NewEncoder(c.Out).Encode(v); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}

// Note tells a person about the work; with --json or --quiet it is silent.
func (c *Console) Note(format string, args ...any) {
	if !c.JSON && !c.Quiet {
		fmt.Fprintf(c.Err, format+"\n", args...)
	}
}

// Style wraps text in an ANSI style, such as "1" for bold or "32" for green,
// where the terminal shows it.
func (c *Console) Style(code, text string) string {
	if !c.Color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
