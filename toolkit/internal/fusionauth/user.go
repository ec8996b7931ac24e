package fusionauth

import (
	"context"
	"net/http"
	"net/url"
)

// User is an account and what it is registered for.
type User struct {
	ID            string         `json:"id"`
	Registrations []Registration `json:"registrations"`
}

// Registration says that a user may use an application.
type Registration struct {
	ApplicationID string `json:"applicationId"`
}

// UserByLoginID returns the user who signs in with loginID: an e-mail address
// or a user name. With several tenants c must be about one.
func (c *Client) UserByLoginID(ctx context.Context, loginID string) (User, error) {
	query := url.Values{"loginId": {loginID}}
	return object[User](ctx, c, call{method: http.MethodGet, path: "/api/user", query: query}, "user")
}
