package exporter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"wherry/toolkit/internal/cognito"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/workspace"
)

// A token is good for an hour; one that an earlier run has left and that is
// nearly as old is not tried.
const tokenAge = 55 * time.Minute

// restarts bounds how often one shard is begun again by one run.
const restarts = 100

// chain reads a shard of users from its checkpoint to its end, which is the
// absence of a token. Pages may be short or empty.
func (e *Exporter) chain(ctx context.Context, h *workspace.Shard) error {
	return e.follow(ctx, h, func(ctx context.Context, token string) (cognito.UsersPage, error) {
		return e.Source.ListUsers(ctx, h.Name, token)
	}, e.save)
}

// group reads who is in a group. A group that was deleted meanwhile has nobody.
func (e *Exporter) group(ctx context.Context, h *workspace.Shard) error {
	return e.follow(ctx, h, func(ctx context.Context, token string) (cognito.UsersPage, error) {
		page, err := e.Source.ListUsersInGroup(ctx, h.Name, token)
		if cognito.Missing(err) {
			return cognito.UsersPage{}, nil
		}
		return page, err
	}, e.saveMembers)
}

type (
	reader func(ctx context.Context, token string) (cognito.UsersPage, error)
	keeper func(ctx context.Context, h *workspace.Shard, p cognito.UsersPage) error
)

func (e *Exporter) follow(ctx context.Context, h *workspace.Shard, read reader, keep keeper) error {
	if h.Token != "" && e.Now().Sub(h.Issued) > tokenAge {
		if err := h.Restart(ctx); err != nil {
			return err
		}
	}
	for again := 0; ; {
		page, err := e.page(ctx, h, read)
		if cognito.TokenExpired(err) {
			if again++; again > restarts {
				return fmt.Errorf("the pool refuses the paging tokens that it gives: %w", err)
			}
			e.lost.Add(1)
			if err := h.Restart(ctx); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		if err := keep(ctx, h, page); err != nil || page.Token == "" {
			return err
		}
	}
}

// page reads the next page. A token that is refused before its time is tried
// once more, because to begin again costs much more.
func (e *Exporter) page(ctx context.Context, h *workspace.Shard, read reader) (page cognito.UsersPage, err error) {
	for range 2 {
		err = e.ask(ctx, e.lists, func(ctx context.Context) (err error) {
			page, err = read(ctx, h.Token)
			return err
		})
		if h.Token == "" || !cognito.TokenExpired(err) {
			break
		}
	}
	return page, err
}

func (e *Exporter) saveMembers(ctx context.Context, h *workspace.Shard, p cognito.UsersPage) error {
	ids := make([]string, len(p.Users))
	for i, u := range p.Users {
		ids[i] = plan.SourceID(u)
	}
	return h.SaveMembers(ctx, ids, p.Token, p.Token == "")
}

func (e *Exporter) save(ctx context.Context, h *workspace.Shard, p cognito.UsersPage) error {
	ids := make([]string, len(p.Users))
	for i, u := range p.Users {
		ids[i] = plan.SourceID(u)
	}
	groups, err := e.scan.Memberships(ctx, ids)
	if err != nil {
		return err
	}
	for i := range p.Users {
		p.Users[i].Groups = groups[ids[i]]
	}
	return e.store(ctx, h, p.Users, p.Token, p.Token == "")
}

// store keeps users with their groups, and the checkpoint behind them.
func (e *Exporter) store(ctx context.Context, h *workspace.Shard, users []plan.CognitoUser, token string, last bool) error {
	page := workspace.Page{Token: token, Last: last, Keep: keepFactors}
	for _, u := range users {
		s, err := source(u)
		if err != nil {
			return err
		}
		page.Users = append(page.Users, s)
	}
	before := h.Users
	_, err := h.Save(ctx, page)
	e.users.Add(int64(h.Users - before))
	return err
}

// source is a user in the form that the workspace keeps.
func source(u plan.CognitoUser) (workspace.Source, error) {
	slices.Sort(u.Groups)
	doc, err := json.Marshal(u)
	if err != nil {
		return workspace.Source{}, errors.New("a user cannot be written as JSON")
	}
	return workspace.Source{
		ID: plan.SourceID(u), Document: doc, Enabled: u.Enabled == nil || *u.Enabled,
		Names: workspace.Names{
			Username: u.Username, Email: u.Attributes["email"],
			Phone: u.Attributes["phone_number"], Preferred: u.Attributes["preferred_username"],
		},
	}, nil
}
