package pages

import "net/http"

// OAuthError is the page for errors that must not be sent to the redirect URL,
// as when that URL is the error. The fields are those of the OAuth error JSON;
// the reason also chooses the sentence that the user reads. They must not
// repeat what the request said, or the page says what a stranger wrote.
type OAuthError struct {
	Frame
	Error            string
	ErrorReason      string
	ErrorDescription string
}

// OAuthError writes the OAuth error page.
func (p *Pages) OAuthError(w http.ResponseWriter, r *http.Request, status int, page OAuthError) error {
	return p.write(w, r, status, "oautherror", page)
}
