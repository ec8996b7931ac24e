// Package reconcile proves that nobody was lost: it compares every user of a
// workspace, field by field, with the account in the target, and gives a reason
// for every difference that has one.
//
//	reconcile.go   what goes in
//	outcome.go     what may become of a user, and of a field
//	report.go      what comes out, in text.go for a terminal and in page.go to be printed
//	walk.go        users in the workspace's order, accounts many at a time
//	book.go        what was found is written down with the checkpoint that says so
//	user.go        what became of one user
//	account.go     an account as the target shows it
//	compare.go     two accounts, field by field
//	link.go        the links to identity providers, which are asked for one by one
//	why.go         who changed it, and may they
//	resume.go      going on where a verification was killed
//	sample.go      some users instead of all, and how sure that makes us
//
// Nothing is written to the target or the pool. In the workspace, users who are
// as they should be become verified.
package reconcile

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"time"

	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/pace"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/progress"
	"wherry/toolkit/internal/workspace"
)

// Config is what a verification is made of.
type Config struct {
	Run    *workspace.Run // of the kind workspace.Verify
	Client *fusionauth.Client
	Mapper *plan.Mapper // for users whose source is newer than what was planned

	// Provider is the id of the identity provider in the target that a link
	// goes to, "" if nobody knows. nil: links are compared by the user's id
	// there alone.
	Provider func(plan.Link) string

	PlannedLinks bool // ask for the links of those only who should have some
	NoProviders  bool // the target has no identity providers, so that nobody can have a link

	Sample int    // so many users, chosen at random; 0: everybody
	Seed   uint64 // of that choice
	Strict bool   // changes that were made in the target count as unexplained
	Again  bool   // begin anew, though one was interrupted
	Names  bool   // reports show usernames and values: personal data

	Rate     float64           // requests a second at most; 500 if 0
	Parallel int               // requests on their way; 4 if 0
	Progress *progress.Display // shows how far it is
	Note     func(format string, args ...any)
	Now      func() time.Time
}

// verification is one on its way.
type verification struct {
	Config
	Tally
	pacer  *pace.Pacer
	ahead  time.Duration // the target's clock before ours
	began  time.Time
	spent  time.Duration // by the runs before
	asked  int           // by the runs before
	runs   []int64
	after  int64 // the last user that is done
	phase  int
	looked atomic.Int64 // missing users who were looked for under another id

	started       time.Time // this run
	total, before int       // users in all, and those that the runs before have compared
}

// Verify compares everybody, or a sample. When it is interrupted or killed, the
// next one goes on from there. The report is worth reading only without error.
func Verify(ctx context.Context, c Config) (*Report, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rate == 0 {
		c.Rate = 500
	}
	if c.Parallel == 0 {
		c.Parallel = 4
	}
	v := &verification{Config: c, Tally: newTally(), pacer: pace.New(c.Rate, judge), began: c.Now()}
	if err := v.greet(ctx); err != nil {
		return nil, err
	}
	resumed, err := v.resume(ctx)
	if err != nil {
		return nil, err
	}
	tally, err := c.Run.Tally(ctx)
	if err != nil {
		return nil, err
	}
	v.started, v.total, v.before = c.Now(), tally.Total, v.Checked
	if c.Sample > 0 {
		err = v.sample(ctx, tally.Total)
	} else {
		err = v.everybody(ctx, tally.Total)
	}
	if err != nil {
		return nil, err
	}
	r, err := v.report(ctx, tally)
	if err != nil {
		return nil, err
	}
	r.Resumed, r.Seconds = resumed, (v.spent + c.Now().Sub(v.started)).Seconds()
	return r, v.finish(ctx)
}

// greeting is how long a target that does not answer at all is waited for.
const greeting = 10 * time.Second

// greet asks how late it is there.
func (v *verification) greet(ctx context.Context) (err error) {
	first := pace.New(v.Rate, judge)
	first.Patience = greeting
	return first.Do(ctx, func(ctx context.Context) error {
		v.ahead, err = v.Client.Ahead(ctx)
		return err
	})
}

func (v *verification) report(ctx context.Context, tally workspace.Tally) (*Report, error) {
	r := &Report{
		Pool: v.Run.ID, Place: v.Run.Workspace().Place(), Began: v.began.UTC(), Ended: v.Now().UTC(), Strict: v.Strict, PlannedLinks: v.PlannedLinks && !v.NoProviders,
		InWorkspace: tally.Total, Tally: v.Tally, Runs: v.runs, part: v.Run.Pool, names: v.Names,
	}
	if err := v.reading(ctx, r); err != nil {
		return nil, err
	}
	err := v.pacer.Do(ctx, func(ctx context.Context) (err error) {
		r.InTarget, err = v.Client.CountUsers(ctx)
		return err
	})
	r.Requests = v.asked + v.pacer.Counts().Calls
	if v.Sample > 0 {
		r.Sample = newSample(v.Checked, r.Bad(), tally.Total)
		return r, err
	}
	strangers := max(0, r.InTarget-r.Found)
	r.Strangers = &strangers
	return r, err
}

// reading tells when the pool was read, and what Cognito said of its size.
func (v *verification) reading(ctx context.Context, r *Report) error {
	scans, err := v.Run.Scans(ctx, 2) // the last may not have ended
	for _, s := range scans {
		if s.Ended.IsZero() {
			continue
		}
		r.ReadAt = s.Ended
		var facts struct{ Estimate int }
		if json.Unmarshal(s.Facts, &facts) == nil {
			r.Estimate = facts.Estimate
		}
		break
	}
	return err
}
