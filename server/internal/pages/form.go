package pages

import (
	"net/http"
	"slices"
)

// Form is a page on which people say who they are, to get an account or to
// complete a registration. It posts its inputs, locale and the hidden fields.
type Form struct {
	Frame
	Action string
	Hidden []Field
	// Complete says that something is missing of a registration; else the form
	// is for a new account.
	Complete bool
	Inputs   []Input
	Errors   []Trouble // about the form as a whole
	// Step and Steps are where in a form of several pages this one is, from 1.
	Step, Steps int
	// SentTo is where a code went to that is asked for; it can be sent again (posts
	// action=resend). Empty: people are asked for something else.
	SentTo string
	// LoginURL is for people who have an account already; empty is nowhere.
	LoginURL string
	// RedirectURLs: see Login.
	RedirectURLs []string
}

// Key is the message of a part of the page: title, heading or submit.
func (f Form) Key(part string) string {
	if f.Complete {
		return "complete." + part
	}
	return "register." + part
}

// Last says that nothing comes after this page of the form.
func (f Form) Last() bool { return f.Step >= f.Steps }

// Wrong says that something was filled in wrongly.
func (f Form) Wrong() bool { return wrong(f.Inputs) }

func wrong(inputs []Input) bool {
	return slices.ContainsFunc(inputs, func(i Input) bool { return len(i.Errors) > 0 })
}

// Form writes the page.
func (p *Pages) Form(w http.ResponseWriter, r *http.Request, status int, page Form) error {
	return p.write(w, r, status, "form", page, page.RedirectURLs...)
}
