package fusionauth

import (
	"context"
	"net/http"
)

// Version returns the version of FusionAuth, such as 1.69.0.
func (c *Client) Version(ctx context.Context) (string, error) {
	return object[string](ctx, c, call{method: http.MethodGet, path: "/api/system/version"}, "version")
}

// Status returns nil when FusionAuth says that it is well.
func (c *Client) Status(ctx context.Context) error {
	return c.do(ctx, call{method: http.MethodGet, path: "/api/status"}, nil)
}
