// Package undo takes back what a run has written to the target, as far as
// nobody has touched it since: users whom an import made, links that links
// made.
package undo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"wherry/internal/exit"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/meter"
	"wherry/toolkit/internal/progress"
	"wherry/toolkit/internal/workspace"
)

// Target is what is asked of the target: a fusionauth.Client within its tenant.
type Target interface {
	Accounts(ctx context.Context, ids []string) ([]fusionauth.Account, error)
	DeleteUsers(ctx context.Context, ids []string) error
	Unlink(ctx context.Context, l fusionauth.UserLink) error

	// Ahead is how far the target's clock is ahead of ours.
	Ahead(ctx context.Context) (time.Duration, error)
}

// Undoer takes back one run.
type Undoer struct {
	Run    *workspace.Run // of the kind workspace.Undo
	Target Target
	Of     int64 // the run to take back

	Force  bool // also what was touched since
	DryRun bool // only count

	Progress *progress.Display
}

// Result is what was taken back, or with DryRun would be.
type Result struct {
	Undone  int            `json:"undone"`
	Gone    int            `json:"gone"` // were not there any more
	Kept    map[string]int `json:"kept"` // by why
	Seconds float64        `json:"seconds"`
}

// Undo takes the run back. It may be interrupted at any time and called again.
func (u Undoer) Undo(ctx context.Context) (Result, error) {
	of, err := u.Run.Run(ctx, u.Of)
	if err != nil {
		return Result{}, exit.With(exit.Usage, fmt.Errorf("run %d: %w", u.Of, err), "wherry status lists the runs with their numbers")
	}
	if of.Outcome == workspace.Running {
		return Result{}, exit.With(exit.Failed, fmt.Errorf("run %d is still at work", u.Of), "interrupt it first, or wait until it has ended")
	}
	t := taking{Undoer: u, result: Result{Kept: map[string]int{}}}
	if t.ahead, err = u.Target.Ahead(ctx); err != nil {
		return t.result, fmt.Errorf("ask the target for its time: %w", err)
	}
	t.meter = meter.Start(ctx, u.Run, u.Progress, "undone", int(of.Progress.Done))
	switch of.Kind {
	case workspace.Import:
		err = t.users(ctx)
	case workspace.Links:
		err = t.links(ctx)
	default:
		err = exit.With(exit.Usage, fmt.Errorf("run %d is a wherry %s, which wrote nothing to the target that could be taken back", u.Of, of.Kind),
			"give the number of an import or of links")
	}
	t.result.Seconds = t.meter.Stop(ctx).Seconds()
	if err != nil && errors.Is(err, context.Canceled) {
		err = exit.With(exit.Interrupted, err, "run the same command again to go on")
	}
	return t.result, err
}

// taking is one Undo.
type taking struct {
	Undoer
	ahead  time.Duration
	meter  *meter.Meter
	result Result
}

// atOnce is how many are looked up and taken back at a time.
const atOnce = 500

// grace is by how much two clocks may be compared wrongly.
const grace = 2 * time.Second

// touched tells what was done with an account after an instant of ours, or "".
func (t *taking) touched(a fusionauth.Account, since time.Time) string {
	limit := since.Add(t.ahead + grace).UnixMilli()
	switch {
	case a.LastLoginInstant > limit:
		return "signed in since"
	case a.LastUpdateInstant > limit:
		return "changed since"
	default:
		return ""
	}
}

// keeps tells whether something is left alone, and counts it.
func (t *taking) keeps(why string) bool {
	if why == "" || t.Force {
		return false
	}
	t.result.Kept[why]++
	return true
}
