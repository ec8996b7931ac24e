package pages

import "net/http"

// Logout is the page that tells all applications of a logout, by loading their
// logout URLs out of sight, and then leads on.
type Logout struct {
	Frame
	URLs []string // to be loaded
	To   string   // where to go then
}

func (l Logout) embeds() []string { return l.URLs }

// Logout writes the page, status 200.
func (p *Pages) Logout(w http.ResponseWriter, r *http.Request, page Logout) error {
	return p.write(w, r, http.StatusOK, "logout", page, page.To)
}

// FormPost is the page that hands an answer to an application by a form that
// sends itself.
type FormPost struct {
	Frame
	Action string
	Fields []Field
}

// FormPost writes the page, status 200.
func (p *Pages) FormPost(w http.ResponseWriter, r *http.Request, page FormPost) error {
	return p.write(w, r, http.StatusOK, "formpost", page, page.Action)
}
