package connector

import (
	"context"

	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"

	"wherry/internal/exit"
	"wherry/toolkit/config"
	"wherry/toolkit/internal/cognito"
	"wherry/toolkit/internal/plan"
)

// Outcomes of our own, beside Cognito's.
const (
	rateLimited  cognito.Outcome = "rate-limited"      // too many attempts
	busy         cognito.Outcome = "busy"              // no room in time
	breakerOpen  cognito.Outcome = "breaker-open"      // the pool was down a moment ago
	unverified   cognito.Outcome = "factor-unverified" // the factor's address is not verified
	mappingFault cognito.Outcome = "mapping-fault"
)

// pool is one user pool behind the connector.
type pool struct {
	config.Pool
	cognito *cognito.Client
	mapper  *plan.Mapper
	places  bulkhead.Bulkhead[any] // sign-ins in flight, and those that wait
	slots   bulkhead.Bulkhead[any] // sign-ins in flight
	breaker circuitbreaker.CircuitBreaker[any]
	health  health
}

func newPool(ctx context.Context, settings config.Pool, c Config) (*pool, error) {
	s := settings.Connector
	client, err := cognito.New(ctx, cognito.Options{
		PoolID: settings.ID, Region: settings.Region, Endpoint: settings.Endpoint,
		ClientID: settings.ClientID, ClientSecret: settings.ClientSecret, Flow: string(s.Flow),
		Connections: s.Parallel.SignIns, Credentials: c.Credentials, Now: c.Now,
	})
	if err != nil {
		return nil, err
	}
	mapper, err := plan.New(settings.Settings, settings.Schema)
	if err != nil {
		return nil, exit.With(exit.Usage, err, "mend the configuration and run the command again")
	}
	mapper.Now = c.Now
	return &pool{
		Pool: settings, cognito: client, mapper: mapper,
		places: bulkhead.New[any](uint(s.Parallel.SignIns + s.Parallel.Queue)),
		slots:  bulkhead.New[any](uint(s.Parallel.SignIns)),
		breaker: circuitbreaker.NewBuilder[any]().
			WithFailureRateThreshold(float64(s.Breaker.FailureRate)/100, uint(s.Breaker.SignIns), s.Breaker.Window).
			WithDelay(s.Breaker.OpenFor).
			WithSuccessThreshold(3).
			Build(),
	}, nil
}

// signIn is one sign-in from the first to the last thing that is asked of
// Cognito, all of it within the deadline.
func (p *pool) signIn(ctx context.Context, req signIn) (v verdict) {
	ctx, cancel := context.WithTimeout(ctx, p.Connector.Deadline)
	defer cancel()
	if !p.enter(ctx) {
		return refused(busy, "more sign-ins at a time than connector.parallel allows")
	}
	defer p.leave()
	if !p.breaker.TryAcquirePermit() {
		return refused(breakerOpen, "the pool did not answer a moment ago")
	}
	defer func() { p.learn(v.outcome) }() // a permit that is not given back is lost
	return p.ask(ctx, req)
}

// enter waits for a slot in a short queue.
func (p *pool) enter(ctx context.Context) bool {
	if !p.places.TryAcquirePermit() {
		return false
	}
	if p.slots.AcquirePermitWithMaxWait(ctx, p.Connector.Parallel.Wait) != nil {
		p.places.ReleasePermit()
		return false
	}
	return true
}

func (p *pool) leave() {
	p.slots.ReleasePermit()
	p.places.ReleasePermit()
}

// learn tells the breaker how a sign-in ended. Whatever Cognito answers, it is
// alive; a caller that hung up says nothing, but a breaker that waits for a
// sign of life did not get one.
func (p *pool) learn(o cognito.Outcome) {
	switch {
	case o.Down(), o == cognito.CallerGone && !p.breaker.IsClosed():
		p.breaker.RecordFailure()
	case o != cognito.CallerGone:
		p.breaker.RecordSuccess()
	}
}
