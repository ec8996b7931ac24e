package workspace

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"time"
)

// Event is something a run did, kept so that it can be shown and undone.
type Event struct {
	N      int64           `json:"n"`
	Run    int64           `json:"run"`
	At     time.Time       `json:"at"`
	Kind   string          `json:"kind"` // in the run's own words: "link-made", "mail-sent"
	User   int64           `json:"user,omitempty"`
	Detail json.RawMessage `json:"detail,omitempty"` // may hold personal data: it is encrypted with the documents
}

// Note keeps events, in one transaction. N, Run and At are filled in.
func (r *Run) Note(ctx context.Context, events ...Event) error {
	err := r.w.tx(ctx, func(tx *sql.Tx) error { return r.note(ctx, tx, events...) })
	if err != nil {
		return fmt.Errorf("note what was done: %w", err)
	}
	return nil
}

func (r *Run) note(ctx context.Context, tx *sql.Tx, events ...Event) error {
	for _, e := range events {
		detail, err := r.w.seal.close(append([]byte{}, e.Detail...), "event "+e.Kind)
		if err != nil {
			return err
		}
		var user any
		if e.User != 0 {
			user = e.User
		}
		_, err = tx.ExecContext(ctx, "insert into events (run, user_n, at, kind, detail) values ($1, $2, $3, $4, $5)",
			r.N, user, r.w.instant(), e.Kind, detail)
		if err != nil {
			return err
		}
	}
	return nil
}

// Events runs over what a run noted of a kind, in order; "" is every kind.
func (p *Pool) Events(ctx context.Context, run int64, kind string) iter.Seq2[Event, error] {
	return p.events(ctx, "run = $2 and ($3 = '' or kind = $3)", run, kind)
}

// EventsOf runs over what any run noted about a user, in order.
func (p *Pool) EventsOf(ctx context.Context, user int64) iter.Seq2[Event, error] {
	return p.events(ctx, "user_n = $2 and $3 = ''", user, "")
}

func (p *Pool) events(ctx context.Context, where string, args ...any) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		var after int64
		for {
			events, err := list(ctx, p.w.reader, p.w.event,
				fmt.Sprintf("select n, run, at, kind, coalesce(user_n, 0), detail from events where n > $1 and %s order by n limit %d", where, page),
				append([]any{after}, args...)...)
			if err != nil {
				yield(Event{}, fmt.Errorf("read what was done: %w", err))
				return
			}
			for _, e := range events {
				if after = e.N; !yield(e, nil) {
					return
				}
			}
			if len(events) < page {
				return
			}
		}
	}
}

func (w *Workspace) event(rows *sql.Rows) (e Event, err error) {
	var ms int64
	var detail []byte
	if err := rows.Scan(&e.N, &e.Run, &ms, &e.Kind, &e.User, &detail); err != nil {
		return e, err
	}
	e.At = at(ms)
	e.Detail, err = w.seal.open(detail, "event "+e.Kind)
	return e, err
}
