// Package clock is the time of day as a pool sees it, which tests may move.
package clock

import (
	"sync/atomic"
	"time"
)

// Clock runs with another clock, some way before or behind it.
type Clock struct {
	Base func() time.Time // the other clock

	ahead atomic.Int64
}

// Now is the pool's time.
func (c *Clock) Now() time.Time { return c.Base().Add(c.Ahead()).UTC() }

// Move puts the clock forward by d, or back when d is negative.
func (c *Clock) Move(d time.Duration) { c.ahead.Add(int64(d)) }

// Ahead is how far the clock has been moved in all.
func (c *Clock) Ahead() time.Duration { return time.Duration(c.ahead.Load()) }
