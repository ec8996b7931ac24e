package connector

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"wherry/toolkit/internal/cognito"
	"wherry/toolkit/internal/guard"
)

// serve is one request from the door to the account.
func (k *Connector) serve(w http.ResponseWriter, r *http.Request) {
	p, req, status := k.open(w, r)
	if status != http.StatusOK {
		k.metrics.strangers.WithLabelValues(strconv.Itoa(status)).Inc()
		w.WriteHeader(status)
		return
	}
	start := time.Now()
	var trace cognito.Trace
	v := k.decide(cognito.WithTrace(r.Context(), &trace), p, req)
	answer(w, v)
	took := time.Since(start)
	k.account(r.Context(), p, req, v, trace, took)
}

func (k *Connector) decide(ctx context.Context, p *pool, req signIn) verdict {
	switch {
	case !k.overall.Allows(guard.Key{}):
		return refused(rateLimited, "more sign-ins than connector.overall allows")
	case !k.perLogin.Allows(k.names.hash(p.Name, req.LoginID)):
		return refused(rateLimited, "more attempts for this login id than connector.per_login allows")
	default:
		return p.signIn(ctx, req)
	}
}

// OutcomeHeader carries the outcome in a word. FusionAuth takes no notice of
// it; Wherry's own server writes it to its event log. Whoever reads it has
// shown the secret.
const OutcomeHeader = "Wherry-Outcome"

// answer is all that FusionAuth understands: 200 with the user, or 404. It
// goes out at once, so that nothing which follows holds it up.
func answer(w http.ResponseWriter, v verdict) {
	w.Header().Set(OutcomeHeader, string(v.outcome))
	if v.user == nil {
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(http.StatusNotFound)
	} else {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(v.answer)))
		_, _ = w.Write(v.answer) // a caller that is gone needs no answer
	}
	_ = http.NewResponseController(w).Flush() // what cannot flush, such as a Lambda, sends when it returns
}
