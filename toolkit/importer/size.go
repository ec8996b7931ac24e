package importer

import (
	"sync/atomic"
	"time"
)

// The bounds of a request.
const (
	mostUsers  = 100_000
	mostBytes  = 48 << 20 // so that the toolkit needs little memory; larger ones are not faster
	firstUsers = 10_000   // as FusionAuth's own import script sends
	fewUsers   = 100
)

// An import that takes longer than slow is asked for less, so that whatever
// stands before the target does not lose its patience; one that is faster than
// quick may grow.
const (
	slow  = 40 * time.Second
	quick = 15 * time.Second
)

// size is how many users go into one request. It is read by whoever prepares
// the next one.
type size struct {
	users atomic.Int64
	most  int
}

func (s *size) begin(most int) {
	s.most = most
	s.users.Store(int64(min(firstUsers, most)))
}

func (s *size) now() int { return int(s.users.Load()) }

// took learns from a request that succeeded.
func (s *size) took(users int, time time.Duration) {
	switch now := s.now(); {
	case time > slow:
		s.users.Store(int64(max(1, min(now, users*2/3))))
	case time < quick && users >= now:
		s.users.Store(int64(min(2*now, s.most)))
	}
}

// tooLarge learns from a request that was too large to be read.
func (s *size) tooLarge(users int) { s.users.Store(int64(max(1, min(s.now(), users/2)))) }

// tooLong learns from one that the target, or what stands before it, did not
// answer in time. Few users take no time, so those are not to blame.
func (s *size) tooLong(users int) { s.users.Store(int64(min(s.now(), max(fewUsers, users/2)))) }
