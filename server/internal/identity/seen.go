package identity

import (
	"crypto/sha256"
	"sync"
)

// seen keeps what tokens say whose signature was good: clients come with the same
// one again and again, and the check costs more than everything else. That a
// token has expired or was revoked is looked at each time.
type seen struct {
	mu     sync.Mutex
	claims map[[sha256.Size]byte]*Claims
	drops  int
}

// mostSeen is how many are kept. When there are more, it begins anew.
const mostSeen = 10_000

func (s *seen) get(token string, read func() (*Claims, error)) (*Claims, error) {
	key := sha256.Sum256([]byte(token))
	s.mu.Lock()
	c, known := s.claims[key]
	before := s.drops
	s.mu.Unlock()
	if known {
		return c, nil
	}
	c, err := read()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.drops != before { // a key has gone meanwhile
		return c, nil
	}
	if s.claims == nil || len(s.claims) >= mostSeen {
		s.claims = map[[sha256.Size]byte]*Claims{}
	}
	s.claims[key] = c
	return c, nil
}

func (s *seen) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.claims = nil
	s.drops++
}
