package workspace

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Move is one user's next step.
type Move struct {
	User   int64 // its number
	To     State
	Reason string // why, for Refused and Skipped; counted by, so without personal data

	// Plan is what the user becomes, with To Planned.
	Plan *Plan
}

// Plan is what a user becomes in the target.
type Plan struct {
	Document []byte // JSON, as whoever imports it wants it
	Names    Names  // its login ids in the target, for Collisions
}

// ErrBackwards says that a user has come too far for a step.
var ErrBackwards = errors.New("a user's state only moves forward")

// moves is how many moves are written in one transaction.
const movesAtATime = 1000

// Move takes users a step forward. A step that a user has done already is left
// alone, so the same moves may be made again after an interruption. Users can
// be refused or skipped until they are imported. Long lists are written in
// several transactions.
func (r *Run) Move(ctx context.Context, moves ...Move) error {
	for len(moves) > 0 {
		some := moves[:min(len(moves), movesAtATime)]
		moves = moves[len(some):]
		err := r.w.tx(ctx, func(tx *sql.Tx) error { return r.move(ctx, tx, some) })
		if err != nil {
			return fmt.Errorf("write down what became of users: %w", err)
		}
	}
	return nil
}

func (r *Run) move(ctx context.Context, tx *sql.Tx, moves []Move) error {
	for _, m := range moves {
		n, err := affected(ctx, tx, r.step(m.To)+" and n = $4", m.To, m.Reason, r.w.instant(), m.User)
		if err != nil {
			return err
		}
		if n == 0 {
			if err := r.alreadyThere(ctx, tx, m); err != nil {
				return err
			}
			continue
		}
		if m.Plan != nil {
			if err := r.plan(ctx, tx, m); err != nil {
				return err
			}
		}
	}
	return nil
}

// step is the statement that takes users to a state: $1 the state, $2 the
// reason, $3 now. Users who are further keep their state and get the instant.
func (r *Run) step(to State) string {
	switch {
	case !to.stage():
		return "update users set state = $1, reason = $2, moved = $3, batch = null where imported is null and state < $1"
	case to == Imported:
		return fmt.Sprintf(`update users set state = $1, reason = $2, moved = $3, batch = null, imported = $3, imported_by = %d
			where imported is null and state < $1`, r.N)
	default:
		return fmt.Sprintf(`update users set state = case when state > $1 then state else $1 end, reason = $2, moved = $3, batch = null, %[1]s = $3
			where %[1]s is null and state < %[2]d`, to, Refused)
	}
}

// alreadyThere tells a step that was done before from one that cannot be done.
func (r *Run) alreadyThere(ctx context.Context, tx *sql.Tx, m Move) error {
	var id string
	var state State
	var done bool
	reached := fmt.Sprintf("state = %d", m.To)
	if m.To.stage() {
		reached = m.To.String() + " is not null"
	}
	err := tx.QueryRowContext(ctx, "select id, state, "+reached+" from users where n = $1", m.User).Scan(&id, &state, &done)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNoUser
	}
	if err != nil || done {
		return err
	}
	return fmt.Errorf("user %s is %s and cannot become %s: %w", id, state, m.To, ErrBackwards)
}

func (r *Run) plan(ctx context.Context, tx *sql.Tx, m Move) error {
	var id string
	if err := tx.QueryRowContext(ctx, "select id from users where n = $1", m.User).Scan(&id); err != nil {
		return err
	}
	seal := r.w.seal
	doc, err := seal.close(m.Plan.Document, "target "+id)
	if err != nil {
		return err
	}
	names := m.Plan.Names
	_, err = tx.ExecContext(ctx, `insert into targets (n, doc, username_key, email_key, phone_key) values ($1, $2, $3, $4, $5)
		on conflict (n) do update set doc = excluded.doc, username_key = excluded.username_key, email_key = excluded.email_key, phone_key = excluded.phone_key`,
		m.User, doc, orNull(seal.name(names.Username)), orNull(seal.name(names.Email)), orNull(seal.name(names.Phone)))
	return err
}

// Reopen takes a user back to Exported or Planned: one who was refused and is
// tried again, or one whose import was undone. It is the only way back, and is
// kept as an event of the run.
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
