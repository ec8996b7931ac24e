package pages

import "net/http"

// Passwordless is the page on which somebody logs in by a message: it asks who
// it is (posts loginId), then for the code of the message (posts oneTimeCode);
// or it is where the link of the message leads to, and has nothing but a
// button. Posts locale and the hidden fields besides.
type Passwordless struct {
	Frame
	Action   string
	Hidden   []Field
	LoginID  string
	AskCode  bool
	Link     bool
	Error    string
	LoginURL string // to log in another way; empty is nowhere
	// RedirectURLs: see Login.
	RedirectURLs []string
}

// Passwordless writes the page.
func (p *Pages) Passwordless(w http.ResponseWriter, r *http.Request, status int, page Passwordless) error {
	return p.write(w, r, status, "passwordless", page, page.RedirectURLs...)
}
