package fusionauth

import (
	"context"
	"net/http"
)

// Tenant is a tenant that is there.
type Tenant struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Tenants lists every tenant. The key must be a global one.
func (c *Client) Tenants(ctx context.Context) ([]Tenant, error) {
	var found struct {
		Tenants []Tenant `json:"tenants"`
	}
	err := c.do(ctx, call{method: http.MethodGet, path: "/api/tenant"}, &found)
	return found.Tenants, err
}

// Tenant returns the tenant with this id.
func (c *Client) Tenant(ctx context.Context, id string) (Tenant, error) {
	what := call{method: http.MethodGet, path: "/api/tenant/{id}", ids: []string{id}}
	return object[Tenant](ctx, c, what, "tenant")
}
