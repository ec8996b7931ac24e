package token

import (
	"sync"
	"time"
)

// revocations is which sign-ins count no more. Sign-ins of an earlier run of
// the program, before first, cannot be revoked one by one.
type revocations struct {
	mu    sync.RWMutex
	first uint64
	bits  []uint64       // by sign-in, from first on
	until map[int]uint64 // by user: their sign-ins up to this one
}

// Revoke ends one sign-in.
func (m *Mint) Revoke(session uint64) {
	r := &m.revoked
	r.mu.Lock()
	defer r.mu.Unlock()
	if session < r.first {
		return
	}
	i := int(session - r.first)
	for len(r.bits) <= i/64 {
		r.bits = append(r.bits, 0)
	}
	r.bits[i/64] |= 1 << (i % 64)
}

// SignOut ends every sign-in that the user has made so far.
func (m *Mint) SignOut(user int) {
	r := &m.revoked
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.until == nil {
		r.until = map[int]uint64{}
	}
	r.until[user] = m.next.Load()
}

// Revoked tells whether a sign-in of a user counts no more.
func (m *Mint) Revoked(session uint64, user int) bool {
	r := &m.revoked
	r.mu.RLock()
	defer r.mu.RUnlock()
	if until, ok := r.until[user]; ok && session <= until {
		return true
	}
	if session < r.first {
		return false
	}
	i := int(session - r.first)
	return i/64 < len(r.bits) && r.bits[i/64]&(1<<(i%64)) != 0
}

// rotations is, for clients that rotate refresh tokens, which one of a sign-in
// is the latest.
type rotations struct {
	mu     sync.Mutex
	latest map[uint64]rotation
}

type rotation struct {
	number int
	at     time.Time
}

// Rotate takes refresh token number n of a sign-in out of use, and returns
// the number of the next one. It says false when n was taken out of use longer
// than grace ago.
func (m *Mint) Rotate(session uint64, n int, now time.Time, grace time.Duration) (next int, ok bool) {
	r := &m.rotations
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.latest == nil {
		r.latest = map[uint64]rotation{}
	}
	latest := r.latest[session]
	switch {
	case n == latest.number:
		r.latest[session] = rotation{n + 1, now}
		return n + 1, true
	case n == latest.number-1 && now.Sub(latest.at) <= grace && grace > 0:
		return latest.number, true
	default:
		return 0, false
	}
}
