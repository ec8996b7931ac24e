package deliver

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
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
	Lambdas      Reconciler     // makes users of what directories say
	Roots        *x509.CertPool // whom directories are trusted by; nil: whom the system trusts
	Now          func() time.Time
	Keys         Keys // for client certificates
	AllowPrivate bool

	clients clients
}

// receiver is the connector as the one who is called.
func (c *Connectors) receiver(ctx context.Context, conn *fa.Connector) (receiver, error) {
	r := newReceiver(conn.ConnectTimeout, conn.ReadTimeout)
	return r, r.certify(ctx, c.Keys, conn.SSLCertificateKeyID)
}

// Authenticate implements identity.Outside.
func (c *Connectors) Authenticate(ctx context.Context, conn *fa.Connector, request identity.ConnectorRequest) (*fa.User, error) {
	trace := newTrace(conn, request, "authenticate to", c.Now)
	user, failure := c.ask(ctx, conn, request, trace)
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("ask the connector: %w", err) // whoever signs in has left: nobody is to blame
	}
	if err := c.report(ctx, conn, trace, failure); err != nil {
		return nil, err
	}
	if user == nil {
		return nil, identity.ErrCredentials
	}
	return user, nil
}

// report writes to the event log what the connector's settings and the outcome
// ask for, even when whoever signs in leaves meanwhile.
func (c *Connectors) report(ctx context.Context, conn *fa.Connector, trace *trace, failure error) error {
	ctx = context.WithoutCancel(ctx)
	if conn.Debug {
		if err := c.Events.LogEvent(ctx, fa.EventDebug, trace.String()); err != nil {
			return err
		}
	}
	if failure != nil {
		return c.Events.LogEvent(ctx, fa.EventError, trace.failure(failure))
	}
	return nil
}

// ask returns nil, nil when the connector does not vouch for the password, and
// an error when it could not be asked or what it said makes no sense.
func (c *Connectors) ask(ctx context.Context, conn *fa.Connector, request identity.ConnectorRequest, t *trace) (*fa.User, error) {
	to, err := c.receiver(ctx, conn)
	if err != nil {
		return nil, err
	}
	client, err := c.clients.to(to, c.AllowPrivate)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, to.whole())
	defer cancel()
	switch conn.Type {
	case fa.ConnectorLDAP:
		return c.ldap(ctx, to, conn, request, t)
	case fa.ConnectorGeneric:
		return generic(ctx, client, conn, request, t)
	case fa.ConnectorFusionAuth:
		return fusionAuth(ctx, client, conn, request, t)
	}
	return nil, fmt.Errorf("connectors of the type %s cannot be asked yet", conn.Type)
}

// generic asks an HTTP endpoint.
//
// Source: https://fusionauth.io/docs/lifecycle/migrate-users/connectors/generic-connector
func generic(ctx context.Context, client *http.Client, conn *fa.Connector, request identity.ConnectorRequest, t *trace) (*fa.User, error) {
	req, err := newSignInRequest(ctx, conn, request)
	if err != nil {
		return nil, err
	}
	body, err := found(client, req, t)
	if err != nil || body == nil {
		return nil, err
	}
	return t.user(body)
}

// found makes a request; the body is nil when the connector knows nobody of that
// kind.
func found(client *http.Client, req *http.Request, t *trace) ([]byte, error) {
	status, body, err := call(client, req, t)
	switch {
	case err != nil:
		return nil, err
	case status == http.StatusNotFound:
		return nil, nil
	case status != http.StatusOK:
		return nil, fmt.Errorf("status %d is neither 200 nor 404", status)
	}
	return body, nil
}

// call makes a request. Of an answer that is no success, what the body is does
// not matter.
func call(client *http.Client, req *http.Request, t *trace) (status int, body []byte, err error) {
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, plainly(err)
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	t.answered(resp, body)
	switch {
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return resp.StatusCode, body, nil
	case err != nil:
		return resp.StatusCode, nil, plainly(err)
	case len(body) > maxAnswer:
		return resp.StatusCode, nil, errors.New("the answer is larger than 1 MiB")
	}
	return resp.StatusCode, body, nil
}

func newSignInRequest(ctx context.Context, conn *fa.Connector, request identity.ConnectorRequest) (*http.Request, error) {
	if request.LoginIDTypes == nil {
		request.LoginIDTypes = []string{}
	}
	return newConnectorRequest(ctx, conn, struct {
		identity.ConnectorRequest
		Password string `json:"password"`
	}{request, request.Password.Reveal()})
}

func newConnectorRequest(ctx context.Context, conn *fa.Connector, request any) (*http.Request, error) {
	body, err := fa.Encode(request)
	if err != nil {
		return nil, errors.New("the login id or the password is not UTF-8")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, conn.AuthenticationURL, bytes.NewReader(body))
	if err != nil || req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return nil, errors.New("the authentication URL cannot be used")
	}
	introduce(req, conn.HTTPAuthenticationUsername, conn.HTTPAuthenticationPassword, conn.Headers)
	return req, nil
}

// plainly names what went wrong with a call, without the URL around it. What
// net/http says about a malformed answer quotes parts of it, so it is left out.
func plainly(err error) error {
	var timeout interface{ Timeout() bool }
	var network *net.OpError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, errPrivate):
		return errPrivate
	case errors.As(err, &timeout) && timeout.Timeout():
		return errors.New("it did not answer in time")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errors.New("it broke the connection off")
	case errors.As(err, &network):
		return fmt.Errorf("it cannot be reached: %w", network)
	case errors.As(err, &certificate):
		return fmt.Errorf("it cannot be trusted: %w", certificate)
	}
	return errors.New("it does not answer as HTTP servers do")
}
