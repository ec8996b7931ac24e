package api

import (
	"context"
	"time"

	"wherry/server/internal/fa"
)

// Connectors serves /api/connector.
//
// Source: https://fusionauth.io/docs/apis/connectors/
type Connectors struct {
	Store Documents[fa.Connector]
	NewID func() fa.ID
	Now   func() time.Time
}

// Mount registers the endpoints.
func (h *Connectors) Mount(m *Mux) {
	connectors := &resource[fa.Connector]{
		name: "connector", plural: "connectors", path: "/api/connector",
		store: h.Store, blank: fa.NewConnector,
		create: h.create, keep: h.keep, check: checkConnector,
		removable: removableConnector,
	}
	connectors.mount(m.HandleGlobal)
}

func (h *Connectors) create(_ context.Context, _ caller, conn *fa.Connector, id fa.ID) error {
	conn.ID = id
	if conn.ID == "" {
		conn.ID = h.NewID()
	}
	conn.InsertInstant = h.Now().UnixMilli()
	conn.LastUpdateInstant = conn.InsertInstant
	return nil
}

// keep holds on to the type; of FusionAuth's own connector only the name can
// be changed.
func (h *Connectors) keep(next, current *fa.Connector) {
	if current.ID == fa.ConnectorID {
		name := next.Name
		*next = *current
		next.Name = name
	}
	next.ID, next.Type, next.InsertInstant = current.ID, current.Type, current.InsertInstant
	next.LastUpdateInstant = h.Now().UnixMilli()
}

func checkConnector(c *fa.Connector) error {
	c.Normalize()
	return c.Validate()
}

func removableConnector(c *fa.Connector) error {
	if c.ID == fa.ConnectorID {
		return fa.GeneralError("invalid", "The FusionAuth connector cannot be deleted.")
	}
	return nil
}
