package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
	"wherry/server/internal/jobs"
)

// newQueue returns a queue that does not run yet.
func newQueue(db *DB) *jobs.Queue {
	var n atomic.Int64
	return &jobs.Queue{
		Store: db, Now: db.now, Log: slog.New(slog.DiscardHandler),
		NewID: func() string { return fmt.Sprintf("%p-%d", &n, n.Add(1)) },
	}
}

// runQueue runs a queue as long as the test, and stops it before the database
// is closed.
func runQueue(t *testing.T, q *jobs.Queue) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() { defer close(done); q.Run(ctx) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

// eventually waits for what another goroutine brings about.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for range 2000 {
		if happened() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("%s: it did not happen", what)
}

// tally counts what is done.
type tally struct {
	mu   sync.Mutex
	seen map[string]int
}

func (c *tally) add(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil {
		c.seen = map[string]int{}
	}
	c.seen[what]++
}

func (c *tally) of(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen[what]
}

// onTwo runs a test on two servers of one database, which on SQLite are one.
func onTwo(t *testing.T, test func(t *testing.T, c *clock, one, other *DB)) {
	t.Helper()
	onEachAt(t, func(t *testing.T, url, path string) {
		t.Helper()
		c := new(clock)
		one := open(t, url, path, c)
		other := one
		if url != "" {
			other = open(t, url, path, c)
		}
		test(t, c, one, other)
	})
}

func TestJobsAreDoneOnceByAllServersTogether(t *testing.T) {
	onTwo(t, func(t *testing.T, _ *clock, one, other *DB) {
		var done tally
		for _, db := range []*DB{one, other} {
			q := newQueue(db)
			q.Handle("count", func(_ context.Context, job *jobs.Job) error { done.add(string(job.Payload)); return nil })
			runQueue(t, q)
		}
		const n = 200
		for i := range n {
			must(t, one.AddJobs(t.Context(), jobs.Job{Kind: "count", Payload: fmt.Appendf(nil, "%d", i)}))
		}
		eventually(t, "all jobs are done", func() bool { return count(t, one, "jobs") == 0 })
		for i := range n {
			if times := done.of(fmt.Sprint(i)); times != 1 {
				t.Errorf("job %d was done %d times", i, times)
			}
		}
	})
}

func TestAJobIsStoredWithItsChangeOrNotAtAll(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		job := func() ([]jobs.Job, error) { return []jobs.Job{{Kind: "x", Payload: []byte("1")}}, nil }
		along := jobs.Along(jobs.Along(t.Context(), job), job)
		must(t, db.Tenants.Create(along, tenant(1, "Default")))
		if n := count(t, db, "jobs"); n != 2 {
			t.Errorf("%d jobs with the change", n)
		}
		if err := db.Tenants.Create(along, tenant(2, "Default")); !fa.Refused(err) {
			t.Fatal(err)
		}
		if n := count(t, db, "jobs"); n != 2 {
			t.Errorf("%d jobs after a change that was refused", n)
		}
		refused := errors.New("no")
		err := db.Tenants.Create(jobs.Along(along, func() ([]jobs.Job, error) { return nil, refused }), tenant(3, "Other"))
		if !errors.Is(err, refused) || count(t, db, "jobs") != 2 || count(t, db, "tenants") != 1 {
			t.Errorf("a change that is taken back leaves nothing: %v", err)
		}
		im, err := db.NewImport()
		must(t, err)
		defer im.Close()
		_, err = im.Add([]*fa.Account{user(9, id(1), "ada@example.com")})
		must(t, err, im.Write(along, nil))
		if n := count(t, db, "jobs"); n != 4 {
			t.Errorf("%d jobs after an import", n)
		}
	})
}

// lastError is what the only job has come to.
func lastError(t *testing.T, db *DB) (reason, payload string) {
	t.Helper()
	must(t, db.reader.QueryRowContext(t.Context(), "select last_error, payload from jobs").Scan(&reason, &payload))
	return reason, payload
}

func TestAFailedJobIsTriedAgainUntilItIsGivenUp(t *testing.T) {
	onEachAt(t, func(t *testing.T, url, path string) {
		c := new(clock)
		db := open(t, url, path, c)
		q := newQueue(db)
		var tries, buried tally
		q.Buried = func(_ context.Context, kind string, attempts int, reason error) {
			buried.add(fmt.Sprintf("%s, %d: %v", kind, attempts, reason))
		}
		q.Handle("fail", func(_ context.Context, job *jobs.Job) error {
			tries.add("try")
			job.Payload = append(job.Payload, '+')
			return fmt.Errorf("attempt %d", job.Attempt)
		}, time.Minute, time.Hour)
		runQueue(t, q)
		must(t, db.AddJobs(t.Context(), jobs.Job{Kind: "fail", Payload: []byte("made-up")}))
		for i, wait := range []time.Duration{0, time.Minute, time.Hour} {
			c.advance(wait)
			db.tell(1)
			want := fmt.Sprintf("attempt %d", i+1)
			eventually(t, want, func() bool { reason, _ := lastError(t, db); return reason == want })
			if _, payload := lastError(t, db); i < 2 && payload != "made-up"+strings.Repeat("+", i+1) {
				t.Errorf("payload %q after attempt %d", payload, i+1)
			}
		}
		eventually(t, "it is given up", func() bool { return buried.of("fail, 3: attempt 3") == 1 })
		if _, payload := lastError(t, db); payload != "" || tries.of("try") != 3 {
			t.Errorf("payload %q is left after %d tries", payload, tries.of("try"))
		}
	})
}

func TestSlowJobsLeaveRoomForOthers(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		var done tally
		q := newQueue(db)
		q.Handle("slow", func(ctx context.Context, _ *jobs.Job) error { done.add("slow"); <-ctx.Done(); return ctx.Err() })
		q.Handle("quick", func(context.Context, *jobs.Job) error { done.add("quick"); return nil })
		runQueue(t, q)
		for range 100 {
			must(t, db.AddJobs(t.Context(), jobs.Job{Kind: "slow"}))
		}
		eventually(t, "slow jobs have their share", func() bool { return done.of("slow") >= 16 })
		must(t, db.AddJobs(t.Context(), jobs.Job{Kind: "quick"}, jobs.Job{Kind: "quick"}))
		eventually(t, "the others are done", func() bool { return done.of("quick") == 2 })
		if n := done.of("slow"); n >= 32 {
			t.Errorf("%d slow jobs at once", n)
		}
	})
}

func TestAPanicCostsOneAttempt(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		q := newQueue(db)
		q.Handle("panic", func(_ context.Context, job *jobs.Job) error { panic(string(job.Payload)) })
		runQueue(t, q)
		must(t, db.AddJobs(t.Context(), jobs.Job{Kind: "panic", Payload: []byte("a secret")}))
		eventually(t, "it is tried", func() bool { reason, _ := lastError(t, db); return reason != "" })
		if reason, _ := lastError(t, db); !strings.Contains(reason, "panicked") || strings.Contains(reason, "a secret") {
			t.Errorf("reason %q", reason)
		}
	})
}

func TestTheJobsOfADeadServerAreDoneByAnother(t *testing.T) {
	onTwo(t, func(t *testing.T, c *clock, dead, other *DB) {
		ctx := t.Context()
		must(t, dead.AddJobs(ctx, jobs.Job{Kind: "x", Payload: []byte("1")}))
		kinds := []string{"x"}
		mine, err := dead.LeaseJobs(ctx, "dead", c.now().Add(time.Minute), kinds, 9)
		if err != nil || len(mine) != 1 || mine[0].Attempt != 1 {
			t.Fatal(mine, err)
		}
		if theirs, err := other.LeaseJobs(ctx, "other", c.now().Add(time.Minute), kinds, 9); err != nil || len(theirs) != 0 {
			t.Errorf("a job that is leased: %v, %v", theirs, err)
		}
		must(t, dead.KeepJob(ctx, mine[0].ID, "dead", c.now().Add(2*time.Minute)))
		c.advance(time.Minute)
		if theirs, err := other.LeaseJobs(ctx, "other", c.now().Add(time.Minute), kinds, 9); err != nil || len(theirs) != 0 {
			t.Errorf("a lease that was prolonged: %v, %v", theirs, err)
		}
		c.advance(time.Minute)
		theirs, err := other.LeaseJobs(ctx, "other", c.now().Add(time.Minute), kinds, 9)
		want := []jobs.Job{{ID: mine[0].ID, Kind: "x", Payload: []byte("1"), Attempt: 2}}
		if diff := cmp.Diff(want, theirs); diff != "" || err != nil {
			t.Errorf("after the lease: %v %s", err, diff)
		}
		for what, err := range map[string]error{
			"keep": dead.KeepJob(ctx, want[0].ID, "dead", c.now()), "end": dead.EndJob(ctx, want[0].ID, "dead"),
			"return": dead.ReturnJob(ctx, want[0], "dead", ""), "bury": dead.BuryJob(ctx, want[0].ID, "dead", ""),
		} {
			if !errors.Is(err, jobs.ErrLost) {
				t.Errorf("%s with a lease that is over: %v", what, err)
			}
		}
		must(t, other.EndJob(ctx, want[0].ID, "other"))
	})
}

func TestAServerThatStopsGivesItsJobsBack(t *testing.T) {
	onTwo(t, func(t *testing.T, _ *clock, one, other *DB) {
		begun := make(chan struct{})
		q := newQueue(one)
		q.Handle("long", func(ctx context.Context, _ *jobs.Job) error { close(begun); <-ctx.Done(); return ctx.Err() })
		stop := runQueue(t, q)
		must(t, one.AddJobs(t.Context(), jobs.Job{Kind: "long"}))
		<-begun
		stop()
		left, err := other.LeaseJobs(t.Context(), "other", other.now().Add(time.Minute), []string{"long"}, 9)
		if err != nil || len(left) != 1 || left[0].Attempt != 1 {
			t.Errorf("what is left: %v, %v", left, err)
		}
	})
}

func TestJobsOfANewerServerAreLeftToIt(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		must(t, db.AddJobs(t.Context(), jobs.Job{Kind: "new"}))
		found, err := db.LeaseJobs(t.Context(), "old", db.now().Add(time.Minute), []string{"old", "older"}, 9)
		if err != nil || len(found) != 0 {
			t.Errorf("got %v, %v", found, err)
		}
	})
}

func TestWhatHappensAgainAndAgainIsDoneByOneOfTheServers(t *testing.T) {
	onTwo(t, func(t *testing.T, c *clock, one, other *DB) {
		var done tally
		for _, db := range []*DB{one, other} {
			q := newQueue(db)
			q.Every(time.Hour, "tidy", func(context.Context) error { done.add("tidy"); return errors.New("not this time") })
			runQueue(t, q)
		}
		for n := 1; n <= 3; n++ {
			eventually(t, "the next time", func() bool { return done.of("tidy") == n })
			eventually(t, "it waits", func() bool { reason, _ := lastError(t, one); return reason == "not this time" })
			eventually(t, "it is given back", func() bool {
				var lease any
				must(t, one.reader.QueryRowContext(t.Context(), "select lease from jobs").Scan(&lease))
				return lease == nil
			})
			c.advance(time.Hour)
			one.tell(1)
			other.tell(1)
		}
	})
}
