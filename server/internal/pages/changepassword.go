package pages

import "net/http"

// ChangePassword is the page that asks for a new password. It posts password,
// passwordConfirm, locale and the hidden fields.
type ChangePassword struct {
	Frame
	Action string
	Hidden []Field
	// LoginID is for password managers, which keep the new password by it.
	LoginID string
	// Reason is a code such as [PasswordChangeReasonExpired] that says why;
	// empty is none.
	Reason string
	// Errors are codes such as [tooShort]password.
	Errors []string
	// MinLength is how long the password has to be.
	MinLength int
	// Done says that it has been changed, and that this was all.
	Done bool
	// RedirectURLs: see Login.
	RedirectURLs []string
}

// ChangePassword writes the page for a new password.
func (p *Pages) ChangePassword(w http.ResponseWriter, r *http.Request, status int, page ChangePassword) error {
	return p.write(w, r, status, "changepassword", page, page.RedirectURLs...)
}
