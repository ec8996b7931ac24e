package soak

import (
	"slices"
	"sync"

	"wherry/toolkit/connector"
)

// record is the connector's list of those turned away, by login id.
type record struct {
	mu  sync.Mutex
	why map[string][]string
}

// TurnedAway implements connector.Ledger.
func (r *record) TurnedAway(t connector.TurnedAway) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.why == nil {
		r.why = map[string][]string{}
	}
	if !slices.Contains(r.why[t.LoginID], t.Outcome) {
		r.why[t.LoginID] = append(r.why[t.LoginID], t.Outcome)
	}
	return nil
}

// passing is the outcomes that say nothing about the user.
var passing = []string{
	"throttled", "unavailable", "timed-out", "breaker-open", "busy", "rate-limited", "caller-gone", "locked-out",
}

// of is why somebody was turned away, but for the weather.
func (r *record) of(login string) (outcomes []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, o := range r.why[login] {
		if !slices.Contains(passing, o) {
			outcomes = append(outcomes, o)
		}
	}
	return outcomes
}
