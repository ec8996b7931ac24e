package exporter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"golang.org/x/sync/errgroup"

	"wherry/toolkit/internal/cognito"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/workspace"
)

// atATime is how many users are asked about between two checkpoints.
const atATime = 64

// details asks about every user who was not asked about in this scan.
func (e *Exporter) details(ctx context.Context) error {
	q := workspace.Query{UnlessIn: e.scan.N}
	task := e.Progress.Task("second factors", 0, e.users.Load())
	for {
		b, err := e.Run.Await(ctx, &q, atATime)
		if errors.Is(err, io.EOF) {
			task.End()
			return nil
		}
		if err != nil {
			return err
		}
		if err := e.detail(ctx, b); err != nil {
			return errors.Join(err, b.GiveBack(context.WithoutCancel(ctx)))
		}
		task.Set(e.factors.Load(), e.users.Load())
	}
}

func (e *Exporter) detail(ctx context.Context, b *workspace.Batch) error {
	var users []workspace.User
	for u, err := range b.All(ctx) {
		if err != nil {
			return err
		}
		users = append(users, u)
	}
	details := make([]workspace.Detail, len(users))
	crew, asking := errgroup.WithContext(ctx)
	crew.SetLimit(e.Workers)
	for i, u := range users {
		crew.Go(func() (err error) {
			details[i], err = e.factorsOf(asking, u)
			return err
		})
	}
	if err := crew.Wait(); err != nil {
		return err
	}
	if err := e.scan.Detail(ctx, details...); err != nil {
		return err
	}
	e.factors.Add(int64(len(users)))
	return b.GiveBack(ctx)
}

func (e *Exporter) factorsOf(ctx context.Context, u workspace.User) (d workspace.Detail, err error) {
	d.User = u.N
	var known, read plan.CognitoUser
	if err := json.Unmarshal(u.Source, &known); err != nil {
		return d, fmt.Errorf("read the document of user %s: %w", u.ID, err)
	}
	err = e.ask(ctx, e.reads, func(ctx context.Context) (err error) {
		read, err = e.Source.AdminUser(ctx, known.Username)
		return err
	})
	if cognito.Missing(err) {
		return d, nil // deleted meanwhile: the next export finds out
	}
	if err != nil {
		return d, err
	}
	d.Changed = !slices.Equal(known.UserMFASettingList, read.UserMFASettingList) || known.PreferredMfaSetting != read.PreferredMfaSetting
	known.UserMFASettingList, known.PreferredMfaSetting = read.UserMFASettingList, read.PreferredMfaSetting
	d.Document, err = json.Marshal(known)
	return d, err
}

// keepFactors carries the second factors from the document of a user into the
// one of a later list, which does not tell them.
func keepFactors(old, fresh []byte) ([]byte, error) {
	var before, now plan.CognitoUser
	if err := errors.Join(json.Unmarshal(old, &before), json.Unmarshal(fresh, &now)); err != nil {
		return nil, fmt.Errorf("read a user's documents: %w", err)
	}
	now.UserMFASettingList, now.PreferredMfaSetting = before.UserMFASettingList, before.PreferredMfaSetting
	return json.Marshal(now)
}
