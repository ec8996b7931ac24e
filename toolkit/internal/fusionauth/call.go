package fusionauth

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"time"
)

// call is one request to the API.
type call struct {
	method string
	path   string   // "/api/application/{id}/role/{id}"
	ids    []string // for the path, in order; a POST may leave the last one empty
	query  url.Values
	body   any      // marshalled to JSON, unless nil
	raw    [][]byte // JSON in pieces, in place of body

	timeout time.Duration // the client's if 0

	merge      bool // the body is an RFC 7396 merge patch
	repeatable bool // doing it twice is doing it once, though the method does not say so
}

// envelope is how requests name the object they carry.
type envelope map[string]any

var idSegment = regexp.MustCompile(`/\{id\}`)

// endpoint is the path that an API key gets permissions for: ids left out.
func (c call) endpoint() string { return idSegment.ReplaceAllString(c.path, "") }

func (c call) resolve() (string, error) {
	ids := c.ids
	missing := false
	path := idSegment.ReplaceAllStringFunc(c.path, func(string) string {
		id := ids[0]
		ids = ids[1:]
		if id == "" {
			missing = missing || len(ids) > 0 || c.method != http.MethodPost
			return ""
		}
		return "/" + url.PathEscape(id)
	})
	if missing {
		return "", fmt.Errorf("%s %s: an id is missing", c.method, c.path)
	}
	return path, nil
}
