package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"wherry/server/internal/fa"
)

// completeMemberships checks the memberships of a new user against the groups
// of the tenant and fills in what the server decides.
func (s *Service) completeMemberships(ctx context.Context, tenantID fa.ID, u *fa.User) error {
	var errs fa.Errors
	seen := map[fa.ID]bool{}
	now := s.millis()
	for i := range u.Memberships {
		m := &u.Memberships[i]
		path := fmt.Sprintf("user.memberships[%d].groupId", i)
		group, err := s.Groups.Get(ctx, m.GroupID)
		switch {
		case errors.Is(err, fa.ErrNotFound) || err == nil && group.TenantID != tenantID:
			errs.Field(path, "invalid", "There is no group with the id [%s] in the user's tenant.", m.GroupID)
		case err != nil:
			return err
		case seen[m.GroupID]:
			errs.Field(path, "duplicate", "The group [%s] is given twice.", m.GroupID)
		}
		seen[m.GroupID] = true
		if m.ID == "" {
			m.ID = s.NewID()
		}
		m.InsertInstant = now
		m.Data.Normalize()
		delete(m.Rest, "userId") // it can only be this user
	}
	return errs.OrNil()
}

// renewMemberships is what a connector says today, with the ids and instants of
// the memberships that there were already.
func renewMemberships(fresh, current []fa.Membership) []fa.Membership {
	renewed := slices.Clone(fresh)
	for i := range renewed {
		for _, old := range current {
			if old.GroupID == renewed[i].GroupID {
				renewed[i].ID, renewed[i].InsertInstant = old.ID, old.InsertInstant
			}
		}
	}
	return renewed
}

// Groups finds the groups through which users have roles.
type Groups interface {
	GroupsOf(ctx context.Context, user fa.ID) ([]*fa.Group, error)
}

// roles is what a token says: the roles of the registration and those that the
// user's groups add to them. Without a registration there are none.
func (t *Tokens) roles(ctx context.Context, g Grant) ([]string, error) {
	if g.Application == nil {
		return g.Registration.Roles, nil
	}
	roles := g.roles()
	if len(g.User.Memberships) == 0 {
		return roles, nil
	}
	groups, err := t.Groups.GroupsOf(ctx, g.User.ID)
	if err != nil {
		return nil, err
	}
	for _, name := range g.Application.RolesThrough(groups) {
		if !slices.Contains(roles, name) {
			roles = append(roles, name)
		}
	}
	return roles, nil
}
