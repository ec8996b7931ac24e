package fault

import (
	"time"

	"golang.org/x/time/rate"
)

// defaultRates is AWS's default quotas, in requests a second, per account and
// region.
var defaultRates = map[string]float64{
	"UserAuthentication":     120,
	"UserCreation":           50,
	"UserAccountRecovery":    30,
	"UserRead":               120,
	"UserUpdate":             25,
	"UserToken":              120,
	"UserResourceRead":       50,
	"UserResourceUpdate":     25,
	"UserList":               30,
	"UserPoolRead":           15,
	"UserPoolUpdate":         15,
	"UserPoolResourceRead":   20,
	"UserPoolResourceUpdate": 15,
	"UserPoolClientRead":     15,
	"UserPoolClientUpdate":   15,
}

const (
	perOperationAndPool = 5.0  // of the UserPoolResource and UserPoolClient categories
	perUser             = 10.0 // reads, and as many writes
	answersPerSignIn    = 3.0  // the allowance of RespondToAuthChallenge is so much larger
)

// quota is the token buckets. Each holds what flows in within a second.
type quota struct {
	rates   map[string]float64
	buckets map[string]*rate.Limiter
}

// manyBuckets is when full buckets, which a new one would equal, are dropped.
const manyBuckets = 10_000

func newQuota(t Throttle) *quota {
	return &quota{t.Rates, map[string]*rate.Limiter{}}
}

// take takes one token from each bucket that concerns the call, if it has one.
func (q *quota) take(c Call, now time.Time) bool {
	category, known := categories[c.Operation]
	if !known {
		return true
	}
	limit := defaultRates[category]
	if own, ok := q.rates[category]; ok {
		limit = own
	}
	if respond[c.Operation] {
		category, limit = "Respond", limit*answersPerSignIn
	}
	return q.bucket(category, limit, now).AllowN(now, 1) &&
		(!perPool[category] || c.Pool == "" || q.bucket(c.Operation+" "+c.Pool, perOperationAndPool, now).AllowN(now, 1)) &&
		(userSide[category] == "" || c.User == "" || q.bucket(userSide[category]+" "+c.Pool+" "+c.User, perUser, now).AllowN(now, 1))
}

func (q *quota) bucket(key string, limit float64, now time.Time) *rate.Limiter {
	b := q.buckets[key]
	if b == nil {
		if len(q.buckets) >= manyBuckets {
			q.dropFull(now)
		}
		b = rate.NewLimiter(rate.Limit(limit), max(1, int(limit)))
		q.buckets[key] = b
	}
	return b
}

func (q *quota) dropFull(now time.Time) {
	for key, b := range q.buckets {
		if b.TokensAt(now) >= float64(b.Burst()) {
			delete(q.buckets, key)
		}
	}
}
