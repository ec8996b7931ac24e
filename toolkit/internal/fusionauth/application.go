package fusionauth

import (
	"context"
	"encoding/json"
	"net/http"
)

// Application is an application. As a patch it holds only what changes; roles
// are changed by calls of their own.
type Application struct {
	ID       string              `json:"id,omitempty"`
	TenantID string              `json:"tenantId,omitempty"`
	Name     string              `json:"name,omitempty"`
	OAuth    *OAuthConfiguration `json:"oauthConfiguration,omitempty"`
	Roles    []Role              `json:"roles,omitempty"` // read, or sent at creation
	Data     json.RawMessage     `json:"data,omitempty"`
}

// OAuthConfiguration is how browsers sign in to an application.
type OAuthConfiguration struct {
	ClientID               string   `json:"clientId,omitempty"` // the id of the application
	ClientSecret           Secret   `json:"clientSecret,omitzero"`
	AuthorizedRedirectURLs []string `json:"authorizedRedirectURLs,omitempty"`
	EnabledGrants          []string `json:"enabledGrants,omitempty"`
	GenerateRefreshTokens  bool     `json:"generateRefreshTokens,omitempty"`
}

// Role is what users may be registered with.
type Role struct {
	ID          string `json:"id,omitempty"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	IsDefault   bool   `json:"isDefault"`
	IsSuperRole bool   `json:"isSuperRole"`
}

// Applications lists the active applications, of all tenants or of the one
// that c is about.
func (c *Client) Applications(ctx context.Context) ([]Application, error) {
	var found struct {
		Applications []Application `json:"applications"`
	}
	err := c.do(ctx, call{method: http.MethodGet, path: "/api/application"}, &found)
	return found.Applications, err
}

// Application returns the application with this id, active or not.
func (c *Client) Application(ctx context.Context, id string) (Application, error) {
	what := call{method: http.MethodGet, path: "/api/application/{id}", ids: []string{id}}
	return object[Application](ctx, c, what, "application")
}

// CreateApplication creates a, under its id if it has one, in the tenant that c
// is about.
func (c *Client) CreateApplication(ctx context.Context, a Application) (Application, error) {
	what := call{
		method: http.MethodPost,
		path:   "/api/application/{id}", ids: []string{a.ID}, body: envelope{"application": a},
	}
	return object[Application](ctx, c, what, "application")
}

// PatchApplication changes what patch holds; lists are replaced.
func (c *Client) PatchApplication(ctx context.Context, id string, patch Application) (Application, error) {
	what := call{
		method: http.MethodPatch, merge: true,
		path: "/api/application/{id}", ids: []string{id}, body: envelope{"application": patch},
	}
	return object[Application](ctx, c, what, "application")
}

// CreateRole adds a role to an application.
func (c *Client) CreateRole(ctx context.Context, applicationID string, r Role) (Role, error) {
	what := call{
		method: http.MethodPost,
		path:   "/api/application/{id}/role/{id}", ids: []string{applicationID, r.ID}, body: envelope{"role": r},
	}
	return object[Role](ctx, c, what, "role")
}
