package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"wherry/server/internal/jobs"
)

// Jobs keeps the rows of package jobs. A job that was given up has no due
// instant.
type Jobs struct {
	db    *DB
	added chan struct{}
}

const insertJob = `insert into jobs (name, kind, payload, due_instant, attempts, last_error, insert_instant) values ($1, $2, $3, $4, 0, '', $5)
	on conflict (name) do nothing`

func (db *DB) jobRow(j jobs.Job) []any {
	now := db.now().UnixMilli()
	due := now
	if !j.At.IsZero() {
		due = j.At.UnixMilli()
	}
	return []any{orNull(j.Name), j.Kind, string(j.Payload), due, now}
}

// leave stores what a change has to leave behind, with write, in its
// transaction, and tells how many jobs that were.
func (db *DB) leave(ctx context.Context, write func(row []any) error) (int, error) {
	left, err := jobs.Due(ctx)()
	if err != nil {
		return 0, err
	}
	for _, j := range left {
		if err := write(db.jobRow(j)); err != nil {
			return 0, fmt.Errorf("store a job: %w", err)
		}
	}
	return len(left), nil
}

// tell wakes those who wait for jobs.
func (j Jobs) tell(added int) {
	if added == 0 {
		return
	}
	select {
	case j.added <- struct{}{}:
	default:
	}
}

// JobsAdded is part of jobs.Store.
func (j Jobs) JobsAdded() <-chan struct{} { return j.added }

// AddJobs is part of jobs.Store.
func (j Jobs) AddJobs(ctx context.Context, added ...jobs.Job) error {
	ctx = jobs.Along(ctx, func() ([]jobs.Job, error) { return added, nil })
	return j.db.tx(ctx, func(*sql.Tx) error { return nil })
}

// LeaseJobs is part of jobs.Store. Whoever finds nothing has only read.
func (j Jobs) LeaseJobs(ctx context.Context, lease string, until time.Time, kinds []string, most int) ([]jobs.Job, error) {
	now := j.db.now().UnixMilli()
	err := j.db.reader.QueryRowContext(ctx, "select 1 from jobs where due_instant <= $1 limit 1", now).Scan(new(int))
	if errors.Is(err, sql.ErrNoRows) || len(kinds) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for jobs: %w", err)
	}
	where := conditions{args: []any{lease, until.UnixMilli(), now, most}}
	where.in("kind", kinds)
	leased, err := list(ctx, j.db.writer, scanJob, `with due as (select id from jobs where due_instant <= $3 and `+where.String()+
		` order by due_instant, id limit $4`+j.db.skipLocked+`)
		update jobs set lease = $1, due_instant = $2, attempts = attempts + 1 where id in (select id from due)
		returning id, kind, payload, attempts`, where.args...)
	if err != nil {
		return nil, fmt.Errorf("lease jobs: %w", err)
	}
	return leased, nil
}

func scanJob(row scanner) (j jobs.Job, err error) {
	var payload string
	err = row.Scan(&j.ID, &j.Kind, &payload, &j.Attempt)
	j.Payload = []byte(payload)
	return j, err
}

// KeepJob is part of jobs.Store.
func (j Jobs) KeepJob(ctx context.Context, id int64, lease string, until time.Time) error {
	return j.change(ctx, "update jobs set due_instant = $3 where id = $1 and lease = $2", id, lease, until.UnixMilli())
}

// ReturnJob is part of jobs.Store.
func (j Jobs) ReturnJob(ctx context.Context, job jobs.Job, lease, reason string) error {
	return j.change(ctx, "update jobs set lease = null, payload = $3, due_instant = $4, attempts = $5, last_error = $6 where id = $1 and lease = $2",
		job.ID, lease, string(job.Payload), job.At.UnixMilli(), job.Attempt, storable(reason))
}

// EndJob is part of jobs.Store.
func (j Jobs) EndJob(ctx context.Context, id int64, lease string) error {
	return j.change(ctx, "delete from jobs where id = $1 and lease = $2", id, lease)
}

// BuryJob is part of jobs.Store.
func (j Jobs) BuryJob(ctx context.Context, id int64, lease, reason string) error {
	return j.change(ctx, "update jobs set lease = null, name = null, payload = '', due_instant = null, last_error = $3 where id = $1 and lease = $2",
		id, lease, storable(reason))
}

// change changes the job that is leased, or says jobs.ErrLost.
func (j Jobs) change(ctx context.Context, statement string, args ...any) error {
	result, err := j.db.writer.ExecContext(ctx, statement, args...)
	if err != nil {
		return fmt.Errorf("change a job: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, jobs.ErrLost)
	}
	return nil
}
