// Package exit holds the exit codes, which are a contract, and errors that
// carry one together with a hint at what to do next.
package exit

import (
	"context"
	"errors"
)

// The exit codes of every command.
const (
	Done        = 0   // all of it was done
	Failed      = 1   // it failed
	Usage       = 2   // flags or configuration are wrong; nothing was tried
	Refused     = 3   // finished, but some users were refused
	Differences = 4   // verify or plan found differences
	Nothing     = 5   // there was nothing to do
	Interrupted = 130 // stopped by a signal at a safe point
)

// Error is an error with an exit code and, perhaps, a hint.
type Error struct {
	Code int
	Err  error
	Hint string // what to do next: a full sentence without a final stop
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// With gives err an exit code and a hint.
func With(code int, err error, hint string) error {
	return &Error{Code: code, Err: err, Hint: hint}
}

// Code says with which code a program that ended with err should exit.
func Code(err error) int {
	var e *Error
	switch {
	case err == nil:
		return Done
	case errors.As(err, &e):
		return e.Code
	case errors.Is(err, context.Canceled):
		return Interrupted
	default:
		return Failed
	}
}

// Hint returns the hint that err carries, or "".
func Hint(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Hint
	}
	return ""
}
