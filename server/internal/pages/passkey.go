package pages

import "net/http"

// Passkey is the page on which somebody logs in with a passkey: first it asks
// who it is (posts loginId), then it has the browser ask the authenticator
// (posts webAuthnRequest). Posts locale and the hidden fields besides.
type Passkey struct {
	Frame
	Action   string
	Hidden   []Field
	LoginID  string
	Again    bool   // it is known already who it is: there are options, or an error
	Options  string // JSON for the browser; empty: ask who it is
	Error    string
	LoginURL string // to log in another way
	// RedirectURLs: see Login.
	RedirectURLs []string
}

// Passkey writes the page.
func (p *Pages) Passkey(w http.ResponseWriter, r *http.Request, status int, page Passkey) error {
	return p.write(w, r, status, "passkey", page, page.RedirectURLs...)
}
