// Package lambda runs the connector as an AWS Lambda function. It turns the
// three events in which a request can arrive into a call of an http.Handler
// and the answer back, and reads the settings and secrets from where a
// function has them. Who may sign in is the connector's business.
//
//	settings.go  wherry.yaml, beside the program or in the environment
//	aws.go       secrets, from Secrets Manager and the Parameter Store
//	held.go      the header secrets, read again now and then
//	event.go     an event becomes a request
//	answer.go    what the handler writes becomes an answer
package lambda

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"time"

	awslambda "github.com/aws/aws-lambda-go/lambda"

	"wherry/toolkit/connector"
)

// Run serves invocations until the process is stopped. It returns only when
// it cannot start.
func Run(ctx context.Context, getenv func(string) string, log *slog.Logger) error {
	c, err := load(ctx, getenv, log)
	if err != nil {
		return err
	}
	k, err := connector.New(ctx, c)
	if err != nil {
		return err
	}
	f := function{handler: k.Handler(), wait: k.Wait}
	awslambda.StartWithOptions(f.invoke, awslambda.WithContext(ctx))
	return nil
}

// function answers invocations with an http.Handler.
type function struct {
	handler http.Handler
	wait    func() // for the work that the handler leaves behind
}

// reserve is what is left of an invocation's time for sending the answer.
const reserve = 200 * time.Millisecond

// invoke never fails: an error would reach the caller as a 502, and the log
// with what the event says. What is no request is answered with 400.
func (f function) invoke(ctx context.Context, event json.RawMessage) (io.Reader, error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-reserve))
		defer cancel()
	}
	w := &writer{header: http.Header{}}
	r, err := request(ctx, event)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return f.leaving(w)
	}
	f.handler.ServeHTTP(w, r)
	return f.leaving(w)
}

func (f function) leaving(w *writer) (io.Reader, error) {
	body, err := w.answer()
	if err != nil {
		return nil, err
	}
	return &outgoing{body: bytes.NewReader(body), wait: f.wait}, nil
}
