// Package fault disturbs the stand-in pool the way the real one disturbs its
// callers: request quotas, slow answers, short and empty pages, paging tokens
// that have expired, broken connections, internal errors, an outage, a clock
// that goes wrong.
//
// What happens to a request is a pure function of the seed, the operation and
// the number of the request among those of its operation; only quotas and
// outages ask the clock, which is passed in. So a run can be repeated.
package fault

import (
	"slices"
	"sync"
	"time"
)

// Faults decides what becomes of each request. It is safe for concurrent use.
type Faults struct {
	now func() time.Time

	mu       sync.Mutex
	settings Settings
	since    time.Time         // when settings were set
	requests map[string]uint64 // by operation
	quota    *quota
}

// New makes faults that begin now.
func New(s Settings, now func() time.Time) *Faults {
	f := &Faults{now: now}
	f.Set(s)
	return f
}

// Set replaces all settings and starts anew: request numbers at zero, buckets
// full, an outage counted from now.
func (f *Faults) Set(s Settings) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.settings, f.since = s, f.now()
	f.requests, f.quota = map[string]uint64{}, newQuota(s.Throttle)
}

// Settings returns what was set last.
func (f *Faults) Settings() Settings {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.settings
}

// Now is the time as the disturbed pool believes it to be.
func (f *Faults) Now() time.Time {
	return f.now().Add(f.Settings().ClockSkew)
}

// Call is a request as far as the caller knows it.
type Call struct {
	Operation string // such as ListUsers
	Pool      string // pool id; "" when not known
	User      string // anything that tells users apart; "" when not known
}

// Decide counts a request and says what becomes of it.
func (f *Faults) Decide(c Call) Decision {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.requests[c.Operation]
	f.requests[c.Operation]++

	if !f.settings.concerns(c.Operation) {
		return Decision{}
	}
	now := f.now()
	if f.settings.Outage.covers(now.Sub(f.since)) {
		return Decision{Err: errUnavailable}
	}
	if f.settings.Throttle.On && !f.quota.take(c, now) {
		return Decision{Err: errThrottled}
	}
	return f.settings.decide(c.Operation, n)
}

func (s *Settings) concerns(operation string) bool {
	return len(s.Operations) == 0 || slices.Contains(s.Operations, operation)
}

// covers tells whether the outage is on, so long after it was set.
func (o Outage) covers(passed time.Duration) bool {
	return passed >= o.After && passed < o.After+o.For
}
