package pages

import "net/http"

// SetUp is the page on which somebody sets up a second factor, in steps: choose
// a method, say where codes go, enter one. It posts method, email or
// mobilePhone, secret, code, action ("send" has a code sent, again too), locale
// and the hidden fields.
type SetUp struct {
	Frame
	Action string
	Hidden []Field
	// Required says that nobody comes in without.
	Required bool
	// Methods are to be chosen from; empty when one is.
	Methods []string
	// Method is authenticator, email or sms.
	Method string
	// Secret is what an authenticator makes its codes from, and URI the same
	// with everything that the app needs to know.
	Secret, URI string
	// Address is where codes go, an address or a number; Sent says that one is
	// on its way there.
	Address string
	Sent    bool
	Error   string
	BackURL string // to leave without a second factor; empty is nowhere
	// RedirectURLs: see Login.
	RedirectURLs []string
}

// Groups is the secret as people type it, in fours.
func (s SetUp) Groups() (groups []string) {
	for rest := s.Secret; rest != ""; {
		n := min(4, len(rest))
		groups, rest = append(groups, rest[:n]), rest[n:]
	}
	return groups
}

// Choice is what a method is called.
func (b bundle) Choice(method string) string { return b.messages["setup."+method] }

// ChoiceHint says more of a method.
func (b bundle) ChoiceHint(method string) string { return b.messages["setup."+method+".hint"] }

// SetUp writes the page.
func (p *Pages) SetUp(w http.ResponseWriter, r *http.Request, status int, page SetUp) error {
	return p.write(w, r, status, "setup", page, page.RedirectURLs...)
}

// RecoveryCodes is the page that tells somebody the recovery codes, once.
type RecoveryCodes struct {
	Frame
	Action      string // of the form that goes on
	Hidden      []Field
	Codes       []string
	ContinueURL string // instead of a form
	// RedirectURLs: see Login.
	RedirectURLs []string
}

// RecoveryCodes writes the page.
func (p *Pages) RecoveryCodes(w http.ResponseWriter, r *http.Request, page RecoveryCodes) error {
	return p.write(w, r, http.StatusOK, "recoverycodes", page, page.RedirectURLs...)
}
