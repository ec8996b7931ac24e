// Package runtimeapi is a stand-in of AWS Lambda's runtime API, for tests: it
// hands events to a function that runs as a process, as Lambda does, and takes
// its answers.
package runtimeapi

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Runtime is the API of one function. It is an http.Handler; the address of
// its server goes to the function as AWS_LAMBDA_RUNTIME_API.
type Runtime struct {
	mux     http.ServeMux
	waiting chan *invocation
	running *invocation // one at a time, between next and the answer
}

type invocation struct {
	event    []byte
	deadline time.Time
	answer   chan result
}

type result struct {
	body []byte
	err  error
}

// New makes the API of a function that has not started yet.
func New() *Runtime {
	r := &Runtime{waiting: make(chan *invocation)}
	const prefix = "/2018-06-01/runtime/"
	r.mux.HandleFunc("GET "+prefix+"invocation/next", r.next)
	r.mux.HandleFunc("POST "+prefix+"invocation/{id}/response", func(w http.ResponseWriter, q *http.Request) { r.take(w, q, false) })
	r.mux.HandleFunc("POST "+prefix+"invocation/{id}/error", func(w http.ResponseWriter, q *http.Request) { r.take(w, q, true) })
	return r
}

func (r *Runtime) ServeHTTP(w http.ResponseWriter, q *http.Request) { r.mux.ServeHTTP(w, q) }

// Invoke waits until the function asks for an event, gives it this one and
// waits for the answer. What the function reports as a failure is an error.
func (r *Runtime) Invoke(ctx context.Context, event []byte, timeout time.Duration) ([]byte, error) {
	i := &invocation{event, time.Now().Add(timeout), make(chan result, 1)}
	select {
	case r.waiting <- i:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the function to ask: %w", ctx.Err())
	}
	select {
	case a := <-i.answer:
		return a.body, a.err
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the answer: %w", ctx.Err())
	}
}

func (r *Runtime) next(w http.ResponseWriter, q *http.Request) {
	select {
	case r.running = <-r.waiting:
	case <-q.Context().Done():
		return
	}
	w.Header().Set("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
	w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(r.running.deadline.UnixMilli(), 10))
	w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:123456789012:function:wherry-connector")
	_, _ = w.Write(r.running.event)
}

func (r *Runtime) take(w http.ResponseWriter, q *http.Request, failed bool) {
	body, err := io.ReadAll(q.Body)
	if failed && err == nil {
		err = fmt.Errorf("the function failed: %s", body)
	}
	r.running.answer <- result{body, err}
	w.WriteHeader(http.StatusAccepted)
}
