package signin

import (
	"sync"
	"time"
)

const (
	freeTries   = 5                // wrong passwords before the first lock
	longestLock = 15 * time.Minute // also how long a user must be idle to be forgiven
)

// who is a user of a pool.
type who struct {
	pool string
	user int
}

// tries is the wrong passwords of each user: after five the user is locked for
// a second, and for twice as long after each further one. Tries during a lock
// do not count.
type tries struct {
	mu sync.Mutex
	of map[who]try
}

type try struct {
	failures int
	last     time.Time
}

func (t try) lock() time.Duration {
	if t.failures < freeTries {
		return 0
	}
	return min(longestLock, time.Second<<min(t.failures-freeTries, 30))
}

func (t *tries) locked(w who, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	one := t.of[w]
	return now.Before(one.last.Add(one.lock()))
}

func (t *tries) failed(w who, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	one := t.of[w]
	if now.Sub(one.last) > longestLock {
		one.failures = 0
	}
	if t.of == nil {
		t.of = map[who]try{}
	}
	t.of[w] = try{one.failures + 1, now}
}

func (t *tries) passed(w who) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.of, w)
}
