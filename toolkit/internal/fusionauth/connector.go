package fusionauth

import (
	"context"
	"net/http"
)

// DefaultConnectorID is the connector of FusionAuth's own users. It always
// exists.
const DefaultConnectorID = "e3306678-a53a-4964-9040-1c96f36dda72"

// GenericConnector is the type of a connector that speaks JSON over HTTP.
const GenericConnector = "Generic"

// Connector is a connector that is there. Connectors belong to no tenant.
type Connector struct {
	ID   string `json:"id"`
	Name string `json:"name"`
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
