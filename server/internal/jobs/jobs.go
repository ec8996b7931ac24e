// Package jobs is work that outlives the request that caused it. A job is a row
// in the database, written in the transaction of what caused it, so that there
// are both or neither. All servers of one database work the same rows off; each
// row is leased to one of them, and to another one when that dies.
//
// A job runs at least once, and more than once only if a server dies or loses
// its lease meanwhile: handlers have to bear that. The payload, which may hold
// personal data or secrets, goes away with the job, and when a job is given up.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
)

// Job is work to do.
type Job struct {
	ID      int64 // the store's
	Kind    string
	Name    string    // there is one job of a name at most, a second one is dropped; empty: none
	Payload []byte    // what the handler needs; JSON by convention
	At      time.Time // not before; zero is at once
	Attempt int       // which one this is, from 1, when the job runs
}

// New returns a job with a payload in JSON.
func New(kind string, payload any) (Job, error) {
	body, err := json.Marshal(payload, json.Deterministic(true))
	if err != nil {
		return Job{}, fmt.Errorf("encode the payload of %s: %w", kind, err)
	}
	return Job{Kind: kind, Payload: body}, nil
}

// Decode reads a payload that New has written.
func (j *Job) Decode(v any) error {
	if err := json.Unmarshal(j.Payload, v); err != nil {
		return fmt.Errorf("read the payload of %s: it is not what this kind has", j.Kind) // the cause may quote it
	}
	return nil
}

// ErrLost says that a job is not the caller's any more: its lease has run out
// and somebody else has it, or it is done.
var ErrLost = errors.New("the job is not leased to this server any more")

// Store keeps jobs. A lease is the name of whoever has taken a job; what is done
// with a lease that is over is ErrLost.
type Store interface {
	// AddJobs stores jobs.
	AddJobs(ctx context.Context, jobs ...Job) error
	// LeaseJobs takes at most so many jobs of these kinds that are due, until then.
	LeaseJobs(ctx context.Context, lease string, until time.Time, kinds []string, most int) ([]Job, error)
	// KeepJob prolongs a lease.
	KeepJob(ctx context.Context, id int64, lease string, until time.Time) error
	// ReturnJob gives a job back with the payload, time and number of attempts
	// that it has now, and with the reason.
	ReturnJob(ctx context.Context, job Job, lease, reason string) error
	// EndJob removes a job that is done.
	EndJob(ctx context.Context, id int64, lease string) error
	// BuryJob gives a job up: its payload goes, the reason stays.
	BuryJob(ctx context.Context, id int64, lease, reason string) error
	// JobsAdded is told when this server has stored jobs.
	JobsAdded() <-chan struct{}
}

type alongKey struct{}

// Along returns a context for one change of the store, whichever method makes
// it: its transaction also stores the jobs that due returns, after everything
// else. An error of due takes the transaction back. due is called again when
// the transaction has to be repeated.
func Along(ctx context.Context, due func() ([]Job, error)) context.Context {
	earlier := Due(ctx)
	return context.WithValue(ctx, alongKey{}, func() ([]Job, error) {
		first, err := earlier()
		if err != nil {
			return nil, err
		}
		more, err := due()
		return append(first, more...), err
	})
}

// Apart returns a context whose changes leave nothing of what was to go along
// with another change.
func Apart(ctx context.Context) context.Context {
	return context.WithValue(ctx, alongKey{}, nothing)
}

func nothing() ([]Job, error) { return nil, nil }

// Due returns what the transactions of a context ask for their jobs; it is for
// stores.
func Due(ctx context.Context) func() ([]Job, error) {
	if due, ok := ctx.Value(alongKey{}).(func() ([]Job, error)); ok {
		return due
	}
	return nothing
}
