package pages

import "net/http"

// LinkAccount asks somebody who has logged in elsewhere which account here is
// theirs.
type LinkAccount struct {
	Frame
	// Provider is where they have logged in, and As who they are there.
	Provider, As string
	// LoginURL and RegisterURL go on with an account that is there, or a new one;
	// the latter may be empty. CancelURL goes on without the other place.
	LoginURL, RegisterURL, CancelURL string
}

// LinkAccount writes the page.
func (p *Pages) LinkAccount(w http.ResponseWriter, r *http.Request, page LinkAccount) error {
	return p.write(w, r, http.StatusOK, "link", page)
}
