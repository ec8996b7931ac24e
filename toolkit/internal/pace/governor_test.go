package pace

import (
	"fmt"
	"testing"
	"time"
)

// bucket is a quota as AWS keeps it: what flows in within a second can be
// saved up.
type bucket struct {
	rate, level float64
	filled      time.Time
}

func (b *bucket) take(now time.Time) bool {
	b.level = min(max(1, b.rate), b.level+now.Sub(b.filled).Seconds()*b.rate)
	b.filled = now
	if b.level < 1 {
		return false
	}
	b.level--
	return true
}

// simulate makes calls at the governor's rate for a time, and returns how many
// were served and how many throttled.
func simulate(g *governor, b *bucket, from time.Time, d time.Duration) (served, throttled int) {
	for now := from; now.Before(from.Add(d)); now = now.Add(time.Duration(float64(time.Second) / g.rate)) {
		if b.take(now) {
			served++
			g.wasServed(now)
		} else {
			throttled++
			g.wasThrottled(now, now)
		}
	}
	return served, throttled
}

func TestTheQuotaIsFound(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for _, quota := range []float64{5, 10, 30, 120} {
		for _, ceiling := range []float64{1, 1.2, 3} {
			t.Run(fmt.Sprintf("quota %.0f, ceiling %.0f", quota, quota*ceiling), func(t *testing.T) {
				t.Parallel()
				g := &governor{ceiling: quota * ceiling, rate: quota * ceiling}
				served, throttled := simulate(g, &bucket{rate: quota, filled: start}, start, time.Hour)
				used := float64(served) / (quota * 3600)
				if used < 0.95 || float64(throttled) > 0.03*float64(served) {
					t.Errorf("%.1f %% of the quota was used, %d calls were throttled of %d", 100*used, throttled, served+throttled)
				}
			})
		}
	}
}

func TestABorrowedQuotaComesBack(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	g, b := &governor{ceiling: 30, rate: 30}, &bucket{rate: 30, filled: start}
	simulate(g, b, start, time.Minute)
	b.rate = 2 // somebody else takes the rest
	simulate(g, b, start.Add(time.Minute), time.Minute)
	if g.rate > 5 {
		t.Errorf("the rate is %.1f", g.rate)
	}
	b.rate = 30
	simulate(g, b, start.Add(2*time.Minute), 2*time.Minute)
	if g.rate < 25 {
		t.Errorf("two minutes later the rate is %.1f", g.rate)
	}
}

func TestCallsOnTheirWayTogetherCutOnce(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	g := &governor{ceiling: 16, rate: 16}
	for i := range 5 {
		g.wasThrottled(now, now.Add(time.Duration(i+1)*time.Millisecond))
	}
	if g.rate != 8 {
		t.Errorf("the rate is %v", g.rate)
	}
	for range 20 {
		now = now.Add(time.Second)
		g.wasThrottled(now, now)
	}
	if g.rate != least {
		t.Errorf("the rate is %v", g.rate)
	}
}
