package pages

import "net/http"

// Verify is the page that a link in a mail leads to. Nothing happens before the
// button is pressed: programs follow links too. It posts oneTimeCode where one is
// asked for, locale and the hidden fields.
type Verify struct {
	Frame
	Action       string
	Hidden       []Field
	Registration bool // it is a registration that is verified, not an address
	AskCode      bool
	Error        string // a code such as [InvalidVerificationId]; empty is none
}

// Verify writes the page.
func (p *Pages) Verify(w http.ResponseWriter, r *http.Request, status int, page Verify) error {
	return p.write(w, r, status, "verify", page)
}
