package fault

import (
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"time"

	"wherry/pool/internal/refuse"
)

// Decision says what to do with one request. The zero value is: serve it.
type Decision struct {
	Delay       time.Duration // wait so long first
	Reset       bool          // then break the connection, without an answer
	Err         *refuse.Error // or answer this
	ExpireToken bool          // or take the request's paging token, if any, for expired

	empty bool
	share float64 // of a full page; 0 stands for all of it
}

var (
	errThrottled   = &refuse.Error{Type: "TooManyRequestsException", Message: "Rate exceeded", Status: http.StatusBadRequest}
	errInternal    = &refuse.Error{Type: "InternalErrorException", Message: "Internal server error.", Status: http.StatusInternalServerError}
	errUnavailable = &refuse.Error{Type: "ServiceUnavailableException", Message: "Service is unavailable", Status: http.StatusServiceUnavailable}
)

// Page says how many entries a page may hold that would hold limit, which is
// at least 1. The answer may be 0: a page without entries, but with a token
// when entries remain.
func (d Decision) Page(limit int) int {
	switch {
	case d.empty:
		return 0
	case d.share > 0:
		return max(1, int(d.share*float64(limit)))
	default:
		return limit
	}
}

// decide is the pure part. Every draw is made, wanted or not, so that changing
// one setting leaves the others' decisions as they were.
func (s *Settings) decide(operation string, n uint64) Decision {
	draw := rand.New(rand.NewPCG(s.Seed^digest(operation), n))
	chance := func(p float64) bool { return draw.Float64() < p }

	var d Decision
	reset, internal := chance(s.Resets), chance(s.InternalErrors)
	expire, empty, short := chance(s.ExpiredTokens), chance(s.EmptyPages), chance(s.ShortPages)
	share := draw.Float64()
	d.Delay = s.Latency.draw(draw)
	switch {
	case reset:
		d.Reset = true
	case internal:
		d.Err = errInternal
	default:
		d.ExpireToken, d.empty = expire, empty
		if short {
			d.share = max(share, 1e-9)
		}
	}
	return d
}

func digest(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	return h.Sum64()
}
