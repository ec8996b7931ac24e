package cognito

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/aws/smithy-go"
)

// Failure is an answer that is not what was asked for. Its text holds nothing
// that Cognito said, because Cognito quotes users; Said does.
type Failure struct {
	Operation string // InitiateAuth, GetUser, …
	Outcome   Outcome
	Code      string // Cognito's name for it; "" when it did not answer
	Hint      string // what it means, in our words; may be ""
	err       error
}

func (f *Failure) Error() string {
	text := f.Operation + ": " + string(f.Outcome)
	if f.Code != "" {
		text += " (" + f.Code + ")"
	}
	if f.Hint != "" {
		text += ": " + f.Hint
	}
	return text
}

func (f *Failure) Unwrap() error { return f.err }

// Said is Cognito's own text, or that of the error which kept it from
// answering. It may name the user: show it to the operator who asked, and
// never log it.
func (f *Failure) Said() string {
	var api smithy.APIError
	switch {
	case errors.As(f.err, &api):
		return api.ErrorMessage()
	case f.err != nil:
		return f.err.Error()
	default:
		return ""
	}
}

// FailureOf classifies the error of an operation of another of AWS's services.
func FailureOf(operation string, err error) *Failure { return failure(operation, err) }

// failure classifies the error of an operation.
func failure(operation string, err error) *Failure {
	f := &Failure{Operation: operation, Outcome: Unclassified, err: err}
	var (
		api     smithy.APIError
		status  interface{ HTTPStatusCode() int }
		network net.Error
	)
	switch {
	case errors.As(err, &api):
		f.Code = api.ErrorCode()
		f.Outcome, f.Hint = classify(f.Code, api.ErrorMessage())
		if f.Outcome == Unclassified && errors.As(err, &status) {
			f.Outcome = byStatus(status.HTTPStatusCode())
		}
	case errors.Is(err, context.Canceled):
		f.Outcome = CallerGone
	case errors.Is(err, context.DeadlineExceeded):
		f.Outcome = TimedOut
	case errors.As(err, &status) && status.HTTPStatusCode() >= 400:
		f.Outcome = byStatus(status.HTTPStatusCode())
	case errors.As(err, &network) && network.Timeout():
		f.Outcome = TimedOut
	case broken(err):
		f.Outcome = Unavailable
	}
	return f
}

// byStatus is for answers without a name that we know, as a proxy or a load
// balancer gives them.
func byStatus(code int) Outcome {
	switch {
	case code >= 500:
		return Unavailable
	case code == http.StatusTooManyRequests:
		return Throttled
	default:
		return Unclassified
	}
}

// broken tells whether the connection never was, or broke before the answer was
// whole.
func broken(err error) bool {
	var sending interface{ ConnectionError() bool }
	if errors.As(err, &sending) && sending.ConnectionError() {
		return true
	}
	_, torn := errors.AsType[*net.OpError](err)
	return torn || errors.Is(err, io.ErrUnexpectedEOF)
}

// rule says what an error of Cognito means. Codes are compared whole, texts by
// their beginning in lower case; the first rule that fits holds.
type rule struct {
	code, text string
	outcome    Outcome
	hint       string
}

func classify(code, message string) (Outcome, string) {
	text := strings.ToLower(strings.TrimSpace(message))
	for _, r := range rules {
		if r.code == code && strings.HasPrefix(text, r.text) {
			return r.outcome, r.hint
		}
	}
	return Unclassified, ""
}
