package workspace

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"time"

	"wherry/internal/exit"
)

// shared tells whether several runs of the kind may share the work on
// PostgreSQL. The others keep a second one out there, too.
func (k Kind) shared() bool { return k == Export || k == Import || k == Links || k == Resets }

// planning is the kind of a batch of nobody: as long as it is open, its run
// alone plans, and nobody is taken to be imported.
const planning Kind = "plan"

// look is how often it is looked whether another run has come to its end.
const look = 500 * time.Millisecond

// admit keeps a run out whose work cannot be shared while another does it. The
// transaction has the pool's turn.
func (r *Run) admit(ctx context.Context, tx *sql.Tx) error {
	if !r.w.postgres {
		return nil // the lock said so
	}
	if !r.Kind.shared() {
		return r.unless(ctx, tx, r.Kind, "where r.pool = $1 and r.kind = $2 and r.ended is null and r.beat >= $3", r.n, r.Kind, r.w.alive())
	}
	if r.Kind == Export {
		return r.unless(ctx, tx, planning, "where r.n in ("+planners(1)+")", r.n, r.w.alive())
	}
	return nil
}

// planners is the query for the runs that plan. Its parameters are the pool, by
// its number, and what alive answers.
func planners(parameter int) string {
	return fmt.Sprintf("select run from batches where pool = $%d and kind = '%s' and ended is null and not %s", parameter, planning, dead("batches.run", parameter+1))
}

// unless fails when there is such a run at work, and says which.
func (p *Pool) unless(ctx context.Context, q querier, kind Kind, which string, args ...any) error {
	runs, err := p.w.runs(ctx, q, which+" order by r.n limit 1", args...)
	if err != nil || len(runs) == 0 {
		return err
	}
	return p.busy(kind, runs[0])
}

// taken says which run holds the lock of a kind, as far as the workspace knows.
func (p *Pool) taken(ctx context.Context, kind Kind) error {
	var err error
	if kind == Export || kind == planning { // whoever plans holds both
		err = p.unless(ctx, p.w.reader, planning, "where r.n in ("+planners(1)+")", p.n, p.w.alive())
	}
	if err == nil {
		err = p.unless(ctx, p.w.reader, kind, "where r.pool = $1 and r.kind = $2 and r.ended is null", p.n, kind)
	}
	if err == nil {
		err = p.busy(kind, RunInfo{})
	}
	return err
}

// busy says which run is in the way, the zero RunInfo if nobody knows.
func (p *Pool) busy(kind Kind, by RunInfo) error {
	what := fmt.Sprintf("another wherry %s works on the pool %s in %s", kind, p.ID, p.w.place)
	if kind == planning {
		what = fmt.Sprintf("the users of the pool %s are being planned in %s", p.ID, p.w.place)
	}
	if by.N != 0 {
		what += fmt.Sprintf(": run %d, a wherry %s, on %s, process %d, since %s", by.N, by.Kind, by.Host, by.PID, by.Started.Local().Format(time.DateTime))
	}
	hint := "wait until it has finished, or look at it with wherry status"
	switch {
	case p.w.postgres:
		hint += fmt.Sprintf("; if it was killed, others may go on %.0f seconds after it was last seen, at %s", patience.Seconds(), by.Beat.Add(patience).Local().Format(time.TimeOnly))
	case kind.shared():
		hint += "; several machines can share a workspace on PostgreSQL"
	}
	return exit.With(exit.Failed, errors.New(what), hint)
}

// errPlanned says that another run plans.
var errPlanned = errors.New("another run plans")

// Planning keeps planning to this run until release is called: nobody else plans,
// reads the pool, or takes users to import them, so that nobody is imported
// about whom it is not settled yet who gets a login id. It waits for another run
// that plans, and says so.
func (r *Run) Planning(ctx context.Context, note func(format string, args ...any)) (release func() error, err error) {
	unlock, err := r.lockAll(ctx, planning, Export)
	if err != nil {
		return nil, err
	}
	for told := false; ; told = true {
		b, err := r.plan(ctx)
		if err == nil {
			return func() error { return errors.Join(b.GiveBack(context.WithoutCancel(ctx)), unlock()) }, nil
		}
		if !errors.Is(err, errPlanned) {
			return nil, errors.Join(err, unlock())
		}
		if !told {
			note("another run plans the users: waiting for it")
		}
		if err := sleep(ctx); err != nil {
			return nil, errors.Join(err, unlock())
		}
	}
}

// plan takes the batch that stands for planning. The error is errPlanned while
// another run has it.
func (r *Run) plan(ctx context.Context) (*Batch, error) {
	b := &Batch{run: r, Started: r.w.now()}
	err := r.w.tx(ctx, func(tx *sql.Tx) error {
		if err := r.turn(ctx, tx); err != nil {
			return err
		}
		if r.w.postgres {
			if err := r.unless(ctx, tx, Export, "where r.pool = $1 and r.kind = $2 and r.ended is null and r.beat >= $3", r.n, Export, r.w.alive()); err != nil {
				return err
			}
			var taken bool
			if err := tx.QueryRowContext(ctx, "select exists ("+planners(1)+")", r.n, r.w.alive()).Scan(&taken); err != nil {
				return err
			}
			if taken {
				return errPlanned
			}
		}
		// What is still open was left by a run that is dead.
		if _, err := tx.ExecContext(ctx, "update batches set ended = $1 where pool = $2 and kind = $3 and ended is null", r.w.instant(), r.n, planning); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, "insert into batches (pool, kind, run, users, started) values ($1, $2, $3, 0, $4) returning n",
			r.n, planning, r.N, r.w.instant()).Scan(&b.N)
	})
	if err != nil {
		return nil, during("begin to plan", err)
	}
	return b, nil
}

// during says what was being done, unless the error is a whole message already.
func during(what string, err error) error {
	if exit.Hint(err) != "" {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}

// turn makes machines that begin together do so one after the other.
func (p *Pool) turn(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "update pools set created = created where n = $1", p.n)
	return err
}

// Await is Next, but when nobody is left it waits for other runs that still
// have users: until they have done their part, or are dead and leave it.
func (r *Run) Await(ctx context.Context, q *Query, limit int) (*Batch, error) {
	for {
		b, err := r.Next(ctx, q, limit)
		if !errors.Is(err, io.EOF) {
			return b, err
		}
		busy, err := r.others(ctx)
		if err != nil {
			return nil, fmt.Errorf("look for other runs: %w", err)
		}
		if !busy {
			return nil, io.EOF
		}
		if err := sleep(ctx); err != nil {
			return nil, err
		}
	}
}

// others tells whether another run has users of the kind, or plans some to be
// imported.
func (r *Run) others(ctx context.Context) (busy bool, err error) {
	query, args := "select exists (select 1 from batches where pool = $1 and kind = $2 and ended is null and coalesce(run, 0) <> $3)", []any{r.n, r.Kind, r.N}
	err = r.w.reader.QueryRowContext(ctx, query, args...).Scan(&busy)
	if err == nil && !busy && r.Kind == Import {
		err = r.w.reader.QueryRowContext(ctx, "select exists ("+planners(1)+")", r.n, r.w.alive()).Scan(&busy)
	}
	return busy, err
}

func sleep(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return fmt.Errorf("wait for another run: %w", context.Cause(ctx))
	case <-time.After(look):
		return nil
	}
}
