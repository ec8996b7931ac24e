package exporter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"wherry/toolkit/internal/workspace"
)

// read carries out the read plan: who is in which group first, so that it can
// be kept with the users when they come.
func (e *Exporter) read(ctx context.Context) error {
	if err := e.divide(ctx); err != nil {
		return err
	}
	if err := e.shards(ctx, workspace.PartGroups, e.group); err != nil {
		return err
	}
	if err := e.shards(ctx, workspace.PartUsers, e.chain); err != nil {
		return err
	}
	if e.Factors {
		return e.details(ctx)
	}
	return nil
}

func (e *Exporter) divide(ctx context.Context) error {
	shards, err := e.scan.Shards(ctx)
	if err != nil || len(shards) > 0 {
		return err
	}
	groups, err := e.groups(ctx)
	if err == nil {
		err = e.scan.Divide(ctx, workspace.PartGroups, groups)
	}
	if err == nil {
		err = e.scan.Divide(ctx, workspace.PartUsers, prefixes(digits(e.pool.Estimate)))
	}
	return err
}

// groups lists the pool's groups but those that Cognito makes for the users of
// each identity provider.
func (e *Exporter) groups(ctx context.Context) (own []string, err error) {
	for token := ""; ; {
		var names []string
		err := e.ask(ctx, e.other, func(ctx context.Context) (err error) {
			names, token, err = e.listGroups(ctx, token)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if !strings.HasPrefix(name, e.Run.ID+"_") {
				own = append(own, name)
			}
		}
		if token == "" {
			return own, nil
		}
	}
}

// listGroups keeps its token when the call fails, and begins again when the
// pool takes it no more.
func (e *Exporter) listGroups(ctx context.Context, token string) ([]string, string, error) {
	names, next, err := e.Source.ListGroups(ctx, token)
	if err != nil {
		return nil, token, err
	}
	return names, next, nil
}

// A shard should be worth its first and last page, and small enough to be read
// again when its token has expired.
const (
	oneChain    = 2_000
	sixteen     = 400_000
	twoDigits   = 6_500_000
	hexadecimal = "0123456789abcdef"
)

// digits is how many hexadecimal digits of the sub tell the shards apart.
func digits(users int) int {
	switch {
	case users < oneChain:
		return 0
	case users < sixteen:
		return 1
	case users < twoDigits:
		return 2
	default:
		return 3
	}
}

// prefixes lists all beginnings of so many digits.
func prefixes(digits int) []string {
	if digits == 0 {
		return []string{""}
	}
	var all []string
	for _, shorter := range prefixes(digits - 1) {
		for _, d := range hexadecimal {
			all = append(all, shorter+string(d))
		}
	}
	return all
}

// shards reads all shards of a part, several at a time. It ends when all are
// read to their end, whoever read them.
func (e *Exporter) shards(ctx context.Context, part string, read func(context.Context, *workspace.Shard) error) error {
	crew, ctx := errgroup.WithContext(ctx)
	for range e.Workers {
		crew.Go(func() error { return e.work(ctx, part, read) })
	}
	return crew.Wait()
}

func (e *Exporter) work(ctx context.Context, part string, read func(context.Context, *workspace.Shard) error) error {
	for {
		h, err := e.scan.Next(ctx, part)
		if errors.Is(err, io.EOF) {
			if done, err := e.othersDone(ctx, part); err != nil || done {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		if err := read(ctx, h); err != nil {
			return errors.Join(err, h.Leave(ctx))
		}
	}
}

// look is how often a worker without work looks for a shard that another
// machine has left.
const look = 500 * time.Millisecond

// othersDone waits a moment for those who read the last shards.
func (e *Exporter) othersDone(ctx context.Context, part string) (bool, error) {
	shards, err := e.scan.Shards(ctx)
	if err != nil {
		return false, err
	}
	done := true
	for _, h := range shards {
		done = done && (h.Part != part || h.Done)
	}
	if done || !e.Run.Workspace().Shared() {
		return true, nil // the other workers of this run see to the rest
	}
	select {
	case <-ctx.Done():
		return false, fmt.Errorf("wait for another machine: %w", ctx.Err())
	case <-time.After(look):
		return false, nil
	}
}
