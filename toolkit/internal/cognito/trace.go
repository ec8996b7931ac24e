package cognito

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Trace is the account of what one sign-in asked of Cognito. It belongs to one
// goroutine.
type Trace struct {
	Calls   []Call
	Waiting time.Duration // for Cognito, in all; the rest is our own time
}

// Call is one operation.
type Call struct {
	Operation string        `json:"operation"`
	Outcome   Outcome       `json:"outcome"` // "answered" for a call that proves nothing and did what it is for
	Code      string        `json:"code,omitempty"`
	Attempts  int           `json:"attempts"`
	Took      time.Duration `json:"-"`
}

// answered is the outcome of a call that did what it is for.
const answered Outcome = "answered"

type traceKey struct{}

// WithTrace makes the calls under the context be entered in t.
func WithTrace(ctx context.Context, t *Trace) context.Context {
	return context.WithValue(ctx, traceKey{}, t)
}

func trace(ctx context.Context) *Trace {
	t, _ := ctx.Value(traceKey{}).(*Trace)
	return t
}

// began opens the entry of a call; what it returns closes it.
func began(ctx context.Context, operation string) func(Outcome, string) {
	t := trace(ctx)
	if t == nil {
		return func(Outcome, string) {}
	}
	start := time.Now()
	t.Calls = append(t.Calls, Call{Operation: operation})
	c := &t.Calls[len(t.Calls)-1]
	return func(o Outcome, code string) { c.Outcome, c.Code, c.Took = o, code, time.Since(start) }
}

// concluded says what the last call meant, when it was a sign-in.
func concluded(ctx context.Context, o Outcome, code string) {
	if t := trace(ctx); t != nil && len(t.Calls) > 0 {
		c := &t.Calls[len(t.Calls)-1]
		c.Outcome, c.Code = o, code
	}
}

// timed measures how long Cognito takes.
//
// It also keeps the SDK from ending its own connection now and then: the SDK
// closes a request's body when the answer begins, WriteTo of that body says
// io.EOF from then on, and net/http, when it is still looking whether there is
// more to send, takes that for a failure. Read, which is left, ends as net/http
// expects.
type timed struct{ next aws.HTTPClient }

func (c timed) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	t := trace(r.Context())
	if t == nil {
		return c.next.Do(r)
	}
	start := time.Now()
	resp, err := c.next.Do(r)
	t.Waiting += time.Since(start)
	if n := len(t.Calls); n > 0 {
		t.Calls[n-1].Attempts++
	}
	return resp, err
}
