package pages

import "net/http"

// Onward is a page that goes on to another one of this server by itself. A
// browser that is in the middle of a form elsewhere forgets about that there:
// the policies of the pages before apply no more.
type Onward struct {
	Frame
	To string // an address, with everything in it escaped
}

// Onward writes the page.
func (p *Pages) Onward(w http.ResponseWriter, r *http.Request, page Onward) error {
	w.Header().Set("Refresh", "0; url="+page.To)
	return p.write(w, r, http.StatusOK, "onward", page)
}
