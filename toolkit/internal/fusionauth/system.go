package fusionauth

import (
	"context"
	"errors"
	"net/http"
)

// Version returns the version of FusionAuth, such as 1.69.0.
func (c *Client) Version(ctx context.Context) (string, error) {
	return object[string](ctx, c, call{method: http.MethodGet, path: "/api/system/version"}, "version")
}

// Kind is who speaks FusionAuth's API.
type Kind string

// The kinds.
const (
	RealFusionAuth Kind = "FusionAuth"
	Wherry         Kind = "Wherry"
)

// Kind tells who answers, and the version of the API.
func (c *Client) Kind(ctx context.Context) (Kind, string, error) {
	version, err := c.Version(ctx)
	if err != nil {
		return "", "", err
	}
	var status struct {
		Wherry string `json:"wherry"`
	}
	if err := c.do(ctx, call{method: http.MethodGet, path: "/api/status"}, &status); err == nil && status.Wherry != "" {
		return Wherry, version, nil
	}
	return RealFusionAuth, version, nil // its status has no form that one could rely on
}

// Features tells which of the features that FusionAuth sells are ACTIVE.
func (c *Client) Features(ctx context.Context) (map[string]string, error) {
	status, err := object[map[string]any](ctx, c, call{method: http.MethodGet, path: "/api/reactor"}, "status")
	features := map[string]string{}
	for name, value := range status {
		if text, ok := value.(string); ok {
			features[name] = text
		}
	}
	return features, err
}

// Permitted tells whether the API key may call an endpoint. It sends an empty
// request about nothing, which changes nothing: without the permission it is
// refused before it is read.
func (c *Client) Permitted(ctx context.Context, method, path string) (bool, error) {
	what := call{method: method, path: path}
	if method != http.MethodGet {
		what.body = envelope{}
	}
	err := c.do(ctx, what, nil)
	var refused *Error
	if !errors.As(err, &refused) {
		return err == nil, err
	}
	return refused.Status != http.StatusUnauthorized, nil
}
