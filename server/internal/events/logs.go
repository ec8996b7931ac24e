package events

import (
	"context"

	"wherry/server/internal/fa"
)

// LogStore is the storage of the logs.
type LogStore interface {
	AddEventLog(ctx context.Context, e *fa.EventLog) error
	AddAuditLog(ctx context.Context, a *fa.AuditLog) error
	NoteWebhookEvent(ctx context.Context, e fa.WebhookEventLog) error
}

// Logs is the logs, with events.
type Logs struct {
	Store LogStore
	Bus   *Bus
}

// LogEvent writes an entry of the event log.
func (s *Logs) LogEvent(ctx context.Context, kind, message string) error {
	e := &fa.EventLog{Type: kind, Message: message}
	return s.Bus.Change(ctx, func(ctx context.Context, raise Raise) error {
		raise(Event{Type: EventLogCreate, Body: map[string]any{"eventLog": e}})
		return s.Store.AddEventLog(ctx, e)
	})
}

// AddAuditLog writes an entry of the audit log.
func (s *Logs) AddAuditLog(ctx context.Context, a *fa.AuditLog) error {
	return s.Bus.Change(ctx, func(ctx context.Context, raise Raise) error {
		raise(Event{Type: AuditLogCreate, Body: map[string]any{"auditLog": a}})
		return s.Store.AddAuditLog(ctx, a)
	})
}

// NoteWebhookEvent is part of Log. Nobody is told: that would never end.
func (s *Logs) NoteWebhookEvent(ctx context.Context, e fa.WebhookEventLog) error {
	return s.Store.NoteWebhookEvent(ctx, e)
}
