// Package exit holds the exit codes, which are a contract, and errors that
// carry one together with a hint at what to do next.
package exit

import (
	"context"
	"errors"
)

// The exit codes of every command. Meanings says what they mean.
const (
	Done        = 0
	Failed      = 1
	Usage       = 2
	Refused     = 3
	Differences = 4
	Nothing     = 5
	Interrupted = 130
)

// Meaning is what a code means.
type Meaning struct {
	Code  int
	Means string
}

// Meanings lists every code.
func Meanings() []Meaning {
	return []Meaning{
		{Done, "all of it was done"},
		{Failed, "it failed; the message says what to do next"},
		{Usage, "flags or configuration are wrong; nothing was tried"},
		{Refused, "finished, but some users or tokens were refused, each with its reason"},
		{Differences, "differences were found, or something must be done first"},
		{Nothing, "there was nothing to do"},
		{Interrupted, "stopped by a signal at a safe point; run the same command again to go on"},
	}
}

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
