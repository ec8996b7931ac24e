package signin

import (
	"crypto/rand"
	"encoding/base64"
	"sync"
	"time"

	"wherry/pool/internal/refuse"
)

// session is what the pool remembers between a challenge and its answer.
type session struct {
	pool, client string
	user         int
	challenge    string
	expires      time.Time
	code         string // that was sent
	secret       string // Base32, of an authenticator being set up
	verified     bool   // the authenticator gave a right code
	wrong        int    // wrong codes so far
	device       string // that must prove itself
}

// sessions is the open challenges. Ended ones are swept out now and then.
type sessions struct {
	mu    sync.Mutex
	open  map[string]session
	sweep int // when so many are open, look for expired ones
}

// put opens a session and returns its name.
func (s *sessions) put(v session, now time.Time) string {
	name := make([]byte, 96)
	_, _ = rand.Read(name) // never fails
	id := "AYAB" + base64.RawURLEncoding.EncodeToString(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[string]session{}
	}
	if len(s.open) >= s.sweep {
		s.drop(now)
	}
	s.open[id] = v
	return id
}

func (s *sessions) drop(now time.Time) {
	for id, v := range s.open {
		if !now.Before(v.expires) {
			delete(s.open, id)
		}
	}
	s.sweep = 2*len(s.open) + 1000
}

// take ends a session: nobody gets it twice.
func (s *sessions) take(id string, now time.Time) (session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.open[id]
	delete(s.open, id)
	if !ok {
		return v, refuse.NotAuthorized("Invalid session for the user.")
	}
	if !now.Before(v.expires) {
		return v, refuse.NotAuthorized("Invalid session for the user, session is expired.")
	}
	return v, nil
}

// wrongCodes is how many wrong codes a session bears.
const wrongCodes = 5

// again puts a session back after a wrong code, under its old name.
func (s *sessions) again(id string, v session) {
	if v.wrong++; v.wrong >= wrongCodes {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[id] = v
}
