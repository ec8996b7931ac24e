package oauth

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// form reads a form from the body; RFC 6749 section 3.2 and FusionAuth agree
// that parameters in the query do not count.
func form(r *http.Request) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, errNoForm
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("read the form: %w", err)
	}
	if r.PostForm, err = url.ParseQuery(string(body)); err != nil {
		return nil, errNoForm
	}
	return r.PostForm, nil
}

var errNoForm = refuse("invalid_request", "unknown", "The body is not a form (application/x-www-form-urlencoded).")
