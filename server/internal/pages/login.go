package pages

import "net/http"

// Login is the page that asks for a login id and a password. It posts loginId,
// password, rememberDevice ("true" if ticked), locale (the language shown, so
// that it stays the same) and the hidden fields.
type Login struct {
	Frame
	// Action is where the form is posted to; empty is the page's own address.
	Action string
	// Hidden are the fields to be carried along, in this order.
	Hidden []Field
	// LoginID is filled in already.
	LoginID string
	// LoginIDFirst leaves the password to the next page, and posts none.
	LoginIDFirst bool
	// OfferRememberDevice shows "Keep me signed in".
	OfferRememberDevice bool
	// RememberDevice says whether it is ticked.
	RememberDevice bool
	// Error is a code such as [InvalidLogin], shown as a message; empty is none.
	Error string
	// ForgotURL is where people go who have forgotten the password; empty is
	// nowhere.
	ForgotURL string
	// PasskeyURL and PasswordlessURL are other ways to log in; empty are none.
	PasskeyURL, PasswordlessURL string
	// Providers are links to other places at which people can log in.
	Providers []Link
	// Linking is the name of such a place, to which whoever logs in is connected;
	// empty is none.
	Linking string
	// RegisterURL is where people get an account; empty is nowhere.
	RegisterURL string
	// RedirectURLs are addresses to which the answer to the form may redirect,
	// on other hosts. Chromium stops a redirect after a form to any place that
	// the Content-Security-Policy does not name, at every hop: an application
	// whose redirect URL itself redirects elsewhere needs both in this list.
	// "https:" allows every host.
	RedirectURLs []string
}

// Field is a form field that the user does not see.
type Field struct{ Name, Value string }

// Link is a link and what it says.
type Link struct{ URL, Text string }

// Login writes the login page.
func (p *Pages) Login(w http.ResponseWriter, r *http.Request, status int, page Login) error {
	return p.write(w, r, status, "login", page, page.RedirectURLs...)
}
