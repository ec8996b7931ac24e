// Package refuse is the words in which a user pool says no: error types and
// the texts that clients of Cognito compare with.
package refuse

import (
	"fmt"
	"net/http"
)

// Error is a refusal as a client sees it.
type Error struct {
	Type    string // such as NotAuthorizedException
	Message string
	Status  int
	Reason  string // reasonCode of an InvalidParameterException, mostly ""
}

func (e *Error) Error() string { return e.Type + ": " + e.Message }

// With refuses with any type; the name of the type comes without "Exception".
func With(name, format string, args ...any) error {
	return &Error{Type: name + "Exception", Message: fmt.Sprintf(format, args...), Status: http.StatusBadRequest}
}

// InvalidParameter refuses a request that makes no sense.
func InvalidParameter(format string, args ...any) error {
	return With("InvalidParameter", format, args...)
}

// NotAuthorized is Cognito's favourite: wrong password, disabled, locked out,
// bad token and more, told apart by the text alone.
func NotAuthorized(format string, args ...any) error {
	return With("NotAuthorized", format, args...)
}

// WrongPassword is the answer to a wrong password, and to an unknown user
// where the client hides who exists.
func WrongPassword() error { return NotAuthorized("Incorrect username or password.") }

// NoUser says that there is no such user.
func NoUser() error { return With("UserNotFound", "User does not exist.") }

// NoPool says that there is no such user pool.
func NoPool(id string) error {
	return With("ResourceNotFound", "User pool %s does not exist.", id)
}

// NoClient says that there is no such app client.
func NoClient(id string) error {
	return With("ResourceNotFound", "User pool client %s does not exist.", id)
}

// Internal is a failure of the pool itself.
func Internal() *Error {
	return &Error{"InternalErrorException", "Internal server error.", http.StatusInternalServerError, ""}
}
