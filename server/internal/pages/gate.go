package pages

import "net/http"

// Gate is the page that asks people to verify an address or a registration
// before they go on. It posts action ("verify", "resend" or "change"),
// oneTimeCode where a code is asked for, email with another address, locale and
// the hidden fields.
type Gate struct {
	Frame
	Action       string
	Hidden       []Field
	Registration bool // it is the registration that has to be verified
	Email        string
	AskCode      bool
	AllowChange  bool   // another address can be given
	Sent         bool   // a message is on its way
	Error        string // a code such as [InvalidVerificationId]; empty is none
	// RedirectURLs: see Login.
	RedirectURLs []string
}

// Key is the message of a part of the page: title, heading, code or link.
func (g Gate) Key(part string) string {
	if g.Registration {
		return "gate.registration." + part
	}
	return "gate.email." + part
}

// Gate writes the page.
func (p *Pages) Gate(w http.ResponseWriter, r *http.Request, status int, page Gate) error {
	return p.write(w, r, status, "gate", page, page.RedirectURLs...)
}
