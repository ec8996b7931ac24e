// Package pace keeps calls within a quota that nobody told us: it begins at
// the rate that is allowed, takes half of it when the other side says "too
// many", and feels its way up again.
package pace

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Verdict is what the answer to a call says about the pace.
type Verdict int

const (
	Served    Verdict = iota // answered, well or badly
	Throttled                // too many calls: slow down and call again
	Lost                     // no answer: wait, and call again
)

// Pacer paces the calls of one quota, from many goroutines.
type Pacer struct {
	// Judge tells what an error means for the pace.
	Judge func(error) Verdict

	// Patience is how long a call may be lost again and again before its error
	// comes back. Throttled calls are repeated for as long as it takes.
	Patience time.Duration

	limiter *rate.Limiter

	mu       sync.Mutex
	counts   Counts
	governor governor
}

// Counts is what a Pacer has done.
type Counts struct {
	Calls     int     `json:"calls"` // sent, repeated ones too
	Throttled int     `json:"throttled"`
	Lost      int     `json:"lost"`
	Rate      float64 `json:"rate"` // allowed a second at the moment
}

// New makes a Pacer that never exceeds so many calls a second.
func New(ceiling float64, judge func(error) Verdict) *Pacer {
	return &Pacer{
		Judge: judge, Patience: 2 * time.Minute,
		limiter: rate.NewLimiter(rate.Limit(ceiling), burst(ceiling)), governor: governor{ceiling: ceiling, rate: ceiling},
	}
}

// burst lets a caller make up for a tenth of a second.
func burst(perSecond float64) int { return max(1, int(perSecond/10)) }

// How long a lost call waits before it is made again.
const (
	firstWait = 250 * time.Millisecond
	longest   = 10 * time.Second
)

// Do makes a call when its turn comes, and again while it is throttled or lost.
func (p *Pacer) Do(ctx context.Context, call func(context.Context) error) error {
	var lostSince time.Time
	for wait := firstWait; ; {
		if err := p.limiter.Wait(ctx); err != nil {
			return context.Cause(ctx)
		}
		began := time.Now()
		err := call(ctx)
		verdict := p.Judge(err)
		p.learn(verdict, began)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case verdict == Served:
			return err
		case verdict == Throttled:
			lostSince = time.Time{}
			continue
		case lostSince.IsZero():
			lostSince, wait = began, firstWait
		case time.Since(lostSince) > p.Patience:
			return err
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
		wait = min(2*wait, longest)
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

// Counts tells what was done so far.
func (p *Pacer) Counts() Counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.counts
	c.Rate = p.governor.rate
	return c
}

func (p *Pacer) learn(v Verdict, began time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts.Calls++
	before := p.governor.rate
	switch v {
	case Lost:
		p.counts.Lost++
	case Throttled:
		p.counts.Throttled++
		p.governor.wasThrottled(began, time.Now())
	default:
		p.governor.wasServed(time.Now())
	}
	if now := p.governor.rate; now != before {
		p.limiter.SetLimit(rate.Limit(now))
		p.limiter.SetBurst(burst(now))
	}
}
