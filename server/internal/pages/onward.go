package pages

import (
	"net/http"
	"net/url"
)

// Onward is a page that goes on to another one of this server by itself. A
// browser that is in the middle of a form elsewhere forgets about that there:
// the policies of the pages before apply no more.
type Onward struct {
	Frame
	// To is the path, with a query. The page does not go on by itself to other
	// hosts.
	To string
}

// Onward writes the page.
func (p *Pages) Onward(w http.ResponseWriter, r *http.Request, page Onward) error {
	if to, err := url.Parse(page.To); err == nil && to.Scheme == "" && to.Host == "" {
		w.Header().Set("Refresh", "0; url="+to.String())
	}
	return p.write(w, r, http.StatusOK, "onward", page)
}
