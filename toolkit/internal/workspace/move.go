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
	Remarks  []byte // JSON, what somebody should know about it; nil if nothing
}

// ErrBackwards says that a user has come too far for a step.
var ErrBackwards = errors.New("a user's state only moves forward")

// movesAtATime is how many moves are written in one transaction.
const movesAtATime = 1000

// Move takes users a step forward. A step that a user has done already is left
// alone, so the same moves may be made again after an interruption. Users can
// be refused or skipped until they are imported. Long lists are written in
// several transactions. Several goroutines may move at a time: what takes
// processor time is done beside the database.
func (r *Run) Move(ctx context.Context, moves ...Move) error {
	for len(moves) > 0 {
		some := moves[:min(len(moves), movesAtATime)]
		moves = moves[len(some):]
		stored, err := r.store(ctx, some)
		if err == nil {
			err = r.w.tx(ctx, func(tx *sql.Tx) error { return r.move(ctx, tx, some, stored) })
		}
		if err != nil {
			return fmt.Errorf("write down what became of users: %w", err)
		}
	}
	return nil
}

// move makes moves; those in a row that are alike by one statement.
func (r *Run) move(ctx context.Context, tx *sql.Tx, moves []Move, plans map[int64]storedPlan) error {
	for len(moves) > 0 {
		n := 1
		for n < min(len(moves), movesAtATime) && moves[n].To == moves[0].To && moves[n].Reason == moves[0].Reason {
			n++
		}
		if err := r.moveAlike(ctx, tx, moves[:n], plans); err != nil {
			return err
		}
		moves = moves[n:]
	}
	return nil
}

func (r *Run) moveAlike(ctx context.Context, tx *sql.Tx, moves []Move, plans map[int64]storedPlan) error {
	first := moves[0]
	users := make([]int64, len(moves))
	for i, m := range moves {
		users[i] = m.User
	}
	moved := make(map[int64]bool, len(moves))
	_, err := list(ctx, tx, func(rows *sql.Rows) (n int64, err error) {
		err = rows.Scan(&n)
		moved[n] = true
		return n, err
	}, r.step(first.To)+" and n in "+literal(users)+" returning n", first.To, first.Reason, r.w.instant())
	if err != nil {
		return err
	}
	var planned []storedPlan
	for _, m := range moves {
		p, ok := plans[m.User]
		switch {
		case !moved[m.User]:
			if err := r.alreadyThere(ctx, tx, m); err != nil {
				return err
			}
		case ok && m.Plan != nil:
			planned = append(planned, p)
		}
	}
	return r.keepPlans(ctx, tx, planned)
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
	case to > Imported:
		return fmt.Sprintf(`update users set state = case when state > $1 then state else $1 end, reason = case when state = %[2]d then reason else $2 end,
			moved = $3, batch = null, %[1]s = $3 where %[1]s is null and (state < %[3]d or state = %[2]d and reason = '%[4]s')`,
			to, Skipped, Refused, AlreadyAcross)
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

// Record makes moves and notes events, all of it or nothing. It is for a few:
// they are written in one transaction.
func (r *Run) Record(ctx context.Context, moves []Move, events ...Event) error {
	stored, err := r.store(ctx, moves)
	if err == nil {
		err = r.w.tx(ctx, func(tx *sql.Tx) error {
			if err := r.move(ctx, tx, moves, stored); err != nil {
				return err
			}
			return r.note(ctx, tx, events...)
		})
	}
	if err != nil {
		return fmt.Errorf("write down what became of users: %w", err)
	}
	return nil
}
