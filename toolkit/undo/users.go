package undo

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/workspace"
)

// imported is a user whom the run has imported.
type imported struct {
	workspace.User
	plan struct {
		ID            string `json:"id"`
		InsertInstant int64  `json:"insertInstant"`
	}
}

// everybody: who is gone from the pool is in the target nevertheless.
var everybody = []workspace.Change{workspace.New, workspace.Changed, workspace.Disabled, workspace.Enabled, workspace.Deleted}

// users deletes the users whom the run has imported.
func (t *taking) users(ctx context.Context) error {
	var some []imported
	for u, err := range t.Run.Users(ctx, workspace.Query{ImportedBy: t.Of, Changes: everybody, Target: true}) {
		if err != nil {
			return err
		}
		i := imported{User: u}
		if err := json.Unmarshal(u.Target, &i.plan); err != nil {
			return fmt.Errorf("what was planned for user %s cannot be read from the workspace: %w", u.ID, err)
		}
		i.plan.ID = strings.ToLower(i.plan.ID)
		if some = append(some, i); len(some) < atOnce {
			continue
		}
		if err := t.remove(ctx, some); err != nil {
			return err
		}
		some = nil
	}
	return t.remove(ctx, some)
}

func (t *taking) remove(ctx context.Context, users []imported) error {
	ids := make([]string, len(users))
	for i, u := range users {
		ids[i] = u.plan.ID
	}
	there, err := t.accounts(ctx, ids)
	if err != nil {
		return err
	}
	var delete []string
	var back []int64
	for _, u := range users {
		a, ok := there[u.plan.ID]
		switch {
		case !ok:
			t.result.Gone++
		case u.plan.InsertInstant != 0 && a.InsertInstant != u.plan.InsertInstant:
			t.result.Kept["somebody else has the id by now"]++
			continue
		case t.keeps(t.touched(a, u.Imported)):
			continue
		default:
			delete = append(delete, u.plan.ID)
		}
		back = append(back, u.N)
	}
	t.meter.Add(len(users))
	t.result.Undone += len(delete)
	if t.DryRun {
		return nil
	}
	if err := t.Target.DeleteUsers(ctx, delete); err != nil {
		return fmt.Errorf("delete users: %w", err)
	}
	for _, n := range back {
		if err := t.Run.Reopen(ctx, n, workspace.Planned, ""); err != nil {
			return err
		}
	}
	return nil
}

// accounts looks accounts up by their ids.
func (t *taking) accounts(ctx context.Context, ids []string) (map[string]fusionauth.Account, error) {
	list, err := t.Target.Accounts(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("look up who is in the target: %w", err)
	}
	there := make(map[string]fusionauth.Account, len(list))
	for _, a := range list {
		there[strings.ToLower(a.ID)] = a
	}
	return there, nil
}
