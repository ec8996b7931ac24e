package jobs

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"
)

// conclude writes down what has become of a job.
func (q *Queue) conclude(ctx context.Context, k kind, job *Job, lease string, failure error, stopping bool) error {
	switch {
	case failure != nil && stopping: // somebody else does it, as if we had not begun
		job.Attempt, job.At = job.Attempt-1, q.Now()
		return q.Store.ReturnJob(ctx, *job, lease, "")
	case failure == nil && k.every == 0:
		return q.Store.EndJob(ctx, job.ID, lease)
	case failure == nil:
		return q.again(ctx, job, lease, 0, k.every, "")
	}
	q.Log.WarnContext(ctx, "job failed", "kind", job.Kind, "attempt", job.Attempt, "error", failure)
	reason := failure.Error()
	reason = reason[:min(len(reason), longest)]
	switch {
	case k.every != 0:
		return q.again(ctx, job, lease, 0, k.every, reason)
	case job.Attempt <= len(k.waits):
		return q.again(ctx, job, lease, job.Attempt, k.waits[job.Attempt-1], reason)
	}
	if err := q.Store.BuryJob(ctx, job.ID, lease, reason); err != nil {
		return err
	}
	if q.Buried != nil {
		q.Buried(ctx, job.Kind, job.Attempt, failure)
	}
	return nil
}

func (q *Queue) again(ctx context.Context, job *Job, lease string, attempts int, wait time.Duration, reason string) error {
	job.Attempt, job.At = attempts, q.Now().Add(wait)
	return q.Store.ReturnJob(ctx, *job, lease, reason)
}

// safely runs the handler; a panic costs the attempt and not the server.
func (k kind) safely(ctx context.Context, job *Job) (err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("the handler of %s panicked at\n%s", job.Kind, debug.Stack())
		}
	}()
	return k.run(ctx, job)
}
