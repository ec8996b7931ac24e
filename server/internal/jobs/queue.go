package jobs

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// Queue works jobs off. Kinds are registered before Run.
type Queue struct {
	Store Store
	Now   func() time.Time
	NewID func() string
	Log   *slog.Logger
	// Buried is told of jobs that were given up; nil tells nobody.
	Buried func(ctx context.Context, kind string, attempts int, reason error)

	kinds   map[string]kind
	workers sync.WaitGroup
	freed   chan struct{}
	mu      sync.Mutex
	busy    map[string]int // by kind
}

// Handler does a job. It ends when ctx does: the server stops, or has lost the
// job. What it changes of the payload is there at the next attempt. Its errors
// are kept and logged, so they must be free of secrets and personal data.
type Handler func(ctx context.Context, job *Job) error

type kind struct {
	run   Handler
	waits []time.Duration
	every time.Duration // not zero: the job comes again so long after it has ended
}

// Waits is how long a failed job waits before each further attempt, unless its
// kind says otherwise: seven attempts within half a day.
var Waits = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 10 * time.Hour}

// A server does at most so many jobs at once, and takes a few at a time. A kind
// that has its share waits, so that slow ones leave room for others.
const (
	most  = 32
	share = 16
	few   = 8
)

const (
	poll    = time.Second      // how often to look for jobs of other servers
	lease   = 30 * time.Second // how long a dead server keeps a job
	renewal = lease / 3
	longest = 500 // of a reason, in bytes
)

// Handle registers who does the jobs of a kind, and how long to wait after each
// failure; a job that fails once more is given up. Without waits, Waits hold.
func (q *Queue) Handle(name string, run Handler, waits ...time.Duration) {
	if waits == nil {
		waits = Waits
	}
	q.register(name, kind{run: run, waits: waits})
}

// Every registers work that one of the servers does again and again, so long
// after it has done it. A failure is logged and waits for the next time.
func (q *Queue) Every(interval time.Duration, name string, run func(ctx context.Context) error) {
	q.register(name, kind{run: func(ctx context.Context, _ *Job) error { return run(ctx) }, every: interval})
}

func (q *Queue) register(name string, k kind) {
	if q.kinds == nil {
		q.kinds = map[string]kind{}
	}
	q.kinds[name] = k
}

// Add stores jobs that no change of the store goes along with.
func (q *Queue) Add(ctx context.Context, jobs ...Job) error { return q.Store.AddJobs(ctx, jobs...) }

// Run works jobs off until ctx ends, and returns when those that were being
// done have been given back.
func (q *Queue) Run(ctx context.Context) {
	q.busy, q.freed = map[string]int{}, make(chan struct{}, 1)
	q.begin(ctx)
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for ctx.Err() == nil {
		if q.work(ctx) {
			continue
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		case <-q.Store.JobsAdded():
		case <-q.freed:
		}
	}
	q.workers.Wait()
}

// begin makes sure that what happens again and again is there.
func (q *Queue) begin(ctx context.Context) {
	for name, k := range q.kinds {
		if k.every == 0 {
			continue
		}
		if err := q.Store.AddJobs(ctx, Job{Name: name, Kind: name, At: q.Now()}); err != nil && ctx.Err() == nil {
			q.Log.ErrorContext(ctx, "job cannot be scheduled", "kind", name, "error", err)
		}
	}
}

// work takes jobs for free workers, and tells whether there may be more.
func (q *Queue) work(ctx context.Context) (more bool) {
	kinds, free := q.free()
	if free == 0 {
		return false
	}
	name := q.NewID()
	taken, err := q.Store.LeaseJobs(ctx, name, q.Now().Add(lease), kinds, free)
	if err != nil {
		if ctx.Err() == nil {
			q.Log.ErrorContext(ctx, "jobs cannot be read", "error", err)
		}
		return false
	}
	for i := range taken {
		q.count(taken[i].Kind, 1)
		q.workers.Go(func() {
			q.do(ctx, &taken[i], name)
			q.count(taken[i].Kind, -1)
			select {
			case q.freed <- struct{}{}:
			default:
			}
		})
	}
	return len(taken) == free
}

// free tells which kinds have workers left, and how many jobs to take.
func (q *Queue) free() (kinds []string, n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n = most
	for _, name := range slices.Sorted(maps.Keys(q.kinds)) {
		if n -= q.busy[name]; q.busy[name] < share {
			kinds = append(kinds, name)
		}
	}
	return kinds, min(n, few)
}

func (q *Queue) count(kind string, by int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.busy[kind] += by
}

// do runs a job for as long as it is ours, and says what has become of it.
func (q *Queue) do(ctx context.Context, job *Job, lease string) {
	k := q.kinds[job.Kind]
	mine, stop := context.WithCancelCause(ctx)
	var keeping sync.WaitGroup
	keeping.Go(func() { q.keep(mine, stop, job.ID, lease) })
	err := k.safely(mine, job)
	stopped := context.Cause(mine)
	stop(nil)
	keeping.Wait()
	if errors.Is(stopped, ErrLost) {
		return
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewal)
	defer cancel()
	if err := q.conclude(end, k, job, lease, err, ctx.Err() != nil); err != nil && !errors.Is(err, ErrLost) {
		q.Log.ErrorContext(end, "job cannot be concluded", "kind", job.Kind, "error", err)
	}
}

// keep prolongs a lease until ctx ends, and ends the work if it is lost.
func (q *Queue) keep(ctx context.Context, stop context.CancelCauseFunc, id int64, name string) {
	ticker := time.NewTicker(renewal)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := q.Store.KeepJob(ctx, id, name, q.Now().Add(lease)); errors.Is(err, ErrLost) {
				stop(ErrLost)
			}
		}
	}
}
