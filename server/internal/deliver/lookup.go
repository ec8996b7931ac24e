package deliver

import (
	"context"
	"errors"
	"fmt"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// A request that only asks whether somebody is known carries this header. A
// connector that does not know it sees a sign-in without a password, and refuses
// it; should it vouch for it all the same, the outcome is missing in its answer,
// and the answer counts for nothing.
const (
	requestHeader = "Wherry-Request"
	requestLookUp = "look-up"
	outcomeKnown  = "known"
)

// Known implements identity.Outside.
func (c *Connectors) Known(ctx context.Context, conn *fa.Connector, request identity.LookUp) (*fa.User, error) {
	trace := newTrace(conn, identity.ConnectorRequest{
		ApplicationID: request.ApplicationID, EventInfo: request.EventInfo, LoginID: request.LoginID,
	}, "look up for", c.Now)
	if request.LoginIDTypes == nil {
		request.LoginIDTypes = []string{}
	}
	user, failure := c.known(ctx, conn, request, trace)
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("ask the connector: %w", err)
	}
	if err := c.report(ctx, conn, trace, failure); err != nil {
		return nil, err
	}
	if user == nil {
		return nil, fa.ErrNotFound
	}
	return user, nil
}

func (c *Connectors) known(ctx context.Context, conn *fa.Connector, request identity.LookUp, t *trace) (*fa.User, error) {
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
	req, err := newConnectorRequest(ctx, conn, request)
	if err != nil {
		return nil, err
	}
	req.Header.Set(requestHeader, requestLookUp)
	body, err := found(client, req, t)
	switch {
	case err != nil || body == nil:
		return nil, err
	case t.outcome != outcomeKnown:
		return nil, errors.New("it answers a look-up as if that were a sign-in; take [data.wherry.forgotPassword] out of the connector, or let it be asked")
	}
	return t.user(body)
}
