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

	ceiling float64
	limiter *rate.Limiter

	mu       sync.Mutex
	counts   Counts
	cut      time.Time // when the rate was last halved
	borne    float64   // what the other side seemed to bear then; 0: no idea
	raised   time.Time
	window   time.Time // since when served is counted
	served   int
	measured float64 // served a second in the window before
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
	return &Pacer{Judge: judge, Patience: 2 * time.Minute, ceiling: ceiling, limiter: rate.NewLimiter(rate.Limit(ceiling), burst(ceiling))}
}

// burst lets a caller make up for a tenth of a second.
func burst(perSecond float64) int { return max(1, int(perSecond/10)) }

// How the rate moves. After a cut it is back within a few seconds at a little
// less than what was borne, and from there it rises so slowly that cuts are
// rare.
const (
	window    = time.Second
	least     = 0.2  // calls a second
	recovery  = 3.0  // seconds from the half to what was borne
	below     = 0.97 // of what was borne
	creep     = 0.003
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
	c.Rate = float64(p.limiter.Limit())
	return c
}

func (p *Pacer) learn(v Verdict, began time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.counts.Calls++
	switch v {
	case Lost:
		p.counts.Lost++
	case Throttled:
		p.counts.Throttled++
		p.slower(began, now)
	default:
		p.measure(now)
		p.faster(now)
	}
}

// measure counts what the other side bears.
func (p *Pacer) measure(now time.Time) {
	if elapsed := now.Sub(p.window); elapsed >= window {
		p.measured = float64(p.served) / elapsed.Seconds()
		p.window, p.served = now, 0
	}
	p.served++
}

// slower halves the rate, once for all calls that were on their way together.
func (p *Pacer) slower(began, now time.Time) {
	if began.Before(p.cut) {
		return
	}
	current := float64(p.limiter.Limit())
	p.borne = current
	if p.measured > 0 {
		p.borne = min(current, p.measured)
	}
	p.cut, p.raised = now, now
	p.limit(current / 2)
}

// faster raises the rate by the time that has gone by.
func (p *Pacer) faster(now time.Time) {
	current := float64(p.limiter.Limit())
	if current >= p.ceiling || now.Sub(p.raised) < 100*time.Millisecond {
		return
	}
	seconds := now.Sub(p.raised).Seconds()
	p.raised = now
	goal := p.borne * below
	if current < goal {
		p.limit(min(goal, current+seconds*goal/recovery))
		return
	}
	p.limit(current + seconds*p.ceiling*creep)
}

func (p *Pacer) limit(perSecond float64) {
	perSecond = min(p.ceiling, max(least, perSecond))
	p.limiter.SetLimit(rate.Limit(perSecond))
	p.limiter.SetBurst(burst(perSecond))
}
