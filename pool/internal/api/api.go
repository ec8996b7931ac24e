// Package api is the pool's operations as clients call them. operations.go
// lists them all; each is one method, in the file of the noun that it is about.
package api

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"wherry/pool/internal/account"
	"wherry/pool/internal/awsjson"
	"wherry/pool/internal/count"
	"wherry/pool/internal/fault"
	"wherry/pool/internal/outcome"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/signin"
	"wherry/pool/internal/sigv4"
	"wherry/pool/internal/store"
	"wherry/pool/internal/token"
)

// API answers AWS JSON 1.1.
type API struct {
	Region     string // of pools that are made by CreateUserPool
	Store      *store.Store
	SignIn     *signin.Service
	Accounts   *account.Service
	Faults     *fault.Faults
	Outcomes   *outcome.Outcomes
	Counter    *count.Counter
	Signatures *sigv4.Checker
	Pager      *Pager
	Now        func() time.Time
	NewID      func() string
	Log        *slog.Logger
}

// Call is one request on its way through an operation.
type Call struct {
	Operation string
	decision  fault.Decision
	counter   *count.Counter
}

// About counts the user whom the call turned out to be about.
func (c *Call) About(p *store.Pool, user store.User) {
	if user.User != nil {
		c.counter.User(p.ID, user.Username, c.Operation)
	}
}

const (
	target  = "AWSCognitoIdentityProviderService."
	maxBody = 1 << 20
)

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", a.Now().Format(http.TimeFormat)) // clients correct their clocks by it
	w.Header().Set("X-Amzn-Requestid", a.NewID())
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Access-Control-Expose-Headers", "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date")
	if r.Method == http.MethodOptions {
		preflight(w)
		return
	}
	answer, err := a.answer(r)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	if err := awsjson.Respond(w, answer); err != nil {
		a.fail(w, r, err)
	}
}

// fail answers with a refusal. What is none is a failure of the pool's own: it
// is logged, and the client learns no more than that.
func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	refusal, ok := errors.AsType[*refuse.Error](err)
	if !ok {
		refusal = refuse.Internal()
		if r.Context().Err() == nil {
			a.Log.ErrorContext(r.Context(), "answer a request", "target", r.Header.Get("X-Amz-Target"), "error", err)
		}
	}
	awsjson.Fail(w, refusal)
}

// preflight lets pages of any origin call the unsigned operations.
func preflight(w http.ResponseWriter) {
	w.Header().Set("Access-Control-Allow-Methods", "POST")
	w.Header().Set("Access-Control-Allow-Headers", "*,Authorization,Content-Type,X-Amz-Date,X-Amz-Target,X-Amz-User-Agent,X-Amz-Security-Token,Cache-Control")
	w.Header().Set("Access-Control-Max-Age", "172800")
	w.WriteHeader(http.StatusOK)
}

func (a *API) answer(r *http.Request) (any, error) {
	name, operation, err := find(r)
	if err != nil {
		return nil, err
	}
	a.Counter.Request(name)
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if err != nil {
		return nil, refuse.With("Serialization", "")
	}
	members, err := awsjson.Split(body)
	if err != nil {
		return nil, err
	}
	known := a.known(name, members)
	c := &Call{Operation: name, counter: a.Counter, decision: a.Faults.Decide(known)}
	if err := disturb(r.Context(), c.decision); err != nil {
		return nil, err
	}
	if operation.signed {
		if err := a.Signatures.Check(r, body, name); err != nil {
			return nil, err
		}
	}
	if wanted, ok := a.Outcomes.Next(name, known.User); ok {
		return enforced(wanted)
	}
	return operation.run(a, c, members)
}

// enforced answers as a test wants it.
func enforced(o outcome.Outcome) (any, error) {
	if o.Challenge == "" {
		return nil, &refuse.Error{Type: o.Type, Message: o.Message, Status: cmp.Or(o.Status, http.StatusBadRequest)}
	}
	return authOut{ChallengeName: o.Challenge, Session: "AYAB" + random(letters, 120), ChallengeParameters: map[string]string{}}, nil
}

// find finds the operation that a request is for.
func find(r *http.Request) (string, operation, error) {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	name, ours := strings.CutPrefix(r.Header.Get("X-Amz-Target"), target)
	found, known := operations[name]
	if r.Method != http.MethodPost || strings.TrimSpace(kind) != awsjson.ContentType || !ours || !known {
		return "", operation{}, refuse.With("UnknownOperation", "")
	}
	return name, found, nil
}

// known is what can be told of a request before it is looked at closely.
func (a *API) known(operation string, m awsjson.Members) fault.Call {
	c := fault.Call{Operation: operation, Pool: m.Text("UserPoolId")}
	c.User = cmp.Or(m.Text("Username"), m.Map("AuthParameters")["USERNAME"], m.Map("ChallengeResponses")["USERNAME"])
	if p, _, err := a.Store.Client(m.Text("ClientId")); err == nil {
		c.Pool = p.ID
	}
	if accessToken := m.Text("AccessToken"); accessToken != "" {
		claims, _ := token.Peek(accessToken) // an unreadable one tells nothing
		c.User = claims.Username
	}
	return c
}

// disturb does to a request what was decided.
func disturb(ctx context.Context, d fault.Decision) error {
	if d.Delay > 0 {
		wait := time.NewTimer(d.Delay)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if d.Reset {
		panic(http.ErrAbortHandler) // net/http breaks the connection without a word
	}
	if d.Err != nil {
		return d.Err
	}
	return nil
}
