package pace

import "time"

// governor decides on the rate from what becomes of calls. It has no clock of
// its own.
type governor struct {
	ceiling float64 // calls a second
	rate    float64

	cut    time.Time // when the rate was last halved
	borne  float64   // what the other side seemed to bear then
	raised time.Time

	window   time.Time // since when served is counted
	served   int
	measured float64 // the most that was served a second, in windows not long ago
}

// How the rate moves. A second after a cut it is back at a little less than
// what was borne; from there it rises slowly at first, so that cuts are rare,
// and faster the longer there was none, so that a cut that somebody else's
// calls were to blame for is soon forgotten.
const (
	least    = 0.2 // calls a second
	below    = 0.97
	recovery = 1.0   // seconds
	creep    = 0.003 // of the rate a second, just after the recovery
	patient  = 8.0   // seconds until it rises at twice that
	window   = 2 * time.Second
	fading   = 0.85 // a window in which the caller had other things to do says little
	settled  = 50 * time.Millisecond
)

// wasServed notes an answer.
func (g *governor) wasServed(now time.Time) {
	if elapsed := now.Sub(g.window); elapsed >= window {
		g.measured = max(float64(g.served)/elapsed.Seconds(), g.measured*fading)
		g.window, g.served = now, 0
	}
	g.served++
	g.faster(now)
}

// wasThrottled halves the rate, once for all calls that were on their way
// together.
func (g *governor) wasThrottled(began, now time.Time) {
	if began.Before(g.cut) {
		return
	}
	g.borne = g.rate
	if g.measured > 0 {
		g.borne = min(g.rate, g.measured)
	}
	g.cut, g.raised = now, now
	g.rate = max(least, g.rate/2)
}

// faster raises the rate by the time that has gone by.
func (g *governor) faster(now time.Time) {
	elapsed := now.Sub(g.raised)
	if g.rate >= g.ceiling || elapsed < settled {
		return
	}
	g.raised = now
	goal, seconds := g.borne*below, elapsed.Seconds()
	if g.rate < goal {
		g.rate = min(goal, g.rate+seconds*goal/2/recovery)
		return
	}
	quiet := now.Sub(g.cut).Seconds() / patient
	g.rate = min(g.ceiling, g.rate*(1+min(1, seconds)*creep*(1+quiet*quiet*quiet)))
}
