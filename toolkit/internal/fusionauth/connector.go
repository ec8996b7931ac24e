package fusionauth

import (
	"context"
	"net/http"
)

// DefaultConnectorID is the connector of FusionAuth's own users. It always
// exists.
const DefaultConnectorID = "e3306678-a53a-4964-9040-1c96f36dda72"

// GenericConnector is the Type of a connector that speaks JSON over HTTP.
const GenericConnector = "Generic"

// Connector is a connector. Connectors belong to no tenant.
type Connector struct {
	ID                string            `json:"id,omitempty"`
	Name              string            `json:"name"`
	Type              string            `json:"type"`
	AuthenticationURL string            `json:"authenticationURL"`
	ConnectTimeout    int64             `json:"connectTimeout"` // milliseconds
	ReadTimeout       int64             `json:"readTimeout"`    // milliseconds, up to the first byte
	Headers           map[string]Secret `json:"headers"`
	Debug             bool              `json:"debug"` // write each attempt to the event log

	rest rest
}

// UnmarshalJSON keeps the properties that Connector does not name, such as data.
func (c *Connector) UnmarshalJSON(data []byte) error {
	type plain Connector
	return c.rest.decode(data, (*plain)(c))
}

// MarshalJSON writes them back.
func (c Connector) MarshalJSON() ([]byte, error) {
	type plain Connector
	return c.rest.encode(plain(c))
}

// Connectors lists every connector, FusionAuth's own included.
func (c *Client) Connectors(ctx context.Context) ([]Connector, error) {
	var found struct {
		Connectors []Connector `json:"connectors"`
	}
	err := c.do(ctx, call{method: http.MethodGet, path: "/api/connector"}, &found)
	return found.Connectors, err
}

// Connector returns the connector with this id.
func (c *Client) Connector(ctx context.Context, id string) (Connector, error) {
	what := call{method: http.MethodGet, path: "/api/connector/{id}", ids: []string{id}}
	return object[Connector](ctx, c, what, "connector")
}

// CreateConnector creates k, under its id if it has one.
func (c *Client) CreateConnector(ctx context.Context, k Connector) (Connector, error) {
	what := call{method: http.MethodPost, path: "/api/connector/{id}", ids: []string{k.ID}, body: envelope{"connector": k}}
	return object[Connector](ctx, c, what, "connector")
}

// UpdateConnector replaces the connector with k's id by k.
func (c *Client) UpdateConnector(ctx context.Context, k Connector) (Connector, error) {
	what := call{method: http.MethodPut, path: "/api/connector/{id}", ids: []string{k.ID}, body: envelope{"connector": k}}
	return object[Connector](ctx, c, what, "connector")
}
