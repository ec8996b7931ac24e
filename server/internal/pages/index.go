package pages

import "net/http"

// Index is the page at "/", for those who come without an application.
type Index struct{ Frame }

// Index writes the index page, status 200.
func (p *Pages) Index(w http.ResponseWriter, r *http.Request, page Index) error {
	return p.write(w, r, http.StatusOK, "index", page)
}
