package deliver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// maxAnswer bounds what a connector may answer, in bytes.
const maxAnswer = 1 << 20

// Connectors asks external systems about passwords; it is the caller behind
// identity.Outside.
type Connectors struct {
	Events       EventLog
	Now          func() time.Time
	AllowPrivate bool

	mu      sync.Mutex
	clients map[fa.ID]connectorClient
}

// connectorClient keeps connections alive for as long as the connector's
// settings stay as they are.
type connectorClient struct {
	settings int64 // lastUpdateInstant
	*http.Client
}

// Authenticate implements identity.Outside.
func (c *Connectors) Authenticate(ctx context.Context, conn *fa.Connector, request identity.ConnectorRequest) (*fa.User, error) {
	trace := newTrace(conn, request, c.Now)
	user, err := c.generic(ctx, conn, request, trace)
	switch {
	case err != nil:
		err = c.Events.LogEvent(context.WithoutCancel(ctx), fa.EventError, trace.failure(err))
	case conn.Debug:
		err = c.Events.LogEvent(context.WithoutCancel(ctx), fa.EventDebug, trace.String())
	}
	if err == nil && user == nil {
		err = identity.ErrCredentials
	}
	return user, err
}

// generic returns nil, nil when the connector does not vouch for the password,
// and an error when it could not be asked or what it said makes no sense.
//
// Source: https://fusionauth.io/docs/lifecycle/migrate-users/connectors/generic-connector
func (c *Connectors) generic(ctx context.Context, conn *fa.Connector, request identity.ConnectorRequest, t *trace) (*fa.User, error) {
	if conn.Type != fa.ConnectorGeneric {
		return nil, fmt.Errorf("connectors of the type %s cannot be asked yet", conn.Type)
	}
	// The read timeout covers the time to the first byte; a body that trickles
	// gets as long again.
	patience := time.Duration(conn.ConnectTimeout+2*conn.ReadTimeout) * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := newConnectorRequest(ctx, conn, request)
	if err != nil {
		return nil, err
	}
	resp, err := c.client(conn).Do(req)
	if err != nil {
		return nil, plainly(err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	t.answered(resp, body)
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return nil, nil //nolint:nilnil // documented above: nobody, and no error
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("status %d is neither 200 nor 404", resp.StatusCode)
	case err != nil:
		return nil, plainly(err)
	case len(body) > maxAnswer:
		return nil, errors.New("the answer is larger than 1 MiB")
	}
	return t.user(body)
}

func newConnectorRequest(ctx context.Context, conn *fa.Connector, request identity.ConnectorRequest) (*http.Request, error) {
	if request.LoginIDTypes == nil {
		request.LoginIDTypes = []string{}
	}
	body, err := fa.Encode(request)
	if err != nil {
		return nil, fmt.Errorf("encode the request: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, conn.AuthenticationURL, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("the authentication URL cannot be used")
	}
	req.Header.Set("Accept", "application/json")
	if conn.HTTPAuthenticationUsername != "" {
		req.SetBasicAuth(conn.HTTPAuthenticationUsername, conn.HTTPAuthenticationPassword)
	}
	for name, value := range conn.Headers {
		req.Header.Set(name, value)
	}
	req.Header.Set("Content-Type", "application/json")
	return req, nil
}

func (c *Connectors) client(conn *fa.Connector) *http.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	known, ok := c.clients[conn.ID]
	if ok && known.settings == conn.LastUpdateInstant {
		return known.Client
	}
	if ok {
		known.CloseIdleConnections()
	}
	if c.clients == nil {
		c.clients = map[fa.ID]connectorClient{}
	}
	connect, read := time.Duration(conn.ConnectTimeout)*time.Millisecond, time.Duration(conn.ReadTimeout)*time.Millisecond
	fresh := newClient(connect, read, c.AllowPrivate)
	c.clients[conn.ID] = connectorClient{conn.LastUpdateInstant, fresh}
	return fresh
}

// plainly names what went wrong with a call, without the URL around it.
func plainly(err error) error {
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, errPrivate):
		return errPrivate
	case errors.As(err, &timeout) && timeout.Timeout():
		return errors.New("it did not answer in time")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errors.New("it broke the connection off")
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	return fmt.Errorf("it cannot be reached: %w", err)
}
