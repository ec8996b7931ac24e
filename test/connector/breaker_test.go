package connector

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"wherry/pool"
)

// touchy is a breaker that opens soon and tries again soon, for a pool where
// everybody may try as often as he likes.
var touchy = []given{
	guarded("per_login: {attempts: 0}"),
	settings("breaker: {failure_rate: 50, sign_ins: 6, window: 1h, open_for: 20ms}"),
}

const state = `breaker_state{pool="customers"}`

// A pool that is down is left alone, and asked again later.
func TestBreakerOpensOnOutage(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]pool.Faults{
		"outage":          {Outage: pool.Outage{For: time.Hour}},
		"internal errors": {InternalErrors: 1},
		"resets":          {Resets: 1},
		"no answer":       {Latency: pool.Latency{Mean: time.Hour}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			long := settings("breaker: {failure_rate: 50, sign_ins: 6, window: 1h, open_for: 1h}")
			b := start(t, guarded("per_login: {attempts: 0}"), long, deadline("150ms"), faults(f))
			for range 6 {
				b.signIn("jane", password)
			}
			b.pool.ResetCounters()
			if got := b.signIn("jane", password); got.status != http.StatusNotFound {
				t.Errorf("got %d", got.status)
			}
			if l, asked := b.last(), b.asked(); l.Outcome != "breaker-open" || asked != "" || b.metric(state) != "1" {
				t.Errorf("asked %q, breaker %s: %+v", asked, b.metric(state), l)
			}
			if got := b.get("/readyz"); got.status != http.StatusOK {
				t.Errorf("an outage is no fault of the configuration: %+v", got)
			}
			if records := b.why("jane"); records[len(records)-1].Outcome != "breaker-open" {
				t.Errorf("recorded: %+v", records)
			}
		})
	}
}

func TestBreakerClosesAgain(t *testing.T) {
	t.Parallel()
	b := start(t, append(touchy, faults(pool.Faults{Outage: pool.Outage{For: time.Hour}}))...)
	for range 6 {
		b.signIn("jane", password)
	}
	if b.metric(state) != "1" {
		t.Fatalf("the breaker is not open: %s", b.metric(state))
	}
	b.pool.SetFaults(pool.Faults{})
	for tries := 0; b.metric(state) != "0"; tries++ {
		if tries == 1000 {
			t.Fatalf("the breaker stays as it is: %s", b.metric(state))
		}
		time.Sleep(time.Millisecond)
		b.signIn("jane", password)
	}
	b.isJane(b.signIn("jane", password))
}

// Neither those who mistype nor those who guess close the door for others, and
// a pool that throttles is alive.
func TestBreakerStaysClosed(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		given   given
		outcome string
	}{
		"wrong passwords": {settings("profile: get_user"), "wrong-credentials"},
		"throttling":      {says(pool.Outcome{Type: "TooManyRequestsException", Message: "Rate exceeded"}), "throttled"},
		"triggers":        {says(pool.Outcome{Type: "UnexpectedLambdaException", Message: "PreAuthentication failed."}), "trigger-failed"},
		"misconfigured":   {client(bareID, ""), "misconfigured"},
		"unknown errors":  {says(pool.Outcome{Type: "BrandNewException"}), "unclassified"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t, append(touchy, tt.given)...)
			for i := range 40 {
				b.signIn(fmt.Sprintf("guess-%d@example.com", i), wrong)
			}
			for _, l := range b.signIns() {
				if l.Outcome != tt.outcome {
					t.Fatalf("log: %+v, want %s", l, tt.outcome)
				}
			}
			if got := b.metric(state); got != "0" {
				t.Errorf("breaker: %s", got)
			}
		})
	}
}

// The second attempt is for what the deadline leaves.
func TestNoSecondAttemptPastTheDeadline(t *testing.T) {
	t.Parallel()
	b := start(t, deadline("200ms"), faults(pool.Faults{InternalErrors: 1, Latency: pool.Latency{Mean: 150 * time.Millisecond}}))
	b.signIn("jane", password)
	if l := b.last(); l.Outcome != "timed-out" {
		t.Errorf("log: %+v", l)
	}
}

// An answer that breaks off is no answer, and asked for once more.
func TestAnswerBreaksOff(t *testing.T) {
	t.Parallel()
	for operation, asked := range map[string]string{
		"InitiateAuth": "GetUser InitiateAuth×2 RevokeToken",
		"GetUser":      "GetUser×2 InitiateAuth RevokeToken",
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			b := start(t)
			b.wire.tear(operation)
			b.isJane(b.signIn("jane", password))
			if got := b.asked(); got != asked {
				t.Errorf("the pool was asked %s, want %s", got, asked)
			}
		})
	}
}
