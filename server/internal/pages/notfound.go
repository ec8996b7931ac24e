package pages

import "net/http"

// NotFound is the page for addresses that do not exist.
type NotFound struct{ Frame }

// NotFound writes the not-found page, status 404.
func (p *Pages) NotFound(w http.ResponseWriter, r *http.Request, page NotFound) error {
	return p.write(w, r, http.StatusNotFound, "notfound", page)
}
