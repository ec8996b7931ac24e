package workspace

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
)

// Reopen takes a user back to Exported or Planned: one who was refused and is
// tried again, or one whose import was undone. With Again and Unlink it is the
// only way back, and is kept as an event of the run.
func (r *Run) Reopen(ctx context.Context, user int64, to State, reason string) error {
	keep := "planned = null"
	if to == Planned {
		keep = "planned = planned"
	} else if to != Exported {
		return fmt.Errorf("reopen a user as %s: %w", to, ErrBackwards)
	}
	err := r.w.tx(ctx, func(tx *sql.Tx) error {
		n, err := affected(ctx, tx, `update users set state = $1, reason = $2, moved = $3, batch = null, imported = null, imported_by = null,
			linked = null, reset = null, verified = null, `+keep+` where n = $4`, to, reason, r.w.instant(), user)
		if err == nil && n == 0 {
			err = ErrNoUser
		}
		if err != nil {
			return err
		}
		return r.note(ctx, tx, Event{Kind: "reopened", User: user})
	})
	if err != nil {
		return fmt.Errorf("reopen a user: %w", err)
	}
	return nil
}

// Again takes everybody in these states who is not across back to Exported, to
// be planned anew, and tells how many there were. Users stay in their batch.
func (r *Run) Again(ctx context.Context, states ...State) (n int, err error) {
	args := []any{Exported, r.w.instant(), r.n}
	for _, s := range states {
		args = append(args, s)
	}
	err = r.w.tx(ctx, func(tx *sql.Tx) error {
		n, err = affected(ctx, tx, `update users set state = $1, reason = '', moved = $2, planned = null
			where pool = $3 and imported is null and state in `+tuple(4, len(states)), args...)
		if err != nil || n == 0 {
			return err
		}
		detail, err := json.Marshal(map[string]any{"users": n, "states": states})
		if err != nil {
			return err
		}
		return r.note(ctx, tx, Event{Kind: "reopened", Detail: detail})
	})
	if err != nil {
		return 0, fmt.Errorf("reopen users: %w", err)
	}
	return n, nil
}

// Unlinked is the kind of the events that Unlink notes.
const Unlinked = "unlinked"

// Unlink takes back that a user was linked; the detail says with what.
func (r *Run) Unlink(ctx context.Context, user int64, detail json.RawMessage) error {
	err := r.w.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "update users set linked = null, state = case when state = $1 then $2 else state end, moved = $3 where n = $4",
			Linked, Imported, r.w.instant(), user)
		if err != nil {
			return err
		}
		return r.note(ctx, tx, Event{Kind: Unlinked, User: user, Detail: detail})
	})
	if err != nil {
		return fmt.Errorf("take a link back: %w", err)
	}
	return nil
}
