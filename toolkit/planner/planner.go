// Package planner takes users from exported to planned: it maps each by the
// rules of package plan, as the slow road does, and keeps what they become.
// It asks nobody anything but the workspace.
//
//	planner.go     everybody who is to be planned, several at a time
//	user.go        one user
//	collision.go   users who want the same login id, and who gets it
//	decision.go    the same, decided by the operator in a file
package planner

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"wherry/toolkit/internal/meter"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/progress"
	"wherry/toolkit/internal/workspace"
)

// Planner plans the users of one pool.
type Planner struct {
	Run    *workspace.Run
	Mapper *plan.Mapper
	Skip   []string // users of these statuses are not carried

	// Mapping stands for all that the plans depend on beside the users: who was
	// planned by another one is planned anew. It must hold no personal data.
	Mapping string

	Workers  int // three for each processor if 0, as most wait for the workspace's one writer
	Progress *progress.Display
}

// Result is what a run of the planner has done. Users who were planned before,
// and have not changed since, are not counted.
type Result struct {
	Planned int     `json:"planned"`
	Refused int     `json:"refused"` // cannot be mapped
	Skipped int     `json:"skipped"`
	Anew    int     `json:"anew"` // had been planned by another mapping, or refused
	Seconds float64 `json:"seconds"`
}

// chunk is how many users are planned and written at a time.
const chunk = 1000

// counts is a Result while several goroutines add to it.
type counts struct{ planned, refused, skipped atomic.Int64 }

// Plan plans everybody who was read from the pool and has not been planned
// since. It may be interrupted at any time and called again. The run must have
// planning to itself, as Run.Planning sees to.
func (p *Planner) Plan(ctx context.Context) (Result, error) {
	anew, err := p.renew(ctx)
	if err != nil {
		return Result{}, err
	}
	tally, err := p.Run.Tally(ctx)
	if err != nil {
		return Result{}, err
	}
	to := tally.States[workspace.Exported]
	if to == 0 {
		return Result{Anew: anew}, nil
	}
	m := meter.Start(ctx, p.Run, p.Progress, "planned", to)
	var c counts
	err = p.all(ctx, func(ctx context.Context, users []workspace.User) error {
		defer m.Add(len(users))
		return p.some(ctx, users, &c)
	})
	took := m.Stop(ctx)
	return Result{int(c.planned.Load()), int(c.refused.Load()), int(c.skipped.Load()), anew, took.Seconds()}, err
}

// mappingFact is by what the users of a workspace were planned.
const mappingFact = "mapping"

// renew opens again whom another mapping has planned or refused.
func (p *Planner) renew(ctx context.Context) (anew int, err error) {
	before, err := p.Run.Fact(ctx, mappingFact)
	if err != nil || before == p.Mapping {
		return 0, err
	}
	if before != "" {
		if anew, err = p.Run.Again(ctx, workspace.Planned, workspace.Refused); err != nil {
			return 0, err
		}
	}
	return anew, p.Run.SetFact(ctx, mappingFact, p.Mapping)
}

// all hands everybody out in chunks to several workers.
func (p *Planner) all(ctx context.Context, work func(context.Context, []workspace.User) error) error {
	workers := p.Workers
	if workers == 0 {
		workers = 3 * runtime.GOMAXPROCS(0)
	}
	crew, ctx := errgroup.WithContext(ctx)
	chunks := make(chan []workspace.User, 1)
	crew.Go(func() error {
		defer close(chunks)
		return p.read(ctx, chunks)
	})
	for range workers {
		crew.Go(func() error {
			for users := range chunks {
				if err := work(ctx, users); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return crew.Wait()
}

func (p *Planner) read(ctx context.Context, chunks chan<- []workspace.User) error {
	send := func(users []workspace.User) error {
		select {
		case chunks <- users:
			return nil
		case <-ctx.Done():
			return fmt.Errorf("plan users: %w", ctx.Err())
		}
	}
	users := make([]workspace.User, 0, chunk)
	for u, err := range p.Run.Users(ctx, workspace.Query{States: []workspace.State{workspace.Exported}, Source: true, Lean: true}) {
		if err != nil {
			return err
		}
		if users = append(users, u); len(users) < chunk {
			continue
		}
		if err := send(users); err != nil {
			return err
		}
		users = make([]workspace.User, 0, chunk)
	}
	return send(users)
}

func (p *Planner) some(ctx context.Context, users []workspace.User, c *counts) error {
	moves := make([]workspace.Move, 0, len(users))
	for _, u := range users {
		move, err := p.user(ctx, u)
		if err != nil {
			return err
		}
		moves = append(moves, move)
		switch move.To {
		case workspace.Planned:
			c.planned.Add(1)
		case workspace.Refused:
			c.refused.Add(1)
		default:
			c.skipped.Add(1)
		}
	}
	sortByStep(moves)
	return p.Run.Move(ctx, moves...)
}
