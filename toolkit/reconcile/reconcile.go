// Package reconcile proves that nobody was lost: it compares every user of a
// workspace, field by field, with the account in the target, and gives a reason
// for every difference that has one.
//
//	reconcile.go   what goes in and what comes out
//	walk.go        users in the workspace's order, accounts many at a time
//	user.go        what became of one user
//	account.go     an account as the target shows it
//	compare.go     two accounts, field by field
//	link.go        the links to identity providers, which are asked for one by one
//	why.go         who changed it, and may they
//	resume.go      going on where a verification was killed
//	sample.go      some users instead of all, and how sure that makes us
//	page.go        the report for people
//
// Nothing is written to the target or the pool. In the workspace, users who are
// as they should be become verified.
package reconcile

import (
	"context"
	"sync/atomic"
	"time"

	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/pace"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/progress"
	"wherry/toolkit/internal/workspace"
)

// Target is what is asked of FusionAuth.
type Target interface {
	CountUsers(ctx context.Context) (int, error)
	UserByLoginID(ctx context.Context, loginID string, types ...string) (fusionauth.User, error)
	UserLinks(ctx context.Context, userID string) ([]fusionauth.UserLink, error)
	Ahead(ctx context.Context) (time.Duration, error)
}

// Config is what a verification is made of.
type Config struct {
	Run    *workspace.Run // of the kind workspace.Verify
	Client *fusionauth.Client
	Mapper *plan.Mapper // for users whose source is newer than what was planned

	// Provider is the id of the identity provider in the target that a link
	// goes to, "" if nobody knows. nil: links are compared by the user's id
	// there alone.
	Provider func(plan.Link) string

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

// Outcome is what became of one user.
type Outcome string

// The outcomes.
const (
	Same        Outcome = "same"        // every field is as it should be
	Explained   Outcome = "explained"   // it differs, and there is a reason for each difference
	Unexplained Outcome = "unexplained" // it differs, and there is none
	Lost        Outcome = "lost"        // carried, and not in the target
	Refused     Outcome = "refused"     // not in the target, because it refused or the mapping did
	Skipped     Outcome = "skipped"     // not in the target, because the operator said so
	Waiting     Outcome = "waiting"     // not in the target, because nobody has sent it yet
	Gone        Outcome = "gone"        // deleted from the pool since; still in the target
)

// Outcomes lists them in the order in which reports do.
var Outcomes = []Outcome{Same, Explained, Unexplained, Lost, Refused, Skipped, Waiting, Gone}

// Bad tells whether somebody has to look at it.
func (o Outcome) Bad() bool { return o == Unexplained || o == Lost }

// Class is why a field is not as it should be.
type Class string

// The classes. The first three have no reason.
const (
	Missing  Class = "missing"   // it is not there
	Differs  Class = "differs"   // it is another one
	Added    Class = "added"     // nobody sent it
	InTarget Class = "in target" // changed in the target after the user came
	InPool   Class = "in pool"   // changed in the pool after the user came
	Purpose  Class = "purpose"   // the mapping, or the road, wants it so
)

// Difference is one field of one user that is not as it should be.
type Difference struct {
	User     string `json:"user"` // the id in the pool, which is the id in the target
	Username string `json:"username,omitempty"`
	Field    string `json:"field"` // "firstName", "data.plan", "memberships"; "" is the account
	Class    Class  `json:"class"`
	Why      string `json:"why"`
	Bad      bool   `json:"unexplained"`

	Expected any `json:"expected,omitempty"` // personal data, as Found and Username: kept in the workspace, shown when asked for
	Found    any `json:"found,omitempty"`
}

// Report is what a verification found.
type Report struct {
	Pool     string    `json:"pool"`
	Place    string    `json:"workspace"`
	Began    time.Time `json:"began"`
	Ended    time.Time `json:"ended"`
	Seconds  float64   `json:"seconds"` // of all runs that it took
	Resumed  bool      `json:"resumed,omitempty"`
	Strict   bool      `json:"strict,omitempty"`
	Requests int       `json:"requests"`

	InWorkspace int  `json:"inWorkspace"` // users who are in the pool, as far as the workspace knows
	InTarget    int  `json:"inTarget"`    // accounts in the tenant
	Strangers   *int `json:"strangers,omitempty"`

	Tally
	Sample *Sample `json:"sample,omitempty"`

	Runs []int64 `json:"runs"` // whose events hold the differences
	part *workspace.Pool
	// names tells whether values may be shown.
	names bool
}

// Bad is how many users somebody has to look at.
func (r *Report) Bad() int { return r.Outcomes[Unexplained] + r.Outcomes[Lost] }

// Tally is what is counted user by user.
type Tally struct {
	Checked  int             `json:"checked"`
	Found    int             `json:"found"` // of these, with an account
	Slow     int             `json:"slow"`  // of these, by the slow road
	Disabled int             `json:"disabled"`
	Links    int             `json:"links"` // that were looked for
	Outcomes map[Outcome]int `json:"outcomes"`
	Reasons  []Count         `json:"reasons"`     // why users were refused or skipped
	Fields   []Count         `json:"differences"` // by field, class and reason
	Remarks  []Count         `json:"remarks"`     // what the mapping changed on purpose
	Compared map[string]int  `json:"compared"`    // users who have the field on either side
}

// Count is how many users something is about.
type Count struct {
	Field string `json:"field,omitempty"`
	Class string `json:"class"`
	Why   string `json:"why"`
	Bad   bool   `json:"unexplained,omitempty"`
	Users int    `json:"users"`
}

func newTally() Tally { return Tally{Outcomes: map[Outcome]int{}, Compared: map[string]int{}} }

// most bounds the lines of a list of counts: there are not that many reasons,
// unless one quotes something.
const most = 500

// count adds one to a line of a list.
func count(list *[]Count, line Count) (n int) {
	for i := range *list {
		c := &(*list)[i]
		if c.Field == line.Field && c.Class == line.Class && c.Why == line.Why && c.Bad == line.Bad {
			c.Users++
			return c.Users
		}
	}
	if len(*list) >= most {
		return count(list, Count{Class: line.Class, Why: "others", Bad: line.Bad})
	}
	line.Users = 1
	*list = append(*list, line)
	return 1
}

// verification is one on its way.
type verification struct {
	Config
	Tally
	target Target
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
	v := &verification{Config: c, Tally: newTally(), target: c.Client, pacer: pace.New(c.Rate, judge), began: c.Now()}
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
		v.ahead, err = v.target.Ahead(ctx)
		return err
	})
}

func (v *verification) report(ctx context.Context, tally workspace.Tally) (*Report, error) {
	r := &Report{
		Pool: v.Run.ID, Place: v.Run.Workspace().Place(), Began: v.began.UTC(), Ended: v.Now().UTC(), Strict: v.Strict,
		InWorkspace: tally.Total, Tally: v.Tally, Runs: v.runs, part: v.Run.Pool, names: v.Names,
	}
	err := v.pacer.Do(ctx, func(ctx context.Context) (err error) {
		r.InTarget, err = v.target.CountUsers(ctx)
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
