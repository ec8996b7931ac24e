package fusionauth

import (
	"context"
	"net/http"
	"net/url"
)

// Doc is an object as JSON shows it, for callers who compare properties and
// know few of them. Secrets are in it in the clear.
type Doc = map[string]any

// Place is where an object is: "/api/application/{id}/role/{id}" and the ids,
// in order. The last id may be empty, for all objects or for a new one.
type Place struct {
	Path  string
	IDs   []string
	Query url.Values
}

func (p Place) call(method string) call {
	what := call{method: method, path: p.Path, ids: p.IDs, query: p.Query}
	if n := len(p.IDs); n > 0 && p.IDs[n-1] == "" && method == http.MethodGet {
		what.path, what.ids = p.Path[:len(p.Path)-len("/{id}")], p.IDs[:n-1]
	}
	return what
}

// Document reads the object at a place, which answers call by the name member.
func (c *Client) Document(ctx context.Context, at Place, member string) (Doc, error) {
	return object[Doc](ctx, c, at.call(http.MethodGet), member)
}

// Documents reads the list at a place.
func (c *Client) Documents(ctx context.Context, at Place, members string) ([]Doc, error) {
	var found map[string][]Doc
	err := c.do(ctx, at.call(http.MethodGet), &found)
	return found[members], err
}

// Create makes an object by a POST. The body is the whole request. With a
// member "" the answer is empty.
func (c *Client) Create(ctx context.Context, at Place, body Doc, member string) (Doc, error) {
	return c.write(ctx, at.call(http.MethodPost), body, member)
}

// Patch changes an object by an RFC 7396 merge patch: lists are replaced.
func (c *Client) Patch(ctx context.Context, at Place, body Doc, member string) (Doc, error) {
	what := at.call(http.MethodPatch)
	what.merge = true
	return c.write(ctx, what, body, member)
}

func (c *Client) write(ctx context.Context, what call, body Doc, member string) (Doc, error) {
	what.body = body
	if member == "" {
		return nil, c.do(ctx, what, nil)
	}
	return object[Doc](ctx, c, what, member)
}

// Delete deletes the object at a place.
func (c *Client) Delete(ctx context.Context, at Place) error {
	return c.do(ctx, at.call(http.MethodDelete), nil)
}
