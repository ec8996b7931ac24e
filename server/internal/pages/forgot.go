package pages

import "net/http"

// Forgot is the page that asks who has forgotten a password. It posts loginId,
// locale and the hidden fields.
type Forgot struct {
	Frame
	Action  string // where the form is posted to; empty is the page's own address
	Hidden  []Field
	LoginID string // filled in already
	Error   string // a code such as [blank]loginId; empty is none
}

// Forgot writes the page.
func (p *Pages) Forgot(w http.ResponseWriter, r *http.Request, status int, page Forgot) error {
	return p.write(w, r, status, "forgot", page)
}
