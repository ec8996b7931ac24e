package workspace

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"
)

// Batch is users whom one run works on, and no other. A user is in one batch
// at a time.
type Batch struct {
	N       int64
	Users   int  // how many were taken
	Resumed bool // a run that was interrupted had taken it: look what it has done
	Started time.Time
	run     *Run
}

// Next takes the users on whom to work next: first a batch that an interrupted
// run of this kind has left behind, then up to limit users whom the query
// chooses and nobody else has. Query.Source and Target do not matter. The
// error is io.EOF when nobody is left; on PostgreSQL others may still be at
// work on theirs.
//
// The query's After is moved, so that one Query value should serve a run.
func (r *Run) Next(ctx context.Context, q *Query, limit int) (*Batch, error) {
	b, after := &Batch{run: r}, q.After
	err := r.w.tx(ctx, func(tx *sql.Tx) error {
		found, err := b.resume(ctx, tx)
		if err != nil || found {
			return err
		}
		after, err = b.take(ctx, tx, *q, limit)
		return err
	})
	switch {
	case errors.Is(err, io.EOF):
		return nil, io.EOF
	case err != nil:
		return nil, fmt.Errorf("take a batch of users: %w", err)
	}
	q.After = after
	return b, nil
}

// resume takes over a batch whose run is dead.
func (b *Batch) resume(ctx context.Context, tx *sql.Tx) (found bool, err error) {
	var ms int64
	err = tx.QueryRowContext(ctx, `update batches set run = $1 where n = (select n from batches where pool = $2 and kind = $3 and ended is null and `+
		dead("batches.run", 4)+` order by n limit 1`+b.run.w.skipLocked+`) returning n, users, started`,
		b.run.N, b.run.n, b.run.Kind, b.run.w.alive()).Scan(&b.N, &b.Users, &ms)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	b.Resumed, b.Started = true, at(ms)
	return err == nil, err
}

// take takes users who are free, and tells the highest of their numbers.
func (b *Batch) take(ctx context.Context, tx *sql.Tx, q Query, limit int) (last int64, err error) {
	r, now := b.run, b.run.w.instant()
	b.Started = at(now)
	err = tx.QueryRowContext(ctx, "insert into batches (pool, kind, run, users, started) values ($1, $2, $3, 0, $4) returning n",
		r.n, r.Kind, r.N, now).Scan(&b.N)
	if err != nil {
		return 0, err
	}
	c := conditions{args: []any{r.n, q.After, b.N, limit}, text: q.inOrder() + " and u.batch is null"}
	q.add(&c)
	if r.Kind == Import {
		c.args = append(c.args, r.n, r.w.alive())
		c.text += fmt.Sprintf(" and not exists (%s)", planners(len(c.args)-1))
	}
	taken, err := list(ctx, tx, func(rows *sql.Rows) (n int64, err error) { return n, rows.Scan(&n) },
		"update users set batch = $3 where n in (select u.n from users u where "+c.text+" order by u.n limit $4"+r.w.skipLocked+") returning n", c.args...)
	if err != nil {
		return 0, err
	}
	for _, n := range taken {
		last = max(last, n)
	}
	if len(taken) == 0 {
		return 0, io.EOF // and the batch is rolled back
	}
	b.Users = len(taken)
	_, err = tx.ExecContext(ctx, "update batches set users = $1 where n = $2", b.Users, b.N)
	return last, err
}

// All runs over the users of the batch who are not done yet, with both
// documents.
func (b *Batch) All(ctx context.Context) iter.Seq2[User, error] {
	return func(yield func(User, error) bool) {
		q, p := Query{Source: true, Target: true}, b.run.Pool
		var after int64
		for {
			users, err := p.users(ctx, q, fmt.Sprintf("u.batch = $1 and u.n > $2 order by u.n limit %d", page), []any{b.N, after})
			if err != nil {
				yield(User{}, fmt.Errorf("read a batch: %w", err))
				return
			}
			for _, u := range users {
				if after = u.N; !yield(u, nil) {
					return
				}
			}
			if len(users) < page {
				return
			}
		}
	}
}

// Note keeps a line about the batch for whoever resumes it, such as the id of
// a request on its way.
func (b *Batch) Note(ctx context.Context, note string) error {
	return b.write(ctx, "note the state of a batch", "update batches set note = $1 where n = $2 and run = $3 and ended is null", note)
}

// Noted is the line that Note kept last.
func (b *Batch) Noted(ctx context.Context) (note string, err error) {
	err = b.run.w.reader.QueryRowContext(ctx, "select note from batches where n = $1", b.N).Scan(&note)
	if err != nil {
		return "", fmt.Errorf("read the state of a batch: %w", err)
	}
	return note, nil
}

// Done makes the moves, notes the events, takes everybody else of the batch to
// the state, and ends the batch: all of it or nothing. It fails with ErrLost
// when another machine has taken the batch over.
func (b *Batch) Done(ctx context.Context, rest State, moves []Move, events ...Event) error {
	r := b.run
	stored, err := r.store(ctx, moves)
	if err != nil {
		return fmt.Errorf("end a batch: %w", err)
	}
	err = r.w.tx(ctx, func(tx *sql.Tx) error {
		n, err := affected(ctx, tx, "update batches set ended = $1 where n = $2 and run = $3 and ended is null", r.w.instant(), b.N, r.N)
		if err == nil && n == 0 {
			err = ErrLost
		}
		if err == nil {
			err = r.move(ctx, tx, moves, stored)
		}
		if err == nil {
			_, err = tx.ExecContext(ctx, r.step(rest)+" and batch = $4", rest, "", r.w.instant(), b.N)
		}
		if err == nil {
			_, err = tx.ExecContext(ctx, "update users set batch = null where batch = $1", b.N)
		}
		if err != nil {
			return err
		}
		return r.note(ctx, tx, events...)
	})
	if err != nil {
		return fmt.Errorf("end a batch: %w", err)
	}
	return nil
}

// own makes sure that no other machine has taken the batch over, until the
// transaction ends.
func (b *Batch) own(ctx context.Context, tx *sql.Tx) error {
	n, err := affected(ctx, tx, "update batches set run = run where n = $1 and run = $2 and ended is null", b.N, b.run.N)
	if err == nil && n == 0 {
		err = ErrLost
	}
	return err
}

// Announce notes what is about to be done to users of the batch and must not be
// done twice. It fails with ErrLost when another machine has taken the batch
// over.
func (b *Batch) Announce(ctx context.Context, events ...Event) error {
	err := b.run.w.tx(ctx, func(tx *sql.Tx) error {
		if err := b.own(ctx, tx); err != nil {
			return err
		}
		return b.run.note(ctx, tx, events...)
	})
	if err != nil {
		return fmt.Errorf("note what is about to be done: %w", err)
	}
	return nil
}

// Release takes users out of the batch as they are. It fails with ErrLost when
// another machine has taken the batch over.
func (b *Batch) Release(ctx context.Context, users ...int64) error {
	err := b.run.w.tx(ctx, func(tx *sql.Tx) error {
		if err := b.own(ctx, tx); err != nil {
			return err
		}
		for some := range slices.Chunk(users, movesAtATime) {
			_, err := tx.ExecContext(ctx, "update users set batch = null where batch = $1 and n in "+literal(some), b.N)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("take users out of a batch: %w", err)
	}
	return nil
}

// GiveBack ends the batch without having done anything with those who are
// still in it. One that another machine has taken over is that machine's.
func (b *Batch) GiveBack(ctx context.Context) error {
	r := b.run
	err := r.w.tx(ctx, func(tx *sql.Tx) error {
		n, err := affected(ctx, tx, "update batches set ended = $1 where n = $2 and run = $3 and ended is null", r.w.instant(), b.N, r.N)
		if err != nil || n == 0 {
			return err
		}
		_, err = tx.ExecContext(ctx, "update users set batch = null where batch = $1", b.N)
		return err
	})
	if err != nil {
		return fmt.Errorf("give a batch back: %w", err)
	}
	return nil
}

func (b *Batch) write(ctx context.Context, what, statement string, value any) error {
	n, err := b.run.w.exec(ctx, statement, value, b.N, b.run.N)
	if err == nil && n == 0 {
		err = ErrLost
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
