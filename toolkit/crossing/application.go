package crossing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"wherry/toolkit/internal/fusionauth"
)

// grants are what an application needs for people to sign in through it and to
// stay signed in.
var grants = []string{"authorization_code", "refresh_token"}

func (r *run) applications(ctx context.Context) error {
	for _, want := range r.target.Applications {
		if err := r.application(ctx, want); err != nil {
			return fmt.Errorf("application %q: %w", cmp.Or(want.Name, want.ID), err)
		}
	}
	return nil
}

func (r *run) application(ctx context.Context, want Application) error {
	found, err := r.findApplication(ctx, want)
	if errors.Is(err, fusionauth.ErrNotFound) {
		return r.createApplication(ctx, want)
	}
	if err != nil {
		return err
	}
	if err := r.changeApplication(ctx, want, found); err != nil {
		return err
	}
	return r.addRoles(ctx, want, found)
}

func (r *run) findApplication(ctx context.Context, want Application) (fusionauth.Application, error) {
	if want.ID == "" {
		all, err := r.api.In(r.applied.TenantID).Applications(ctx)
		return named(all, err, func(a fusionauth.Application) bool {
			return a.Name == want.Name && strings.EqualFold(a.TenantID, r.applied.TenantID)
		})
	}
	found, err := r.api.Application(ctx, want.ID)
	if err == nil && !strings.EqualFold(found.TenantID, r.applied.TenantID) {
		return found, fmt.Errorf("it belongs to another tenant, %s", found.TenantID)
	}
	return found, err
}

func (r *run) createApplication(ctx context.Context, want Application) error {
	if want.Name == "" {
		return errors.New("it does not exist, and there is no name to create it under")
	}
	var roles []fusionauth.Role
	for _, name := range without(want.Roles, nil) {
		roles = append(roles, fusionauth.Role{Name: name})
	}
	made, err := r.api.In(r.applied.TenantID).CreateApplication(ctx, fusionauth.Application{
		ID: want.ID, Name: want.Name, Roles: roles,
		OAuth: &fusionauth.OAuthConfiguration{
			AuthorizedRedirectURLs: without(want.RedirectURLs, nil),
			EnabledGrants:          grants,
			GenerateRefreshTokens:  true, // without it the refresh grant has nothing to work on
		},
	})
	if err != nil {
		return err
	}
	r.keep(made, Created)
	return nil
}

func (r *run) changeApplication(ctx context.Context, want Application, found fusionauth.Application) error {
	patch, changes := want.patch(found)
	if len(changes) == 0 {
		r.keep(found, Found)
		return nil
	}
	changed, err := r.api.PatchApplication(ctx, found.ID, patch)
	if err != nil {
		return err
	}
	r.keep(changed, Changed, changes...)
	return nil
}

// patch adds what found lacks.
func (a Application) patch(found fusionauth.Application) (patch fusionauth.Application, changes []string) {
	have := cmp.Or(found.OAuth, &fusionauth.OAuthConfiguration{})
	patch.OAuth = &fusionauth.OAuthConfiguration{}
	if lacks := without(a.RedirectURLs, have.AuthorizedRedirectURLs); len(lacks) > 0 {
		patch.OAuth.AuthorizedRedirectURLs = slices.Concat(have.AuthorizedRedirectURLs, lacks)
		changes = append(changes, "redirect URLs")
	}
	if lacks := without(grants, have.EnabledGrants); len(lacks) > 0 {
		patch.OAuth.EnabledGrants = slices.Concat(have.EnabledGrants, lacks)
		changes = append(changes, "enabled grants")
	}
	return patch, changes
}

func (r *run) addRoles(ctx context.Context, want Application, found fusionauth.Application) error {
	var have []string
	for _, role := range found.Roles {
		have = append(have, role.Name)
	}
	for _, name := range without(want.Roles, have) {
		made, err := r.api.CreateRole(ctx, found.ID, fusionauth.Role{Name: name})
		if err != nil {
			return fmt.Errorf("role %q: %w", name, err)
		}
		r.note("role", name, made.ID, Created)
	}
	return nil
}

func (r *run) keep(a fusionauth.Application, action Action, changes ...string) {
	kept := AppliedApplication{ID: a.ID, Name: a.Name}
	if a.OAuth != nil {
		kept.ClientSecret = a.OAuth.ClientSecret.String
	}
	r.applied.Applications = append(r.applied.Applications, kept)
	r.note("application", a.Name, a.ID, action, changes...)
}

// without returns the elements of list, each once, that are not in other.
func without(list, other []string) []string {
	var left []string
	for _, s := range list {
		if !slices.Contains(other, s) && !slices.Contains(left, s) {
			left = append(left, s)
		}
	}
	return left
}
