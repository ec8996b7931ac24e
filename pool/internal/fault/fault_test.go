package fault

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// clock is a time that tests move.
type clock struct{ t time.Time }

func (c *clock) now() time.Time       { return c.t }
func (c *clock) pass(d time.Duration) { c.t = c.t.Add(d) }
func newClock() *clock                { return &clock{start} }
func listUsers(pool string) Call      { return Call{Operation: "ListUsers", Pool: pool} }
func run(f *Faults, c Call, n int) (ds []Decision) {
	for range n {
		ds = append(ds, f.Decide(c))
	}
	return ds
}

func count(ds []Decision, is func(Decision) bool) (n int) {
	for _, d := range ds {
		if is(d) {
			n++
		}
	}
	return n
}

func TestNothingIsDisturbedUnasked(t *testing.T) {
	t.Parallel()
	c := newClock()
	f := New(Settings{}, c.now)
	for _, d := range run(f, listUsers("p"), 1000) {
		if d != (Decision{}) || d.Page(60) != 60 {
			t.Fatalf("got %+v", d)
		}
	}
	if !f.Now().Equal(start) {
		t.Errorf("the clock is off by %v", f.Now().Sub(start))
	}
}

func TestSharesAreKept(t *testing.T) {
	t.Parallel()
	const n = 10_000
	for _, tt := range []struct {
		name     string
		settings Settings
		is       func(Decision) bool
		want     float64
	}{
		{"short pages", Settings{ShortPages: 0.3}, func(d Decision) bool { p := d.Page(1000); return p > 0 && p < 1000 }, 0.3},
		{"empty pages", Settings{EmptyPages: 0.2}, func(d Decision) bool { return d.Page(60) == 0 }, 0.2},
		{"expired tokens", Settings{ExpiredTokens: 0.1}, func(d Decision) bool { return d.ExpireToken }, 0.1},
		{"resets", Settings{Resets: 0.05}, func(d Decision) bool { return d.Reset }, 0.05},
		{"internal errors", Settings{InternalErrors: 0.5}, func(d Decision) bool { return d.Err == errInternal }, 0.5},
		{"always", Settings{Resets: 1}, func(d Decision) bool { return d.Reset }, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := float64(count(run(New(tt.settings, newClock().now), listUsers("p"), n), tt.is)) / n
			if math.Abs(got-tt.want) > 0.02 {
				t.Errorf("share is %.3f, want %.3f", got, tt.want)
			}
		})
	}
}

func TestDecisionsFollowFromTheSeed(t *testing.T) {
	t.Parallel()
	s := Settings{Seed: 7, ShortPages: 0.3, Resets: 0.1, Latency: Latency{"normal", time.Second, time.Second}}
	first := run(New(s, newClock().now), listUsers("p"), 200)

	f := New(s, newClock().now)
	var among []Decision
	for i := range 200 {
		for range i % 3 {
			f.Decide(Call{Operation: "GetUser"})
		}
		among = append(among, f.Decide(listUsers("other")))
	}
	if !slices.Equal(first, among) {
		t.Error("requests of another operation changed the decisions")
	}

	f.Set(s)
	if !slices.Equal(first, run(f, listUsers("p"), 200)) {
		t.Error("setting the same again did not start anew")
	}

	s.Seed = 8
	if slices.Equal(first, run(New(s, newClock().now), listUsers("p"), 200)) {
		t.Error("another seed decided the same")
	}
}

func TestOneSettingLeavesTheOthersAlone(t *testing.T) {
	t.Parallel()
	empty := func(s Settings) (at []int) {
		for i, d := range run(New(s, newClock().now), listUsers("p"), 500) {
			if d.Page(60) == 0 {
				at = append(at, i)
			}
		}
		return at
	}
	with := empty(Settings{EmptyPages: 0.2, ShortPages: 0.5, Latency: Latency{Mean: time.Second}})
	if without := empty(Settings{EmptyPages: 0.2}); !slices.Equal(with, without) {
		t.Errorf("pages that were empty: %v with other faults, %v without", with, without)
	}
}

func TestOnlyNamedOperationsAreDisturbed(t *testing.T) {
	t.Parallel()
	f := New(Settings{Operations: []string{"ListUsers"}, Resets: 1}, newClock().now)
	if f.Decide(Call{Operation: "GetUser"}).Reset || !f.Decide(listUsers("p")).Reset {
		t.Error("the wrong operation was disturbed")
	}
}

func TestOutage(t *testing.T) {
	t.Parallel()
	c := newClock()
	f := New(Settings{Outage: Outage{After: 30 * time.Second, For: 10 * time.Second}, ClockSkew: time.Hour}, c.now)
	for _, tt := range []struct {
		pass time.Duration
		out  bool
	}{{0, false}, {30*time.Second - 1, false}, {1, true}, {10*time.Second - 1, true}, {1, false}, {time.Hour, false}} {
		c.pass(tt.pass)
		if got := f.Decide(Call{Operation: "GetUser"}).Err == errUnavailable; got != tt.out {
			t.Errorf("after %v: outage is %v", c.t.Sub(start), got)
		}
	}
	if got := f.Now().Sub(c.t); got != time.Hour {
		t.Errorf("the clock is ahead by %v", got)
	}
	f.Set(Settings{Outage: Outage{For: time.Second}})
	if f.Decide(Call{Operation: "GetUser"}).Err != errUnavailable {
		t.Error("an outage set now does not begin now")
	}
}

func TestQuotas(t *testing.T) {
	t.Parallel()
	on := Throttle{On: true}
	for _, tt := range []struct {
		name     string
		throttle Throttle
		calls    []Call // made in turn, 1000 in all, at one instant
		want     int    // how many pass
	}{
		{"UserList", on, []Call{{Operation: "ListUsers"}}, 30},
		{"one category, two operations", on, []Call{{Operation: "ListUsers"}, {Operation: "ListUsersInGroup"}}, 30},
		{"two pools of one account", on, []Call{listUsers("a"), listUsers("b")}, 30},
		{"sign-ins", on, []Call{{Operation: "InitiateAuth"}}, 120},
		{"answers to challenges", on, []Call{{Operation: "RespondToAuthChallenge"}}, 360},
		{"both, apart", on, []Call{{Operation: "InitiateAuth"}, {Operation: "AdminRespondToAuthChallenge"}}, 480},
		{"per operation and pool", on, []Call{{Operation: "DescribeUserPoolClient", Pool: "a"}}, 5},
		{"two operations of a pool", on, []Call{{Operation: "ListGroups", Pool: "a"}, {Operation: "GetCSVHeader", Pool: "a"}}, 10},
		{"one user read", on, []Call{{Operation: "AdminGetUser", User: "u"}}, 10},
		{"one user read and written", on, []Call{{Operation: "AdminGetUser", User: "u"}, {Operation: "AdminDisableUser", User: "u"}}, 20},
		{"two users", on, []Call{{Operation: "AdminGetUser", User: "u"}, {Operation: "AdminGetUser", User: "v"}}, 20},
		{"own rate", Throttle{On: true, Rates: map[string]float64{"UserList": 7}}, []Call{{Operation: "ListUsers"}}, 7},
		{"less than one a second", Throttle{On: true, Rates: map[string]float64{"UserList": 0.1}}, []Call{{Operation: "ListUsers"}}, 1},
		{"unknown operation", on, []Call{{Operation: "Nonsense"}}, 1000},
		{"off", Throttle{}, []Call{{Operation: "ListUsers"}}, 1000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := New(Settings{Throttle: tt.throttle}, newClock().now)
			passed := 0
			for i := range 1000 {
				if f.Decide(tt.calls[i%len(tt.calls)]).Err == nil {
					passed++
				}
			}
			if passed != tt.want {
				t.Errorf("%d passed, want %d", passed, tt.want)
			}
		})
	}
}

func TestQuotaFlowsBack(t *testing.T) {
	t.Parallel()
	c := newClock()
	f := New(Settings{Throttle: Throttle{On: true}}, c.now)
	throttled := func(d Decision) bool { return d.Err == errThrottled }
	run(f, listUsers("p"), 30)
	c.pass(100 * time.Millisecond)
	if got := count(run(f, listUsers("p"), 10), throttled); got != 7 {
		t.Errorf("a tenth of a second later %d of 10 were refused, want 7", got)
	}
	c.pass(time.Hour)
	if got := count(run(f, listUsers("p"), 40), throttled); got != 10 {
		t.Errorf("an hour later %d of 40 were refused, want 10", got)
	}
}

func TestBucketsOfIdleUsersAreDropped(t *testing.T) {
	t.Parallel()
	q := newQuota(Throttle{On: true})
	now := start
	for i := range 3 * manyBuckets {
		now = now.Add(10 * time.Millisecond)
		q.take(Call{Operation: "AdminGetUser", User: fmt.Sprint(i)}, now)
	}
	if len(q.buckets) > manyBuckets {
		t.Errorf("%d buckets are kept", len(q.buckets))
	}
}

func TestLatency(t *testing.T) {
	t.Parallel()
	const mean, spread = 200 * time.Millisecond, 50 * time.Millisecond
	for _, tt := range []struct {
		distribution string
		deviation    time.Duration
		least, most  time.Duration
	}{
		{"", 0, mean, mean},
		{"fixed", 0, mean, mean},
		{"uniform", 28867 * time.Microsecond, mean - spread, mean + spread}, // spread / √3
		{"normal", spread, 0, time.Second},
		{"lognormal", spread, time.Millisecond, time.Second},
	} {
		t.Run(tt.distribution, func(t *testing.T) {
			t.Parallel()
			ds := run(New(Settings{Latency: Latency{tt.distribution, mean, spread}}, newClock().now), listUsers("p"), 10_000)
			var sum, squares float64
			for _, d := range ds {
				if d.Delay < tt.least || d.Delay > tt.most {
					t.Fatalf("%v is not between %v and %v", d.Delay, tt.least, tt.most)
				}
				sum += float64(d.Delay)
				squares += float64(d.Delay) * float64(d.Delay)
			}
			m := sum / 10_000
			deviation := math.Sqrt(max(0, squares/10_000-m*m))
			if math.Abs(m-float64(mean)) > float64(2*time.Millisecond) {
				t.Errorf("mean is %v", time.Duration(m))
			}
			if math.Abs(deviation-float64(tt.deviation)) > float64(2*time.Millisecond) {
				t.Errorf("deviation is %v, want %v", time.Duration(deviation), tt.deviation)
			}
		})
	}
}

func TestEveryCategoryHasARate(t *testing.T) {
	t.Parallel()
	for operation, category := range categories {
		if defaultRates[category] == 0 {
			t.Errorf("%s draws from %s, which has no rate", operation, category)
		}
	}
}
