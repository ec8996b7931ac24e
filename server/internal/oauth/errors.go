package oauth

import (
	"fmt"
	"net/http"
)

// Error is an error of OAuth 2.0 with FusionAuth's reason beside it.
//
// Source: https://datatracker.ietf.org/doc/html/rfc6749#section-5.2
type Error struct {
	Code        string `json:"error"`
	Description string `json:"error_description,omitzero"`
	Reason      string `json:"error_reason,omitzero"`

	status   int
	redirect string // where the browser is sent with the error; empty: nowhere
}

func (e *Error) Error() string { return e.Code + " " + e.Reason }

// refuse makes an error for a bad request. The description must not repeat what
// the request said: RFC 6749 leaves it few characters, and a page shows it.
func refuse(code, reason, format string, args ...any) *Error {
	return &Error{status: http.StatusBadRequest, Code: code, Reason: reason, Description: fmt.Sprintf(format, args...)}
}

// missingParameter and invalidParameter are the two most frequent refusals.
func missingParameter(name string) *Error {
	return refuse("invalid_request", "missing_"+name, "The request is missing a required parameter: %s", name)
}

func invalidParameter(name string) *Error {
	return refuse("invalid_request", "invalid_"+name, "The request has an invalid parameter: %s", name)
}

// unauthorized is a client that did not prove who it is.
func unauthorized(reason, format string, args ...any) *Error {
	e := refuse("invalid_client", reason, format, args...)
	e.status = http.StatusUnauthorized
	return e
}
