package keys

import (
	"errors"
	"fmt"
	"strings"
)

// FieldError is a mistake in what a key was asked to be. Field is the property
// of the API's key object; Reason never quotes what was given as a key.
type FieldError struct{ Field, Reason string }

// FieldErrors is every mistake that was found, and an error.
type FieldErrors []FieldError

func (e FieldErrors) Error() string {
	lines := make([]string, len(e))
	for i, mistake := range e {
		lines[i] = fmt.Sprintf("key.%s: %s", mistake.Field, mistake.Reason)
	}
	return strings.Join(lines, "\n")
}

func fieldError(field, format string, args ...any) error {
	return FieldErrors{{Field: field, Reason: fmt.Sprintf(format, args...)}}
}

// join puts field errors together; nil if there is none.
func join(errs ...error) error {
	var all FieldErrors
	for _, err := range errs {
		var found FieldErrors
		if errors.As(err, &found) {
			all = append(all, found...)
		}
	}
	if all == nil {
		return nil
	}
	return all
}
