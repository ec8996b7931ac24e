package fa

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Refusals collects what is wrong with the many users of an import: of each
// code the first errors, and how many there are. Paths become those of
// FusionAuth's imports, where "user.registrations[0].roles" is
// "user.registration.roles". It may be used by several goroutines at once.
type Refusals struct {
	mu    sync.Mutex
	errs  Errors
	count map[string]int // by code
}

// How much is kept: an answer is for people to read.
const (
	refusalsOfACode = 10
	refusalCodes    = 50
	refusalLength   = 300 // of a message, in characters
)

// Add collects what is refused about a place in the request; an error of
// another kind comes back.
func (r *Refusals) Add(place string, err error) error {
	err = Join(err)
	refused, ok := err.(*Errors) //nolint:errorlint // Join wraps nothing
	if !ok {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for path, list := range refused.FieldErrors {
		for _, e := range list {
			r.field(path, place, e)
		}
	}
	for _, e := range refused.GeneralErrors {
		e.Message = shortened(e.Message)
		if !slices.Contains(r.errs.GeneralErrors, e) && r.keeps(e.Code) {
			r.errs.GeneralErrors = append(r.errs.GeneralErrors, e)
		}
	}
	return nil
}

// Field adds an error about the property at path, as Errors.Field does.
func (r *Refusals) Field(path, reason, format string, args ...any) {
	_ = r.Add("", FieldError(path, reason, format, args...)) // these are Errors
}

// listElement is the end of a name with an index, such as "registrations[3]".
var listElement = regexp.MustCompile(`s?\[\d+\]`)

func (r *Refusals) field(path, place string, e Error) {
	whole := path
	path = listElement.ReplaceAllString(whole, "")
	e.Code = strings.ReplaceAll(e.Code, whole, path)
	if !r.keeps(e.Code) {
		return
	}
	e.Message = shortened(strings.ReplaceAll(e.Message, whole, path))
	if place != "" {
		e.Message += " This is about [" + place + "]."
	}
	if r.errs.FieldErrors == nil {
		r.errs.FieldErrors = map[string][]Error{}
	}
	r.errs.FieldErrors[path] = append(r.errs.FieldErrors[path], e)
}

func (r *Refusals) keeps(code string) bool {
	if r.count == nil {
		r.count = map[string]int{}
	}
	if r.count[code] == 0 && len(r.count) == refusalCodes {
		return false
	}
	r.count[code]++
	return r.count[code] <= refusalsOfACode
}

func shortened(message string) string {
	if letters := []rune(message); len(letters) > refusalLength {
		return string(letters[:refusalLength]) + "…"
	}
	return message
}

// Any tells whether something was refused so far.
func (r *Refusals) Any() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.count) > 0
}

// OrNil is what was collected as an error, if there is anything.
func (r *Refusals) OrNil() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for path, list := range r.errs.FieldErrors {
		r.errs.FieldErrors[path] = r.counted(list)
	}
	r.errs.GeneralErrors = r.counted(r.errs.GeneralErrors)
	return r.errs.OrNil()
}

// counted adds to the errors of a list how many more there are like them.
func (r *Refusals) counted(list []Error) []Error {
	for _, e := range slices.Clone(list) {
		if more := r.count[e.Code] - refusalsOfACode; more > 0 {
			list = append(list, Error{e.Code, fmt.Sprintf("There are %d more errors like these.", more)})
			r.count[e.Code] = 0
		}
	}
	return list
}
