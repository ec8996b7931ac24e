package fusionauth

import (
	"context"
	"encoding/json"
	"net/http"
)

// Tenant is a tenant. As a patch it holds only what changes.
type Tenant struct {
	ID                string            `json:"id,omitempty"`
	Name              string            `json:"name,omitempty"`
	Issuer            string            `json:"issuer,omitempty"`
	ConnectorPolicies []ConnectorPolicy `json:"connectorPolicies,omitempty"` // asked in this order
	Data              json.RawMessage   `json:"data,omitempty"`
}

// ConnectorPolicy says for whom a tenant asks a connector.
type ConnectorPolicy struct {
	ConnectorID string   `json:"connectorId"`
	Domains     []string `json:"domains"` // of e-mail addresses; "*" is every login id
	Migrate     bool     `json:"migrate"` // ask once, then keep the user and the password

	rest rest
}

// UnmarshalJSON keeps the properties that ConnectorPolicy does not name.
func (p *ConnectorPolicy) UnmarshalJSON(data []byte) error {
	type plain ConnectorPolicy
	return p.rest.decode(data, (*plain)(p))
}

// MarshalJSON writes them back.
func (p ConnectorPolicy) MarshalJSON() ([]byte, error) {
	type plain ConnectorPolicy
	return p.rest.encode(plain(p))
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

// CreateTenant creates t, under its id if it has one.
func (c *Client) CreateTenant(ctx context.Context, t Tenant) (Tenant, error) {
	what := call{method: http.MethodPost, path: "/api/tenant/{id}", ids: []string{t.ID}, body: envelope{"tenant": t}}
	return object[Tenant](ctx, c, what, "tenant")
}

// PatchTenant changes what patch holds; lists are replaced.
func (c *Client) PatchTenant(ctx context.Context, id string, patch Tenant) (Tenant, error) {
	what := call{
		method: http.MethodPatch, merge: true,
		path: "/api/tenant/{id}", ids: []string{id}, body: envelope{"tenant": patch},
	}
	return object[Tenant](ctx, c, what, "tenant")
}
