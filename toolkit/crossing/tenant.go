package crossing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"wherry/toolkit/internal/fusionauth"
)

func (r *run) tenant(ctx context.Context) error {
	want := r.target.Tenant
	found, err := r.findTenant(ctx, want)
	switch {
	case errors.Is(err, fusionauth.ErrNotFound):
		err = r.createTenant(ctx, want)
	case err == nil:
		err = r.changeTenant(ctx, want, found)
	}
	if err != nil {
		return fmt.Errorf("tenant %q: %w", cmp.Or(want.Name, want.ID), err)
	}
	return nil
}

func (r *run) findTenant(ctx context.Context, want Tenant) (fusionauth.Tenant, error) {
	if want.ID != "" {
		return r.api.Tenant(ctx, want.ID)
	}
	all, err := r.api.Tenants(ctx)
	return named(all, err, func(t fusionauth.Tenant) bool { return t.Name == want.Name })
}

func (r *run) createTenant(ctx context.Context, want Tenant) error {
	if want.Name == "" {
		return errors.New("it does not exist, and there is no name to create it under")
	}
	made, err := r.api.CreateTenant(ctx, fusionauth.Tenant{ID: want.ID, Name: want.Name, Issuer: want.Issuer})
	if err != nil {
		return err
	}
	r.applied.TenantID = made.ID
	r.note("tenant", made.Name, made.ID, Created)
	return nil
}

func (r *run) changeTenant(ctx context.Context, want Tenant, found fusionauth.Tenant) error {
	r.applied.TenantID = found.ID
	if want.Issuer == "" || want.Issuer == found.Issuer {
		r.note("tenant", found.Name, found.ID, Found)
		return nil
	}
	if _, err := r.api.PatchTenant(ctx, found.ID, fusionauth.Tenant{Issuer: want.Issuer}); err != nil {
		return err
	}
	r.note("tenant", found.Name, found.ID, Changed, "issuer")
	return nil
}

// named returns the element of a list that is the one we mean.
func named[T any](all []T, err error, meant func(T) bool) (T, error) {
	var none T
	if err != nil {
		return none, err
	}
	i := slices.IndexFunc(all, meant)
	if i < 0 {
		return none, fusionauth.ErrNotFound
	}
	return all[i], nil
}
