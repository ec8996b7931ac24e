package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
)

// NoteWebhookEvent adds attempts and a result to an event of the webhook event
// log, or the event when it is new.
func (db *DB) NoteWebhookEvent(ctx context.Context, e fa.WebhookEventLog) error {
	err := db.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `insert into webhook_event_logs
			(id, event_type, event_result, linked_object_id, insert_instant, last_update_instant, event) values (`+parameters(7)+`)
			on conflict (id) do update set event_result = excluded.event_result, last_update_instant = excluded.last_update_instant`,
			e.ID, e.EventType, e.EventResult, e.LinkedObjectID, e.InsertInstant, e.LastUpdateInstant, string(e.Event)); err != nil {
			return err
		}
		for _, a := range e.Attempts {
			doc, err := fa.Encode(a)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "insert into webhook_attempt_logs (id, event_id, start_instant, doc) values ("+parameters(4)+
				") on conflict (id) do nothing", a.ID, e.ID, a.StartInstant, string(doc)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write the webhook event log: %w", err)
	}
	return nil
}

// WebhookEventLog returns an event with its attempts, or fa.ErrNotFound.
func (db *DB) WebhookEventLog(ctx context.Context, id fa.ID) (*fa.WebhookEventLog, error) {
	e, err := scanWebhookEvent(db.reader.QueryRowContext(ctx, "select "+webhookEventColumns+" from "+webhookEvents+" where e.id = $1", id))
	if err == nil {
		err = db.loadAttempts(ctx, e)
	}
	if err != nil {
		return nil, fmt.Errorf("read the webhook event log: %w", missing(err))
	}
	return e, nil
}

// WebhookAttemptLog returns an attempt, or fa.ErrNotFound.
func (db *DB) WebhookAttemptLog(ctx context.Context, id fa.ID) (fa.WebhookAttemptLog, error) {
	a, err := db.scanAttempt(db.reader.QueryRowContext(ctx, "select doc from webhook_attempt_logs where id = $1", id))
	if err != nil {
		return a, fmt.Errorf("read the webhook attempt log: %w", err)
	}
	return a, nil
}

// SearchWebhookEventLog returns the events found, and how many there are in all.
func (db *DB) SearchWebhookEventLog(ctx context.Context, s fa.WebhookEventSearch) ([]*fa.WebhookEventLog, int, error) {
	var where conditions
	where.like("e.event", s.Event)
	where.id("e.event_type", fa.ID(storable(s.EventType)))
	where.id("e.event_result", fa.ID(storable(s.EventResult)))
	where.since("e.insert_instant", s.Start, s.End)
	order, err := webhookEventSorting.by(s.Order)
	if err != nil {
		return nil, 0, fmt.Errorf("search the webhook event log: %w", err)
	}
	found, total, err := page(ctx, db.reader, scanWebhookEvent, webhookEventColumns, " from "+webhookEvents+" where "+where.String(),
		order+", e.sequence desc", where.args, s.Limit, s.Offset)
	for _, e := range found {
		if err == nil {
			err = db.loadAttempts(ctx, e)
		}
	}
	if err != nil {
		return nil, 0, fmt.Errorf("search the webhook event log: %w", err)
	}
	return found, total, nil
}

// webhookEventSorting is what events can be sorted by. The last change of one is
// its last attempt.
var webhookEventSorting = sorting{
	"eventResult": "e.event_result", "eventType": "e.event_type", "id": "e.id", "insertInstant": "e.insert_instant",
	"lastAttemptInstant": "e.last_update_instant", "linkedObjectId": "e.linked_object_id", "sequence": "e.sequence",
}

const (
	webhookEvents       = "webhook_event_logs e"
	webhookEventColumns = "e.id, e.sequence, e.event_type, e.event_result, e.linked_object_id, e.insert_instant, e.last_update_instant, e.event"
)

func scanWebhookEvent(row scanner) (*fa.WebhookEventLog, error) {
	e := &fa.WebhookEventLog{Data: fa.Data{}}
	var event string
	err := row.Scan(&e.ID, &e.Sequence, &e.EventType, &e.EventResult, &e.LinkedObjectID, &e.InsertInstant, &e.LastUpdateInstant, &event)
	e.Event = jsontext.Value(event)
	return e, err
}

func (db *DB) scanAttempt(row scanner) (a fa.WebhookAttemptLog, err error) {
	err = db.scan(row, "webhook_attempt_logs", &a)
	return a, err
}

func (db *DB) loadAttempts(ctx context.Context, e *fa.WebhookEventLog) (err error) {
	e.Attempts, err = list(ctx, db.reader, db.scanAttempt, "select doc from webhook_attempt_logs where event_id = $1 order by start_instant, id", e.ID)
	for _, a := range e.Attempts {
		e.LastAttemptInstant = a.StartInstant
		if a.AttemptResult == fa.AttemptSuccess {
			e.SuccessfulAttempts++
		} else {
			e.FailedAttempts++
		}
	}
	return err
}
