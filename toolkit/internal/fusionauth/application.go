package fusionauth

import (
	"context"
	"net/http"
)

// Application is an application that is there.
type Application struct {
	ID   string `json:"id"`
	Name string `json:"name"`
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
