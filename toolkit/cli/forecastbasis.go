package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
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

// basis is what a forecast is made from.
type basis struct {
	curve  forecast.Curve
	others []forecast.Curve // that might as well be right
	text   string
	users  int
	day0   time.Time
}

// basis is what the flags name; its curve is nil if they name none.
func (c *forecastCommand) basis(ctx context.Context, out *console.Console, p Process, x *crossing) (basis, error) {
	switch {
	case c.Daily > 0:
		text := fmt.Sprintf("Each user signs in with the probability %v on any day.", c.Daily)
		return basis{curve: forecast.Constant{P: c.Daily}, text: text, users: c.Users, day0: time.Now()}, nil
	case c.SignIns != "":
		return c.bySignIns()
	case c.Events > 0:
		return c.byEvents(ctx, out, p, x)
	case c.Modified:
		return c.byModified(ctx, x)
	}
	return basis{}, nil
}

// again is how many curves tell how much is known.
const again = 40

// fitted is a basis that was observed. The same observation gives the same
// forecast.
func fitted(o *forecast.Observed, tooLittle error) (basis, error) {
	curve, ok := o.Fit()
	if !ok {
		return basis{}, tooLittle
	}
	return basis{curve: curve, others: o.Again(again, rand.New(rand.NewPCG(1, 1)))}, nil //nolint:gosec // see above
}

func (c *forecastCommand) bySignIns() (basis, error) {
	signIns, err := readSignIns(c.SignIns)
	if err != nil {
		return basis{}, err
	}
	b, err := fitted(signIns.Observed(c.Users), exit.With(exit.Failed, errors.New("the file tells too little: it wants sign-ins of several days"),
		"export a month or more, or use --daily"))
	b.text = fmt.Sprintf("Fitted to the last sign-ins of %d users in %d days.", signIns.Users(), days(signIns.Since, signIns.Until))
	b.users, b.day0 = max(c.Users, signIns.Users()), signIns.Until
	if c.Users == 0 {
		b.text += " Users who are not in the file are not counted; --users counts them."
	}
	return b, err
}

func days(since, until time.Time) int { return int(until.Sub(since).Hours()/24) + 1 }

func readSignIns(name string) (*forecast.SignIns, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, exit.With(exit.Usage, err, "give --sign-ins a CSV file")
	}
	defer file.Close()
	s, err := forecast.ReadSignIns(file)
	if err != nil {
		return nil, exit.With(exit.Usage, fmt.Errorf("%s:\n%w", name, err), "mend the lines, or leave them out")
	}
	return s, nil
}

// all is how many users there are.
func (c *forecastCommand) all(ctx context.Context, x *crossing) (int, error) {
	if c.Users > 0 {
		return c.Users, nil
	}
	tally, err := x.part.Tally(ctx)
	return tally.Total, err
}

// byModified takes the last change of a user for the last visit. Most sign-ins
// change nothing, so people come more often than that.
func (c *forecastCommand) byModified(ctx context.Context, x *crossing) (basis, error) {
	var o forecast.Observed
	now := time.Now()
	for u, err := range x.part.Users(ctx, workspace.Query{Source: true}) {
		if err != nil {
			return basis{}, err
		}
		var source plan.CognitoUser
		if err := json.Unmarshal(u.Source, &source); err != nil {
			return basis{}, fmt.Errorf("read the document of user %s: %w", u.ID, err)
		}
		if !source.LastModified.IsZero() {
			o.Add(days(source.LastModified, now), true)
		}
	}
	b, err := fitted(&o, exit.With(exit.Failed, errors.New("the workspace tells too little"), "run wherry export first, or use --daily"))
	b.text = fmt.Sprintf("Fitted to when %d users were last changed in the pool. Most sign-ins change nothing, so that people come sooner than this says.", o.Users())
	b.users, b.day0 = max(c.Users, o.Users()), now
	return b, err
}

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

// arrived is what the slow road has brought, and what that foretells.
type arrived struct {
	basis
	arrivals forecast.Arrivals
}

// slowRoad finds accounts that a sign-in made.
const slowRoad = "data.migratedFrom:cognito"

// arrivals asks the target how many had come by the end of each day.
func (c *forecastCommand) arrivals(ctx context.Context, x *crossing) (a arrived, err error) {
	target, err := x.target(ctx)
	if err != nil {
		return a, err
	}
	all, err := c.all(ctx, x)
	if err != nil {
		return a, err
	}
	n, first, err := target.CountUsersWho(ctx, slowRoad)
	if err != nil {
		return a, fmt.Errorf("count who has come by the slow road: %w", err)
	}
	if n == 0 {
		return a, exit.With(exit.Nothing, errors.New("nobody has come by the slow road yet"), "leave --actual out to look ahead")
	}
	a.day0 = time.UnixMilli(first)
	a.arrivals.Of = max(all, n)
	for end := a.day0.AddDate(0, 0, 1); ; end = end.AddDate(0, 0, 1) {
		if end.After(time.Now()) {
			a.arrivals.Days = append(a.arrivals.Days, n)
			break
		}
		came, _, err := target.CountUsersWho(ctx, fmt.Sprintf("%s AND insertInstant:[* TO %d]", slowRoad, end.UnixMilli()-1))
		if err != nil {
			return a, fmt.Errorf("count who has come by the slow road: %w", err)
		}
		a.arrivals.Days = append(a.arrivals.Days, came)
	}
	b, err := fitted(a.arrivals.Observed(), exit.With(exit.Failed, errors.New("the slow road has brought users for less than two days"), "ask again in some days"))
	b.day0, b.users = a.day0, a.arrivals.Of
	b.text = fmt.Sprintf("Fitted to the %d users who have come by the slow road in %d days.", n, len(a.arrivals.Days))
	a.basis = b
	return a, err
}
