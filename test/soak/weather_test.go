package soak

import (
	"context"
	"math/rand/v2"
	"time"

	"wherry/pool"
)

// spell is a time of one kind of weather.
type spell struct {
	name  string
	pool  pool.Faults
	cut   bool // the line to the pool
	lasts time.Duration
}

// storms is everything that befalls the pool, one at a time.
var storms = []spell{
	{name: "throttled", pool: pool.Faults{Throttle: pool.Throttle{On: true, Rates: map[string]float64{"UserAuthentication": 20, "UserRead": 20, "UserToken": 10}}}},
	{name: "slow", pool: pool.Faults{Latency: pool.Latency{Distribution: "lognormal", Mean: 300 * time.Millisecond, Spread: 200 * time.Millisecond}}},
	{name: "stalled", pool: pool.Faults{Latency: pool.Latency{Mean: time.Minute}}},
	{name: "resets", pool: pool.Faults{Resets: 0.4}},
	{name: "internal errors", pool: pool.Faults{InternalErrors: 0.4}},
	{name: "out of order", pool: pool.Faults{Outage: pool.Outage{For: time.Hour}}},
	{name: "profiles lost", pool: pool.Faults{Operations: []string{"GetUser", "AdminGetUser"}, Resets: 0.5, InternalErrors: 0.5}},
	{name: "dead", cut: true},
}

// forecast is the weather in turn, the same for a seed: after each storm it is
// calm for a while.
type forecast struct {
	from *rand.Rand
	pace time.Duration // the shortest spell; the longest is five times as long
	next []int         // of storms; each comes before one comes again
	calm bool
}

func (f *forecast) spell() spell {
	f.calm = !f.calm
	lasts := f.pace + time.Duration(f.from.Int64N(int64(4*f.pace)))
	if f.calm {
		return spell{name: "calm", lasts: lasts}
	}
	if len(f.next) == 0 {
		f.next = f.from.Perm(len(storms))
	}
	s := storms[f.next[0]]
	f.next = f.next[1:]
	s.lasts, s.pool.Seed = lasts, f.from.Uint64()
	return s
}

// weather lets the forecast come true until ctx ends, and leaves clear skies.
// It returns how often each kind came.
func (p *parts) weather(ctx context.Context, seed uint64) map[string]int {
	came := map[string]int{}
	f := forecast{from: rand.New(rand.NewPCG(seed, 1)), pace: p.pace}
	for ctx.Err() == nil {
		s := f.spell()
		came[s.name]++
		p.pool.SetFaults(s.pool)
		p.line.setCut(s.cut)
		select {
		case <-time.After(s.lasts):
		case <-ctx.Done():
		}
	}
	p.pool.SetFaults(pool.Faults{})
	p.line.setCut(false)
	return came
}
