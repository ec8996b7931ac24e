package guard

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limit bounds how often something may happen, for each key by itself. The
// keys it remembers are bounded too: of many it forgets those that were quiet
// longest, which does them no harm once they have been quiet for a while.
type Limit struct {
	attempts int
	every    time.Duration
	keys     int
	now      func() time.Time

	mu         sync.Mutex
	young, old map[Key]*rate.Limiter
}

// Key is what attempts are counted by: a keyed hash, so that the memory of
// this program holds no list of login ids.
type Key [16]byte

// NewLimit allows so many attempts within a time, for each key, and remembers
// up to so many keys. 0 attempts allow everything.
func NewLimit(attempts int, within time.Duration, keys int) *Limit {
	l := &Limit{attempts: attempts, keys: keys, now: time.Now, young: map[Key]*rate.Limiter{}}
	if attempts > 0 {
		l.every = within / time.Duration(attempts)
	}
	return l
}

// Allows takes one attempt of the key, if there is one left.
func (l *Limit) Allows(k Key) bool {
	if l.attempts == 0 {
		return true
	}
	return l.of(k).AllowN(l.now(), 1)
}

// of finds the key's limiter. Keys live in two generations: a use moves one
// into the young, and when those are half of what may be remembered, the old
// ones are dropped and the young grow old.
func (l *Limit) of(k Key) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r, ok := l.young[k]; ok {
		return r
	}
	r, ok := l.old[k]
	if !ok {
		r = rate.NewLimiter(rate.Every(l.every), l.attempts)
	}
	if len(l.young) >= max(1, l.keys/2) {
		l.old, l.young = l.young, make(map[Key]*rate.Limiter)
	}
	l.young[k] = r
	return r
}
