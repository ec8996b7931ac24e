package compat

import (
	"slices"
	"strings"
	"testing"

	"github.com/FusionAuth/go-client/pkg/fusionauth"
)

// outcome is what one call of the client came to, in the same shape for all of
// them.
type outcome struct {
	status int
	shows  string // what the answer shows of the object, such as its name
	codes  string // of the errors
	err    error
}

func come(status int, shows string, errs *fusionauth.Errors, err error) outcome {
	return outcome{status, shows, codes(errs), err}
}

// codes lists those of the field errors, sorted, and those of the general ones.
func codes(errs *fusionauth.Errors) string {
	if errs == nil {
		return ""
	}
	var list []string
	for _, field := range errs.FieldErrors {
		for _, e := range field {
			list = append(list, e.Code)
		}
	}
	slices.Sort(list)
	for _, e := range errs.GeneralErrors {
		list = append(list, e.Code)
	}
	return strings.Join(list, " ")
}

// is fails the test unless the outcome is this one.
func (o outcome) is(t testing.TB, doing string, status int, shows string) {
	t.Helper()
	if o.err != nil || o.status != status || o.shows != shows || o.codes != "" {
		t.Fatalf("%s: status %d, %q, errors %q, %v; want %d, %q", doing, o.status, o.shows, o.codes, o.err, status, shows)
	}
}

// isRefused fails the test unless the server refused with these codes.
func (o outcome) isRefused(t testing.TB, doing string, status int, codes string) {
	t.Helper()
	if o.err != nil || o.status != status || o.codes != codes {
		t.Fatalf("%s: status %d, errors %q, %v; want %d, %q", doing, o.status, o.codes, o.err, status, codes)
	}
}

// made returns what a call returned that has to succeed.
func made[T any](t testing.TB, response T) func(errs *fusionauth.Errors, err error) T {
	return func(errs *fusionauth.Errors, err error) T {
		t.Helper()
		if err != nil || codes(errs) != "" {
			t.Fatalf("%q, %v", codes(errs), err)
		}
		return response
	}
}
