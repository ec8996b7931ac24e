package pages

import "net/http"

// LoggedOut is the page after a logout that leads nowhere else.
type LoggedOut struct {
	Frame
	// ContinueURL is where the user may go on to; empty is nowhere.
	ContinueURL string
}

// LoggedOut writes the logged-out page, status 200.
func (p *Pages) LoggedOut(w http.ResponseWriter, r *http.Request, page LoggedOut) error {
	return p.write(w, r, http.StatusOK, "loggedout", page)
}
