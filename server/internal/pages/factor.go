package pages

import "net/http"

// Factor is the page that asks for the code of a second factor. It posts code,
// trustComputer ("true" if ticked), locale and the hidden fields; a button that
// has a code sent posts methodId besides, with its method's id.
type Factor struct {
	Frame
	Action string
	Hidden []Field
	// Authenticator says that an app of the user shows the code.
	Authenticator bool
	// Methods are where a code can be sent to.
	Methods []FactorMethod
	// Sent is where a code was just sent to; empty: none was.
	Sent string
	// OfferTrust shows "Do not ask again on this device".
	OfferTrust bool
	// Error is a code such as [invalid]code; empty is none.
	Error string
	// RedirectURLs: see Login.
	RedirectURLs []string
}

// FactorMethod is where a code can be sent to, such as "j…@example.com".
type FactorMethod struct{ ID, To string }

// Factor writes the page for a second factor.
func (p *Pages) Factor(w http.ResponseWriter, r *http.Request, status int, page Factor) error {
	return p.write(w, r, status, "factor", page, page.RedirectURLs...)
}
