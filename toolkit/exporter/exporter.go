// Package exporter reads a user pool, or files that list one, into a
// workspace: everybody, once, whatever happens on the way.
//
//	read.go     the read plan: groups, shards of users, workers
//	chain.go    one shard from page to page, with tokens that expire
//	detail.go   the second factors, one user at a time, when asked for
//	proof.go    is everybody there
//	file.go     the same from files, in the forms that people have them
//	list.go     a workspace as the list that the AWS CLI prints
//
// Nothing is written to the pool.
package exporter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"wherry/internal/exit"
	"wherry/toolkit/internal/cognito"
	"wherry/toolkit/internal/pace"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/progress"
	"wherry/toolkit/internal/workspace"
)

// Source is what is asked of a user pool, and of the account that it is in: a
// cognito.Client that does not repeat calls of itself, and quota.Rates.
type Source interface {
	Describe(ctx context.Context) (cognito.Described, error)
	ListGroups(ctx context.Context, token string) (names []string, next string, err error)
	ListUsersInGroup(ctx context.Context, group, token string) (cognito.UsersPage, error)
	ListUsers(ctx context.Context, prefix, token string) (cognito.UsersPage, error)
	AdminUser(ctx context.Context, username string) (plan.CognitoUser, error)
	Quotas(ctx context.Context) (map[string]float64, error)
}

// Config is what an Exporter is made of.
type Config struct {
	Run    *workspace.Run // of the kind workspace.Export
	Source Source

	// Rate is how many calls of each of Cognito's categories may be sent in a
	// second. They are quotas of the whole account, which live sign-in shares.
	Rate float64

	// Share, if not 0, is which share of the account's own quotas may be used
	// instead of Rate. AWS is asked for them.
	Share float64

	// Factors reads the second factors of every user by AdminGetUser, which
	// counts each of them as active in AWS's bill.
	Factors bool

	Workers  int               // how many calls may be on their way; 16 if 0
	Progress *progress.Display // shows how far it is
	Note     func(format string, args ...any)
	Now      func() time.Time
}

// Exporter reads one pool once.
type Exporter struct {
	Config
	scan  *workspace.Scan
	pool  cognito.Described
	lists *pace.Pacer // UserList
	reads *pace.Pacer // UserRead
	other *pace.Pacer // UserPoolRead and UserPoolResourceRead
	users atomic.Int64
	lost  atomic.Int64 // shards that had to begin again

	factors atomic.Int64
}

// slowest is the quota of a pool's own settings, which is lower than the
// others: five a second for each operation.
const slowest = 5

// first is how long the first calls wait for a pool that does not answer; later
// ones have something to lose and wait longer.
const first = 5 * time.Second

// New makes an Exporter.
func New(c Config) *Exporter {
	if c.Workers == 0 {
		c.Workers = 16
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	e := &Exporter{Config: c}
	e.setPace(map[string]float64{})
	return e
}

// setPace paces each category by the rates that are given, and others by Rate.
func (e *Exporter) setPace(rates map[string]float64) {
	rate := func(category string) float64 {
		if r := rates[category]; r > 0 {
			return r
		}
		return e.Rate
	}
	e.lists, e.reads = pace.New(rate("UserList"), judge), pace.New(rate("UserRead"), judge)
	e.other = pace.New(min(rate("UserPoolRead"), slowest), judge)
	e.other.Patience = first
}

// askQuotas takes its share of what AWS says.
func (e *Exporter) askQuotas(ctx context.Context) (err error) {
	var quotas map[string]float64
	err = e.ask(ctx, e.other, func(ctx context.Context) error {
		quotas, err = e.Source.Quotas(ctx)
		return err
	})
	if err != nil {
		return explain(err)
	}
	rates := map[string]float64{}
	for category, quota := range quotas {
		rates[category] = quota * e.Share
	}
	e.setPace(rates)
	if r := rates["UserList"]; r > 0 {
		e.Note("the account's quota is %g lists a second: %g are used", quotas["UserList"], r)
	}
	return nil
}

func judge(err error) pace.Verdict { return verdicts[cognito.OutcomeOf(err)] }

var verdicts = map[cognito.Outcome]pace.Verdict{
	cognito.Throttled:   pace.Throttled,
	cognito.Unavailable: pace.Lost,
	cognito.TimedOut:    pace.Lost,
}

// Result is what an export found.
type Result struct {
	Scan          int64                    `json:"scan"`
	Delta         bool                     `json:"delta"`
	Users         int                      `json:"users"`
	Estimate      int                      `json:"estimate"` // Cognito's own, some hours old
	Changes       map[workspace.Change]int `json:"changes"`
	Discrepancies []string                 `json:"discrepancies,omitempty"` // numbers that must be equal and are not
	Remarks       []string                 `json:"remarks,omitempty"`       // numbers that should be near each other
	Requests      map[string]pace.Counts   `json:"requests,omitempty"`
	Restarts      int                      `json:"restarts,omitempty"` // of shards whose paging token was refused
	Seconds       float64                  `json:"seconds"`            // of this run
}

// detail is what `wherry status` shows of a run at work beside its progress.
type detail struct {
	Factors  int64                  `json:"factors,omitempty"`
	Requests map[string]pace.Counts `json:"requests"`
	Restarts int64                  `json:"restarts,omitempty"`
}

// Export reads the pool. When it fails, or the context ends, all that was read
// is kept, and the next Export goes on from there.
func (e *Exporter) Export(ctx context.Context) (Result, error) {
	began := e.Now()
	if err := e.begin(ctx); err != nil {
		return Result{}, err
	}
	stop := e.reporting(ctx)
	err := e.read(ctx)
	stop()
	if err != nil {
		return Result{}, explain(err)
	}
	result, err := e.conclude(ctx)
	result.Seconds = e.Now().Sub(began).Seconds()
	return result, err
}

func (e *Exporter) begin(ctx context.Context) (err error) {
	if e.Share > 0 {
		if err := e.askQuotas(ctx); err != nil {
			return err
		}
	}
	err = e.ask(ctx, e.other, func(ctx context.Context) error {
		e.pool, err = e.Source.Describe(ctx)
		return err
	})
	if err != nil {
		return explain(err)
	}
	if err := e.keepSchema(ctx); err != nil {
		return err
	}
	if e.scan, err = e.Run.Scan(ctx); err != nil {
		return err
	}
	if e.scan.Resumed {
		e.Note("going on with what was begun on %s", e.scan.Started.Local().Format("2006-01-02 15:04"))
	}
	shards, err := e.scan.Shards(ctx)
	for _, h := range shards {
		switch h.Part {
		case workspace.PartUsers:
			e.users.Add(int64(h.Users))
		case workspace.PartFiles:
			return exit.With(exit.Usage, errors.New("an export from files has not ended"), "end it first by the command that began it")
		}
	}
	return err
}

// keepSchema keeps what the pool says of its attributes, for the mapping.
func (e *Exporter) keepSchema(ctx context.Context) error {
	doc, err := json.Marshal(e.pool.Schema)
	if err != nil {
		return fmt.Errorf("keep the pool's schema: %w", err)
	}
	return e.Run.SetFact(ctx, workspace.SchemaFact, string(doc))
}

// answers is how long one call may take.
const answers = 30 * time.Second

// ask makes a call at the pace of its category.
func (e *Exporter) ask(ctx context.Context, p *pace.Pacer, call func(context.Context) error) error {
	return p.Do(ctx, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, answers)
		defer cancel()
		return call(ctx)
	})
}

func (e *Exporter) requests() map[string]pace.Counts {
	all := map[string]pace.Counts{}
	for category, p := range map[string]*pace.Pacer{"UserList": e.lists, "UserRead": e.reads, "UserPoolRead": e.other} {
		if c := p.Counts(); c.Calls > 0 {
			all[category] = c
		}
	}
	return all
}

// reporting tells the display and the workspace how far it is, until stop is
// called.
func (e *Exporter) reporting(ctx context.Context) (stop func()) {
	began, from := e.Now(), e.users.Load()
	task := e.Progress.Task("users", from, int64(e.pool.Estimate))
	done, ended := make(chan struct{}), make(chan struct{})
	tick := time.NewTicker(time.Second)
	report := func() {
		n := e.users.Load()
		task.Set(n, int64(e.pool.Estimate))
		_ = e.Run.Report(ctx, workspace.Progress{ // the next one comes in a second
			Step: "users", Done: n, Of: int64(e.pool.Estimate), PerSecond: float64(n-from) / max(0.001, e.Now().Sub(began).Seconds()),
			Detail: detail{e.factors.Load(), e.requests(), e.lost.Load()},
		})
	}
	go func() {
		defer close(ended)
		for {
			select {
			case <-done:
				report()
				return
			case <-tick.C:
				report()
			}
		}
	}()
	return func() {
		tick.Stop()
		close(done)
		<-ended
		if ctx.Err() == nil {
			task.End()
		}
	}
}
