package fusionauth

import (
	"crypto/tls"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
)

const (
	retries      = 4
	longestPause = 30 * time.Second
	jitter       = 0.2
)

// mayRepeat tells whether a call whose fate is unknown may be made again.
func (c call) mayRepeat() bool {
	switch c.method {
	case http.MethodGet, http.MethodDelete:
		return true
	case http.MethodPatch:
		return c.merge
	default:
		return c.repeatable
	}
}

func newRetryPolicy(backoff time.Duration) retrypolicy.RetryPolicy[*answer] {
	return retrypolicy.NewBuilder[*answer]().
		HandleIf(isPassing).
		WithMaxRetries(retries).
		WithBackoff(backoff, max(longestPause, 2*backoff)).
		WithJitterFactor(jitter).
		WithDelayFunc(func(e failsafe.ExecutionAttempt[*answer]) time.Duration {
			return pause(e.LastResult(), time.Now())
		}).
		ReturnLastFailure().
		Build()
}

// isPassing tells whether a failure may have gone away at the next attempt.
func isPassing(got *answer, err error) bool {
	var untrusted *tls.CertificateVerificationError
	switch {
	case err != nil:
		return !errors.As(err, &untrusted) && !errors.Is(err, errTooLarge)
	case got.status == http.StatusConflict:
		return readComplaints(got.body).hasGeneral("[retryableConflict]")
	default:
		return slices.Contains([]int{
			http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
			http.StatusServiceUnavailable, http.StatusGatewayTimeout,
		}, got.status)
	}
}

// pause is how long the server asks us to wait, or -1 when it does not ask.
func pause(got *answer, now time.Time) time.Duration {
	if got == nil {
		return -1
	}
	asked := got.header.Get("Retry-After")
	wait := time.Duration(-1)
	if seconds, err := strconv.Atoi(asked); err == nil && seconds >= 0 {
		wait = time.Duration(min(seconds, int(longestPause/time.Second))) * time.Second
	} else if until, err := http.ParseTime(asked); err == nil {
		wait = min(max(0, until.Sub(now)), longestPause)
	}
	if wait <= 0 {
		return wait
	}
	return time.Duration(float64(wait) / (1 - jitter)) // the policy's jitter must not cut it short
}
