package fusionauth

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"wherry/internal/exit"
)

// ErrNotFound is what errors.Is finds in the error of a call about an object
// that is not there, or not in the tenant that the call is about.
var ErrNotFound = errors.New("not found")

// Detail is one complaint of FusionAuth. Its message may quote the value that
// it is about.
type Detail struct {
	Code    string `json:"code"`    // such as [duplicate]user.email
	Message string `json:"message"` // a sentence in English
}

// Error is an answer other than 2xx.
type Error struct {
	Status       int
	Method, Path string              // the path without its query
	Fields       map[string][]Detail // by the path of the property
	General      []Detail
}

// Error names everything that FusionAuth objects to. Its messages quote values,
// and on /api/user those are people's, so there the codes have to do; whoever
// may show more reads Fields and General.
func (e *Error) Error() string {
	said := []string{fmt.Sprintf("%s %s: %d %s", e.Method, e.Path, e.Status, http.StatusText(e.Status))}
	for _, field := range slices.Sorted(maps.Keys(e.Fields)) {
		said = append(said, e.list(e.Fields[field])...)
	}
	return strings.Join(append(said, e.list(e.General)...), "; ")
}

func (e *Error) list(details []Detail) []string {
	personal := strings.HasPrefix(e.Path, "/api/user")
	said := make([]string, len(details))
	for i, d := range details {
		said[i] = d.Code
		if !personal && d.Message != "" {
			said[i] += " " + d.Message
		}
	}
	return said
}

// Is makes errors.Is(err, ErrNotFound) true for a 404.
func (e *Error) Is(target error) bool {
	return target == ErrNotFound && e.Status == http.StatusNotFound
}

// complaints is FusionAuth's body of a 400, and of some other statuses.
type complaints struct {
	Fields  map[string][]Detail `json:"fieldErrors"`
	General []Detail            `json:"generalErrors"`
}

// readComplaints finds none in a body that is empty or not FusionAuth's.
func readComplaints(body []byte) complaints {
	var found complaints
	if err := json.Unmarshal(body, &found); err != nil {
		return complaints{}
	}
	return found
}

func (c complaints) hasGeneral(code string) bool {
	return slices.ContainsFunc(c.General, func(d Detail) bool { return d.Code == code })
}

// refusal turns an answer other than 2xx into an error, with a hint where we
// know what to do about it.
func refusal(what call, path string, got *answer) error {
	found := readComplaints(got.body)
	err := &Error{Status: got.status, Method: what.method, Path: path, Fields: found.Fields, General: found.General}
	switch {
	case got.status == http.StatusUnauthorized:
		return exit.With(exit.Failed, err, fmt.Sprintf("give the API key %s on %s, or check that it is the right key", what.method, what.endpoint()))
	case got.status >= 300 && got.status < 400:
		return exit.With(exit.Failed, err, "the server redirects: set the URL to where FusionAuth itself answers")
	case found.hasGeneral("[TenantIdRequired]"):
		return exit.With(exit.Failed, err, "there are several tenants: name one, or use an API key of one")
	default:
		return err
	}
}
