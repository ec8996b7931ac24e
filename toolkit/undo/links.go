package undo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/workspace"
	"wherry/toolkit/linker"
)

// made is a link that the run has made.
type made struct {
	workspace.Event
	link fusionauth.UserLink
}

// links removes the links that the run has made.
func (t *taking) links(ctx context.Context) error {
	var some []made
	for e, err := range t.Run.Events(ctx, t.Of, linker.MadeEvent) {
		if err != nil {
			return err
		}
		m := made{Event: e}
		if err := json.Unmarshal(e.Detail, &m.link); err != nil {
			return fmt.Errorf("read which link was made: %w", err)
		}
		if some = append(some, m); len(some) < atOnce {
			continue
		}
		if err := t.unlink(ctx, some); err != nil {
			return err
		}
		some = nil
	}
	return t.unlink(ctx, some)
}

func (t *taking) unlink(ctx context.Context, links []made) error {
	var ids []string
	for _, m := range links {
		ids = append(ids, m.link.UserID)
	}
	there, err := t.accounts(ctx, ids)
	if err != nil {
		return err
	}
	for _, m := range links {
		t.meter.Add(1)
		done, err := t.undone(ctx, m)
		if err != nil {
			return err
		}
		a, ok := there[strings.ToLower(m.link.UserID)]
		switch {
		case done, !ok:
			t.result.Gone++
		case a.LastLoginInstant > 0 && t.keeps(t.touched(fusionauth.Account{LastLoginInstant: a.LastLoginInstant}, m.At)):
		default:
			if err := t.one(ctx, m); err != nil {
				return err
			}
		}
	}
	return nil
}

// undone tells whether the link was taken back before: it may have been made
// again since, by another run.
func (t *taking) undone(ctx context.Context, m made) (bool, error) {
	for e, err := range t.Run.EventsOf(ctx, m.User) {
		if err != nil {
			return false, err
		}
		if e.Kind == workspace.Unlinked && e.N > m.N && bytes.Equal(e.Detail, m.Detail) {
			return true, nil
		}
	}
	return false, nil
}

func (t *taking) one(ctx context.Context, m made) error {
	if t.result.Undone++; t.DryRun {
		return nil
	}
	err := t.Target.Unlink(ctx, m.link)
	if errors.Is(err, fusionauth.ErrNotFound) {
		t.result.Undone--
		t.result.Gone++
		err = nil
	}
	if err != nil {
		return fmt.Errorf("remove a link: %w", err)
	}
	return t.Run.Unlink(ctx, m.User, m.Detail)
}
