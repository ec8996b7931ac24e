// Package campaign asks users who came across without a password to choose one:
// by the mail that FusionAuth sends to whoever has forgotten theirs, at a pace
// that mail servers bear, or at their next sign-in.
//
//	campaign.go   what goes in and what comes out; the walk
//	judge.go      who gets one, and why others do not
//	send.go       one mail, and what to do when nobody knows whether it went
//	queue.go      who is next: pace, jitter, domains
//	quiet.go      the hours in which nobody is mailed
//	suppress.go   the list of those who do not want any
//	rehearse.go   who would get one; one for ourselves
//
// Nobody gets two mails. Before each, the workspace says that it is about to be
// sent, and after it, that it was. If the program ends in between, the next one
// asks FusionAuth whether the mail's id is there, as long as it would be; after
// that the user is in doubt, and left alone unless somebody decides otherwise.
package campaign

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"time"

	"wherry/internal/secret"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/pace"
	"wherry/toolkit/internal/progress"
	"wherry/toolkit/internal/workspace"
)

// Config is what a campaign is made of.
type Config struct {
	Part   *workspace.Pool
	Run    *workspace.Run // of the kind workspace.Resets; nil for DryRun and Preview
	Client *fusionauth.Client

	// Key is what the ids in mails are derived from, so that they need not be
	// kept: the API key, which lets its owner set passwords anyway.
	Key secret.String

	Application string        // whose mail template it is; "": the tenant's
	Rate        float64       // mails a second
	Jitter      float64       // by which share the time between two mails varies, 0 to 1
	Domains     Domains       // how many mails a domain bears
	Quiet       *Quiet        // when nobody is mailed; nil: never
	Suppressed  *Suppression  // who is not mailed; nil: nobody
	AtMost      int           // so many mails in this run; 0: all
	Required    bool          // no mails: the password has to be changed at the next sign-in
	InDoubt     bool          // mail those, too, of whom nobody knows whether they were
	Settle      time.Duration // how long an unanswered request may still arrive; 5 s if 0

	Progress *progress.Display
	Note     func(format string, args ...any)
	Now      func() time.Time
	Random   *rand.Rand
}

// Result is what a campaign did.
type Result struct {
	Sent    int            `json:"sent"`
	Reasons map[Reason]int `json:"reasons"` // why others got none
	Seconds float64        `json:"seconds"`
	Stopped bool           `json:"stopped,omitempty"` // because of AtMost
}

// campaign is one on its way.
type campaign struct {
	Config
	Result
	pacer   *pace.Pacer // of questions
	clock   clock
	ttl     time.Duration // how long FusionAuth knows a mail's id; 0: nobody knows
	queue   *queue
	query   workspace.Query
	open    []*open
	drained bool
	total   int
}

// asks is how many questions a second FusionAuth is asked at most: some for each
// mail, and not too few for those who get none.
func asks(rate float64) float64 { return max(50, 4*rate) }

func begin(ctx context.Context, c Config) (*campaign, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Random == nil {
		c.Random = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())) //nolint:gosec // it decides when a mail goes, and nothing else
	}
	if c.Settle == 0 {
		c.Settle = 5 * time.Second
	}
	run := &campaign{Config: c, Result: Result{Reasons: map[Reason]int{}}, pacer: pace.New(asks(c.Rate), judge), queue: newQueue(c)}
	run.query = workspace.Query{States: carried, Lacking: workspace.Reset, Source: true}
	first := pace.New(asks(c.Rate), judge)
	first.Patience = greeting
	return run, first.Do(ctx, func(ctx context.Context) (err error) {
		run.clock.ahead, err = c.Client.Ahead(ctx)
		return err
	})
}

// greeting is how long a target that does not answer at all is waited for.
const greeting = 10 * time.Second

// carried are the states of users whom the bulk road has brought.
var carried = []workspace.State{workspace.Imported, workspace.Linked, workspace.Verified}

// Run mails everybody who should be and has not been. It may be interrupted or
// killed at any time and called again.
func Run(ctx context.Context, c Config) (Result, error) {
	began := time.Now()
	run, err := begin(ctx, c)
	if err != nil {
		return Result{}, err
	}
	if err := run.prepare(ctx); err != nil {
		return Result{}, err
	}
	err = run.all(ctx)
	run.Seconds = time.Since(began).Seconds()
	return run.Result, errors.Join(err, run.leave(context.WithoutCancel(ctx)))
}

// prepare asks what a campaign must know before the first mail.
func (c *campaign) prepare(ctx context.Context) error {
	tally, err := c.Part.Tally(ctx)
	for _, s := range carried {
		c.total += tally.States[s]
	}
	if err != nil || c.Required {
		return err
	}
	c.ttl, err = c.lifetime(ctx)
	return err
}

func (c *campaign) all(ctx context.Context) error {
	task, began, told := c.Progress.Task("users", 0, int64(c.total)), time.Now(), time.Time{}
	for {
		u, err := c.next(ctx)
		if errors.Is(err, io.EOF) {
			task.End()
			return c.tell(ctx, began)
		}
		if err == nil {
			err = c.one(ctx, u)
		}
		if err != nil {
			return err
		}
		if c.AtMost > 0 && c.Sent >= c.AtMost {
			c.Stopped = true
			return c.tell(ctx, began)
		}
		task.Set(int64(c.done()), int64(c.total))
		if time.Since(told) > time.Second {
			told = time.Now()
			if err := c.tell(ctx, began); err != nil {
				return err
			}
		}
	}
}

// done is how many users are decided about.
func (c *campaign) done() int {
	n := c.Sent
	for _, users := range c.Reasons {
		n += users
	}
	return n
}

// tell lets `wherry status` know.
func (c *campaign) tell(ctx context.Context, began time.Time) error {
	return c.Run.Report(context.WithoutCancel(ctx), workspace.Progress{
		Step: "users", Done: int64(c.done()), Of: int64(max(c.total, c.done())),
		PerSecond: float64(c.done()) / max(0.001, time.Since(began).Seconds()), Detail: c.Result,
	})
}

// one decides about a user once more, now that it is their turn, and sends.
func (c *campaign) one(ctx context.Context, u *user) error {
	defer func() { u.batch.left-- }()
	accounts, err := c.accounts(ctx, []string{u.id})
	if err != nil {
		return err
	}
	reason := c.judge(u, accounts[u.id])
	if reason == "" {
		if c.Required {
			reason, err = c.require(ctx, u)
		} else {
			reason, err = c.mail(ctx, u)
		}
	}
	if err == nil && reason == "" {
		c.Sent++
	} else if err == nil {
		c.Reasons[reason]++
	}
	return err
}
