package rehearse

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"wherry/internal/console"
)

// check is one thing that must hold.
type check struct {
	says string // the line that is printed
	that func(ctx context.Context) error
}

// checked is a line of the result.
type checked struct {
	Check  string `json:"check"`
	Passed bool   `json:"passed"`
	Error  string `json:"error,omitempty"`
	Millis int64  `json:"millis"`
}

// Check drives the running parts and prints what it checked, line by line. The
// checks build on each other, so it stops at the first that fails.
func (r *Rehearsal) Check(ctx context.Context, out *console.Console) error {
	c, err := newChecker(r)
	if err != nil {
		return err
	}
	return runChecks(ctx, out, c.checks())
}

// runChecks makes checks that build on each other, and prints them.
func runChecks(ctx context.Context, out *console.Console, all []check) error {
	for i, step := range all {
		began := time.Now()
		err := step.that(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		line := checked{Check: step.says, Passed: err == nil, Millis: time.Since(began).Milliseconds()}
		if err != nil {
			line.Error = err.Error()
		}
		if err := out.Emit(line, func(w io.Writer) { line.print(w, out) }); err != nil {
			return err
		}
		if err != nil {
			if skipped := len(all) - i - 1; skipped > 0 {
				out.Note("%d checks were not tried: they build on this one", skipped)
			}
			return failedChecks(1)
		}
	}
	out.Note("\n%s", out.Style("1;32", fmt.Sprintf("all %d checks passed", len(all))))
	return nil
}

func (l checked) print(w io.Writer, out *console.Console) {
	mark := out.Style("32", "✓")
	if !l.Passed {
		mark = out.Style("1;31", "✗")
	}
	fmt.Fprintf(w, "%s %-86s %s\n", mark, l.Check, out.Style("2", fmt.Sprintf("%4d ms", l.Millis)))
	if l.Error != "" {
		fmt.Fprintf(w, "  %s\n", l.Error)
	}
}

// expect is an error unless got is want.
func expect[T comparable](what string, got, want T) error {
	if got != want {
		return fmt.Errorf("%s: got %v, want %v", what, got, want)
	}
	return nil
}

// all joins expectations.
func allOf(errs ...error) error { return errors.Join(errs...) }
