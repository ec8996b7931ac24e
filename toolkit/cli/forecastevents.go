package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/toolkit/internal/cognito"
	"wherry/toolkit/internal/forecast"
	"wherry/toolkit/internal/pace"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/progress"
	"wherry/toolkit/internal/workspace"
)

// byEvents asks Cognito when some users last signed in.
func (c *forecastCommand) byEvents(ctx context.Context, out *console.Console, p Process, x *crossing) (basis, error) {
	chosen, err := x.part.Sample(ctx, c.Events, rand.New(rand.NewPCG(1, 1))) //nolint:gosec // the same users each time
	if err != nil {
		return basis{}, err
	}
	client, err := cognito.New(ctx, cognito.Options{PoolID: x.pool.ID, Region: x.pool.Region, Endpoint: x.pool.Endpoint, ClientID: x.pool.ClientID, Once: true})
	if err != nil {
		return basis{}, err
	}
	display := progress.New(out, p.ErrTerminal)
	defer display.Close()
	a := asked{client: client, part: x.part, pacer: pace.New(c.Rate, judgeCognito), task: display.Task("users", 0, int64(len(chosen))), seen: forecast.NewSignIns()}
	if err := a.all(ctx, chosen); err != nil {
		return basis{}, eventsHint(err)
	}
	came := a.seen.Users()
	a.seen.Until = time.Now()
	b, err := fitted(a.seen.Observed(len(chosen)), exit.With(exit.Failed, errors.New("there are too few sign-ins of these users that Cognito remembers"),
		"ask for more users, or use --sign-ins, --modified or --daily"))
	if err != nil {
		return b, err
	}
	b.text = fmt.Sprintf("Fitted to the last sign-ins of %d users chosen at random, of whom Cognito remembers those of %d, in %d days.",
		len(chosen), came, days(a.seen.Since, a.seen.Until))
	b.day0 = a.seen.Until
	b.users, err = c.all(ctx, x)
	return b, err
}

// judgeCognito tells what an answer of Cognito means for the pace.
func judgeCognito(err error) pace.Verdict {
	switch o := cognito.OutcomeOf(err); {
	case o == cognito.Throttled:
		return pace.Throttled
	case o.Down():
		return pace.Lost
	default:
		return pace.Served
	}
}

func eventsHint(err error) error {
	switch {
	case cognito.Unprotected(err):
		return exit.With(exit.Failed, fmt.Errorf("the pool has no threat protection, and remembers no sign-ins: %w", err), "use --sign-ins, --modified or --daily")
	case cognito.Denied(err):
		return exit.With(exit.Failed, err, "give IAM credentials that are allowed cognito-idp:AdminListUserAuthEvents on the pool")
	}
	return err
}

// asked asks Cognito about users, several at a time.
type asked struct {
	client *cognito.Client
	part   *workspace.Pool
	pacer  *pace.Pacer
	task   *progress.Task

	mu   sync.Mutex
	seen *forecast.SignIns
	done int64
}

// askers is how many requests are on their way.
const askers = 8

func (a *asked) all(ctx context.Context, chosen []int64) error {
	crew, ctx := errgroup.WithContext(ctx)
	crew.SetLimit(askers)
	for _, n := range chosen {
		crew.Go(func() error { return a.one(ctx, n, int64(len(chosen))) })
	}
	err := crew.Wait()
	if err == nil {
		a.task.End()
	}
	return err
}

func (a *asked) one(ctx context.Context, n, of int64) error {
	u, err := a.part.Numbered(ctx, n)
	if err != nil {
		return err
	}
	var source plan.CognitoUser
	if err := json.Unmarshal(u.Source, &source); err != nil {
		return fmt.Errorf("read the document of user %s: %w", u.ID, err)
	}
	var instants []time.Time
	err = a.pacer.Do(ctx, func(ctx context.Context) (err error) {
		instants, err = a.client.SignIns(ctx, source.Username)
		return err
	})
	if err != nil && !cognito.Missing(err) {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, at := range instants {
		a.seen.Add(u.ID, at)
	}
	a.done++
	a.task.Set(a.done, of)
	return nil
}
