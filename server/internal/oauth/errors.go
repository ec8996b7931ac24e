package oauth

import (
	"fmt"
	"net/http"

	"wherry/server/internal/fa"
)

// Error is an error of OAuth 2.0 with FusionAuth's reason beside it.
//
// Source: https://datatracker.ietf.org/doc/html/rfc6749#section-5.2
type Error struct {
	Code        string `json:"error"`
	Description string `json:"error_description,omitzero"`
	Reason      string `json:"error_reason,omitzero"`

	ChangePasswordID string               `json:"change_password_id,omitzero"` // with change_password_required
	TwoFactorID      string               `json:"two_factor_id,omitzero"`      // with two_factor_required
	TwoFactorMethods []fa.TwoFactorMethod `json:"two_factor_methods,omitempty"`

	status int
	reply  *reply // how the application is told, by way of the browser; nil: it is not
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
