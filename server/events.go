package server

import (
	"context"
	"errors"

	"wherry/server/internal/deliver"
	"wherry/server/internal/events"
	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// settingInstance is the name under which the instance's own id is stored.
const settingInstance = "instance-id"

// wireEvents makes what tells of events, before anything that could raise one.
func (s *Server) wireEvents() {
	s.bus = &events.Bus{
		Webhooks: s.db.Webhooks, Tenants: s.db.Tenants, Configuration: s.db.SystemConfiguration, Jobs: s.jobs, Now: s.config.Now, NewID: newID,
		Sender: &deliver.Webhooks{Signer: s.keys, Keys: s.db.SigningKeys, AllowPrivate: s.config.AllowPrivateConnectors},
	}
	s.logs = &events.Logs{Store: s.db, Bus: s.bus}
	s.bus.Log = s.logs
	s.jobs.Handle(events.Kind, s.bus.Deliver, events.Waits...)
	s.db.Tenants.OnChange(s.bus.Drop)
	s.db.Webhooks.OnChange(s.bus.Drop)
}

// beginImport begins an import that is told of.
func (s *Server) beginImport(ctx context.Context) (identity.Import, error) {
	batch, err := s.db.NewImport()
	if err != nil {
		return nil, err
	}
	return s.bus.Import(ctx, batch)
}

// tellOfKickstart says that the instance is set up.
func (s *Server) tellOfKickstart(ctx context.Context) error {
	id := newID()
	e := events.Event{Type: events.KickstartSuccess, Body: map[string]any{"instanceId": id}}
	return errors.Join(s.db.Settle(ctx, settingInstance, string(id)), s.bus.Tell(ctx, &identity.EventInfo{}, e))
}

// logEvent writes to the event log what happened beside requests.
func (s *Server) logEvent(ctx context.Context, message string) {
	if err := s.logs.LogEvent(ctx, fa.EventError, message); err != nil {
		s.config.Log.ErrorContext(ctx, "event log cannot be written", "error", err)
	}
}
