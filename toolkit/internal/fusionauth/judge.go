package fusionauth

import (
	"errors"
	"net/http"
)

// Throttled tells whether an error says that there were too many calls.
func Throttled(err error) bool {
	refused, answered := errors.AsType[*Error](err)
	return answered && refused.Status == http.StatusTooManyRequests
}

// Unanswered tells whether an error says nothing about the call itself, which
// may have been done or not: there was no answer, or one that tells of a
// failure behind it.
func Unanswered(err error) bool {
	refused, answered := errors.AsType[*Error](err)
	return err != nil && (!answered || refused.Status >= http.StatusInternalServerError)
}
