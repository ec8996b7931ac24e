package compat

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/FusionAuth/go-client/pkg/fusionauth"
)

// extended is the client for Go with methods that it lacks or that have no room
// for what has to be sent, built of the same parts as its own.
type extended struct{ *fusionauth.FusionAuthClient }

// document is a response of any shape.
type document struct {
	fusionauth.BaseHTTPResponse
	content any
}

func (d *document) UnmarshalJSON(content []byte) error { return json.Unmarshal(content, &d.content) }
func (d *document) MarshalJSON() ([]byte, error)       { return json.Marshal(d.content) }

// Request is for what no method of the client does; GET and DELETE have
// parameters instead of a body.
func (c extended) Request(method, path string, body any, contentType string) (*document, any, error) {
	var d document
	var refused any
	r := c.Start(&d, &refused).WithMethod(method).WithUri(path)
	parameters, _ := body.(map[string]any)
	switch {
	case method == http.MethodGet || method == http.MethodDelete:
		for name, value := range parameters {
			r = r.WithParameter(name, value)
		}
	case body != nil:
		r = r.WithJSONBody(body).WithHeader("Content-Type", cmp.Or(contentType, "application/json"))
	}
	err := r.Do(context.Background())
	return &d, refused, err
}

// The client's own methods say nothing of access tokens.

func (c extended) IntrospectAccessToken(clientID, token string) (*document, any, error) {
	var d document
	var refused any
	err := c.StartAnonymous(&d, &refused).WithUri("/oauth2/introspect").WithMethod(http.MethodPost).
		WithFormData(url.Values{"client_id": {clientID}, "token": {token}}).Do(context.Background())
	return &d, refused, err
}

func (c extended) RetrieveUserInfoFromAccessToken(token string) (*document, any, error) {
	var d document
	var refused any
	err := c.StartAnonymous(&d, &refused).WithUri("/oauth2/userinfo").WithMethod(http.MethodGet).WithAuthorization("Bearer " + token).Do(context.Background())
	return &d, refused, err
}

// The client's own requests have no room for what the types of connectors,
// messengers, message templates and identity providers need.

func (c extended) CreateConnector(id string, request any) (*document, any, error) {
	return c.Request(http.MethodPost, "/api/connector/"+id, request, "")
}

func (c extended) UpdateConnector(id string, request any) (*document, any, error) {
	return c.Request(http.MethodPut, "/api/connector/"+id, request, "")
}

func (c extended) CreateMessenger(id string, request any) (*document, any, error) {
	return c.Request(http.MethodPost, "/api/messenger/"+id, request, "")
}

func (c extended) UpdateMessenger(id string, request any) (*document, any, error) {
	return c.Request(http.MethodPut, "/api/messenger/"+id, request, "")
}

func (c extended) CreateMessageTemplate(id string, request any) (*document, any, error) {
	return c.Request(http.MethodPost, "/api/message/template/"+id, request, "")
}

func (c extended) UpdateMessageTemplate(id string, request any) (*document, any, error) {
	return c.Request(http.MethodPut, "/api/message/template/"+id, request, "")
}

func (c extended) RetrieveMessageTemplatePreview(request any) (*document, any, error) {
	return c.Request(http.MethodPost, "/api/message/template/preview", request, "")
}

func (c extended) CreateIdentityProvider(id string, request any) (*document, any, error) {
	return c.Request(http.MethodPost, "/api/identity-provider/"+id, request, "")
}

func (c extended) RetrieveIdentityProvider(id string) (*document, any, error) {
	return c.Request(http.MethodGet, "/api/identity-provider/"+id, nil, "")
}

func (c extended) RetrieveIdentityProviders() (*document, any, error) {
	return c.Request(http.MethodGet, "/api/identity-provider", nil, "")
}

func (c extended) UpdateIdentityProvider(id string, request any) (*document, any, error) {
	return c.Request(http.MethodPut, "/api/identity-provider/"+id, request, "")
}

// StartWebAuthnRegistration has numbers for algorithms, as browsers want them;
// the client's own type has texts.
func (c extended) StartWebAuthnRegistration(request any) (*document, any, error) {
	return c.Request(http.MethodPost, "/api/webauthn/register/start", request, "")
}
