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
		what += ": " + by.who()
	}
	hint := "wait until it has finished, or look at it with wherry status" + p.ifKilled(by)
	if !p.w.postgres && kind.shared() {
		hint += "; several machines can share a workspace on PostgreSQL"
	}
	return exit.With(exit.Failed, errors.New(what), hint)
}

// disagrees says which run goes by another mapping.
func (p *Pool) disagrees(by RunInfo) error {
	return exit.With(exit.Failed, fmt.Errorf("the users of the pool %s in %s were planned with another mapping by a run that is still at work: %s", p.ID, p.w.place, by.who()),
		"use the same wherry.yaml, with the same schema and script, for all runs at once; or wait until that run has finished: wherry status shows how far it is"+p.ifKilled(by))
}

func (i RunInfo) who() string {
	return fmt.Sprintf("run %d, a wherry %s, on %s, process %d, since %s", i.N, i.Kind, i.Host, i.PID, i.Started.Local().Format(time.DateTime))
}

// ifKilled says how long a run may be in the way that can no longer end.
func (p *Pool) ifKilled(by RunInfo) string {
	if !p.w.postgres {
		return ""
	}
	return fmt.Sprintf("; if it was killed, others may go on %.0f seconds after it was last seen, at %s", patience.Seconds(), by.Beat.Add(patience).Local().Format(time.TimeOnly))
}

// errPlanned says that another run plans.
var errPlanned = errors.New("another run plans")

// Planning keeps planning to this run until release is called: nobody else plans,
// reads the pool, or takes users to import them, so that nobody is imported
// about whom it is not settled yet who gets a login id. It waits for another run
// that plans, and says so. The mapping stands for what it plans by, and must hold
// no personal data: while a run that has planned by another one is at work, it
// fails at once, as this run would plan that one's users anew under its hands.
func (r *Run) Planning(ctx context.Context, mapping string, note func(format string, args ...any)) (release func() error, err error) {
	unlock, err := r.lockAll(ctx, planning, Export)
	if err != nil {
		return nil, err
	}
	for told := false; ; told = true {
		b, err := r.plan(ctx, mapping)
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
func (r *Run) plan(ctx context.Context, mapping string) (*Batch, error) {
	b := &Batch{run: r, Started: r.w.now()}
	err := r.w.tx(ctx, func(tx *sql.Tx) error {
		if err := r.turn(ctx, tx); err != nil {
			return err
		}
		if err := r.agree(ctx, tx, mapping); err != nil {
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
		return tx.QueryRowContext(ctx, "insert into batches (pool, kind, run, users, started, note) values ($1, $2, $3, 0, $4, $5) returning n",
			r.n, planning, r.N, r.w.instant(), mapping).Scan(&b.N)
	})
	if err != nil {
		return nil, during("begin to plan", err)
	}
	return b, nil
}

// agree fails while another run is at work that plans, or has planned, by another
// mapping: the batch that stands for its planning notes by which.
func (r *Run) agree(ctx context.Context, tx *sql.Tx, mapping string) error {
	others, err := r.w.runs(ctx, tx, `where r.pool = $1 and r.n <> $2 and r.ended is null and
		(select b.note from batches b where b.run = r.n and b.kind = $3 order by b.n desc limit 1) not in ('', $4) order by r.n`, r.n, r.N, planning, mapping)
	if err != nil {
		return err
	}
	for _, other := range others {
		atWork, err := r.atWork(ctx, other)
		if err != nil {
			return err
		}
		if atWork {
			return r.disagrees(other)
		}
	}
	return nil
}

// atWork tells whether a run that has not ended lives: by its beat, or, on SQLite,
// by the lock that it holds.
func (r *Run) atWork(ctx context.Context, other RunInfo) (bool, error) {
	switch {
	case r.w.postgres:
		return other.Outcome == Running, nil
	case other.Kind == r.Kind: // its lock is this run's
		return false, nil
	}
	unlock, err := lockFile(r.lockOf(other.Kind))
	if errors.Is(err, errTaken) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return false, unlock()
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
