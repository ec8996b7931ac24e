package workspace

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// Kind is what a run does.
type Kind string

// The kinds of runs.
const (
	Export    Kind = "export"
	Transform Kind = "transform"
	Import    Kind = "import"
	Links     Kind = "links"
	Tokens    Kind = "tokens"
	Resets    Kind = "reset"
	Verify    Kind = "verify"
	Undo      Kind = "undo"
	Erasing   Kind = "purge"
)

var kinds = []Kind{Export, Transform, Import, Links, Tokens, Resets, Verify, Undo, Erasing}

// A run shows that it lives every beat; one that has not for the time of
// patience is taken for dead, and its work is given to others.
const (
	beat     = 15 * time.Second
	patience = 90 * time.Second
)

// How runs stand that nobody has ended.
const (
	Running = "running"
	Dead    = "dead"   // it shows no life
	killed  = "killed" // and another run has begun since
)

// ErrLost says that another machine has taken the work over, because this one
// showed no life for too long.
var ErrLost = errors.New("another machine has taken this work over")

// Run is one run of a command. Whatever is written to a workspace, a run
// writes. There is one run of a kind at a time for each pool; on PostgreSQL
// there may be several that export, import, link or mail, and they share the
// work.
type Run struct {
	*Pool
	N    int64 // the run's number, by which undo knows it
	Kind Kind

	release func() error
	stop    context.CancelFunc
	beating sync.WaitGroup
}

// Start begins a run, unless another one is in the way. What a run that was
// killed had under its hands is free again. End must be called.
func (p *Pool) Start(ctx context.Context, kind Kind) (*Run, error) {
	unlock, err := p.lock(ctx, kind)
	if err != nil {
		return nil, err
	}
	r := &Run{Pool: p, Kind: kind, release: unlock}
	if err := r.begin(ctx); err != nil {
		return nil, errors.Join(during("begin the run", err), r.release())
	}
	ctx, r.stop = context.WithCancel(context.WithoutCancel(ctx))
	r.beating.Go(func() { r.live(ctx) })
	return r, nil
}

// lock keeps a second run of the kind away on SQLite.
func (p *Pool) lock(ctx context.Context, kind Kind) (unlock func() error, err error) {
	if p.w.postgres {
		return func() error { return nil }, nil
	}
	unlock, err = lockFile(p.lockOf(kind))
	if errors.Is(err, errTaken) {
		return nil, p.taken(ctx, kind)
	}
	return unlock, err
}

func (p *Pool) lockOf(kind Kind) string {
	return fmt.Sprintf("%s.%s-%d.lock", p.w.place, kind, p.n)
}

// lockAll locks several kinds, all or none.
func (p *Pool) lockAll(ctx context.Context, kinds ...Kind) (unlock func() error, err error) {
	var held []func() error
	unlock = func() (err error) {
		for _, release := range held {
			err = errors.Join(err, release())
		}
		return err
	}
	for _, kind := range kinds {
		release, err := p.lock(ctx, kind)
		if err != nil {
			return nil, errors.Join(err, unlock())
		}
		held = append(held, release)
	}
	return unlock, nil
}

func (r *Run) begin(ctx context.Context) error {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	now := r.w.instant()
	dead := now - patience.Milliseconds()
	if !r.w.postgres {
		dead = now + 1 // the lock says so
	}
	return r.w.tx(ctx, func(tx *sql.Tx) error {
		if err := r.turn(ctx, tx); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "update runs set ended = $1, outcome = $2 where pool = $3 and kind = $4 and ended is null and beat < $5",
			now, killed, r.n, r.Kind, dead)
		if err == nil {
			err = r.admit(ctx, tx)
		}
		if err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `insert into runs (pool, kind, host, pid, started, beat) values ($1, $2, $3, $4, $5, $5) returning n`,
			r.n, r.Kind, host, os.Getpid(), now).Scan(&r.N)
	})
}

// live shows that the run lives until it has ended.
func (r *Run) live(ctx context.Context) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			// A beat that is missed costs nothing: the next one comes in time.
			_, _ = r.w.writer.ExecContext(ctx, "update runs set beat = $1 where n = $2", r.w.instant(), r.N)
		}
	}
}

// Progress is how far a run is. It must hold no personal data.
type Progress struct {
	Step      string  `json:"step"` // what is counted: "users", "links"
	Done      int64   `json:"done"`
	Of        int64   `json:"of,omitempty"` // 0: not known
	PerSecond float64 `json:"perSecond"`
	Detail    any     `json:"detail,omitempty"` // more, in the run's own words
}

// Left is the time until all is done, 0 if nobody knows.
func (p Progress) Left() time.Duration {
	if p.PerSecond <= 0 || p.Of <= p.Done {
		return 0
	}
	return time.Duration(float64(p.Of-p.Done) / p.PerSecond * float64(time.Second)).Round(time.Second)
}

// Report tells `wherry status` how far the run is.
func (r *Run) Report(ctx context.Context, progress Progress) error {
	doc, err := json.Marshal(progress)
	if err == nil {
		_, err = r.w.exec(ctx, "update runs set progress = $1, beat = $2 where n = $3", string(doc), r.w.instant(), r.N)
	}
	if err != nil {
		return fmt.Errorf("report the run's progress: %w", err)
	}
	return nil
}

// End ends the run with what became of it: "done", "interrupted", or the
// failure, whose text must hold no personal data. It works after the context
// has ended, too.
func (r *Run) End(ctx context.Context, outcome string) error {
	r.stop()
	r.beating.Wait()
	_, err := r.w.exec(context.WithoutCancel(ctx), "update runs set ended = $1, beat = $1, outcome = $2 where n = $3", r.w.instant(), outcome, r.N)
	switch {
	case r.w.isFull(err):
		err = nil // the next run takes this one for killed
	case err != nil:
		err = fmt.Errorf("end the run: %w", err)
	}
	return errors.Join(err, r.release())
}

// dead is the condition under which the work of a run is free: the run in
// column run has ended, or shows no life. Its parameter is what alive answers.
func dead(column string, parameter int) string {
	return fmt.Sprintf("(%[1]s is null or exists (select 1 from runs where runs.n = %[1]s and (ended is not null or beat < $%[2]d)))", column, parameter)
}

func (w *Workspace) alive() int64 { return w.instant() - patience.Milliseconds() }

// RunInfo is what there is to know of a run.
type RunInfo struct {
	N        int64     `json:"run"`
	Pool     string    `json:"pool"`
	Kind     Kind      `json:"kind"`
	Host     string    `json:"host"`
	PID      int       `json:"pid"`
	Started  time.Time `json:"started"`
	Beat     time.Time `json:"lastSeen"`
	Ended    time.Time `json:"ended,omitzero"`
	Outcome  string    `json:"outcome"` // Running or Dead for one that has not ended
	Progress Progress  `json:"progress"`
}

// Runs lists the latest runs, the latest first.
func (w *Workspace) Runs(ctx context.Context, limit int) ([]RunInfo, error) {
	return w.runs(ctx, w.reader, "order by r.n desc limit $1", limit)
}

// Run is a run of the pool by its number. The error is ErrNoRun when there is
// none.
func (p *Pool) Run(ctx context.Context, n int64) (RunInfo, error) {
	runs, err := p.w.runs(ctx, p.w.reader, "where r.n = $1 and r.pool = $2", n, p.n)
	if err == nil && len(runs) == 0 {
		err = ErrNoRun
	}
	if err != nil {
		return RunInfo{}, err
	}
	return runs[0], nil
}

// ErrNoRun says that there was no such run.
var ErrNoRun = errors.New("the workspace knows no such run")

func (w *Workspace) runs(ctx context.Context, q querier, which string, args ...any) ([]RunInfo, error) {
	runs, err := list(ctx, q, w.runInfo,
		`select r.n, p.id, r.kind, r.host, r.pid, r.started, r.beat, coalesce(r.ended, 0), r.outcome, r.progress
			from runs r join pools p on p.n = r.pool `+which, args...)
	if err != nil {
		return nil, fmt.Errorf("list the runs: %w", err)
	}
	return runs, nil
}

func (w *Workspace) runInfo(rows *sql.Rows) (r RunInfo, err error) {
	var started, beat, ended int64
	var progress string
	err = rows.Scan(&r.N, &r.Pool, &r.Kind, &r.Host, &r.PID, &started, &beat, &ended, &r.Outcome, &progress)
	if err != nil {
		return r, err
	}
	r.Started, r.Beat, r.Ended = at(started), at(beat), at(ended)
	if ended == 0 {
		r.Outcome = Running
		if beat < w.alive() {
			r.Outcome = Dead
		}
	}
	return r, json.Unmarshal([]byte(progress), &r.Progress)
}
