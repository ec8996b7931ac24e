package identity

import (
	"context"
	"errors"
	"fmt"

	"wherry/server/internal/fa"
)

// CreateUser makes an account in a tenant. A plain password is checked against
// the tenant's rules and hashed; id may be empty.
func (s *Service) CreateUser(ctx context.Context, tenantID, id fa.ID, request fa.UserRequest) (*fa.User, error) {
	tenant, err := s.Tenants.Get(ctx, tenantID)
	if err != nil {
		return nil, fmt.Errorf("tenant of the new user: %w", err)
	}
	u := &fa.Account{User: request.User}
	u.ID, u.TenantID, u.Active, u.ConnectorID = id, tenantID, true, fa.ConnectorID
	if u.ID == "" {
		u.ID = s.NewID()
	}
	u.InsertInstant = s.millis()
	u.LastUpdateInstant = u.InsertInstant
	u.Registrations = []fa.Registration{}
	u.LastLoginInstant, u.PasswordLastUpdateInstant = 0, 0 // not a client's to say
	if err := fa.Join(s.settle(tenant, u, request.Password), s.completeMemberships(ctx, tenantID, &u.User)); err != nil {
		return nil, err
	}
	if err := s.setPassword(ctx, tenant, u, request); err != nil {
		return nil, err
	}
	if err := s.Store.CreateUser(ctx, u); err != nil {
		return nil, err
	}
	return &u.User, nil
}

// ReplaceUser replaces what a client may write; a password that is left out
// stays.
func (s *Service) ReplaceUser(ctx context.Context, id fa.ID, request fa.UserRequest) (*fa.User, error) {
	current, err := s.Store.User(ctx, id)
	if err != nil {
		return nil, err
	}
	tenant, err := s.Tenants.Get(ctx, current.TenantID)
	if err != nil {
		return nil, err
	}
	next := &fa.Account{User: request.User, Credential: current.Credential}
	if request.Password != "" {
		if err := s.setPassword(ctx, tenant, next, request); err != nil {
			return nil, err
		}
	}
	u, err := s.Store.UpdateUser(ctx, id, func(u *fa.Account) error {
		fresh := *next
		keepServerOwned(&fresh.User, &u.User)
		if request.Password == "" {
			fresh.Credential, fresh.PasswordLastUpdateInstant = u.Credential, u.PasswordLastUpdateInstant
		}
		fresh.LastUpdateInstant = s.millis()
		*u = fresh
		return s.settle(tenant, u, request.Password)
	})
	if err != nil {
		return nil, err
	}
	return &u.User, nil
}

// keepServerOwned carries over what no client can write.
func keepServerOwned(next, current *fa.User) {
	next.ID, next.TenantID, next.Active, next.ConnectorID = current.ID, current.TenantID, current.Active, current.ConnectorID
	next.InsertInstant, next.LastLoginInstant = current.InsertInstant, current.LastLoginInstant
	next.Identities, next.Registrations, next.Memberships = current.Identities, current.Registrations, current.Memberships
	next.Verified, next.VerifiedInstant = current.Verified, current.VerifiedInstant
	next.TwoFactor.KeepSecrets(current.TwoFactor)
}

// SetActive deactivates a user, or takes that back.
func (s *Service) SetActive(ctx context.Context, id fa.ID, active bool) (*fa.User, error) {
	u, err := s.Store.UpdateUser(ctx, id, func(u *fa.Account) error {
		u.Active, u.LastUpdateInstant = active, s.millis()
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &u.User, nil
}

// settle normalises, validates and completes an account whose plain password,
// if there is one, is still to be hashed. All mistakes come back together.
func (s *Service) settle(tenant *fa.Tenant, u *fa.Account, password string) error {
	u.Normalize()
	u.SettleIdentities(fa.VerifiedDisabled, s.millis())
	var errs fa.Errors
	if refused, ok := errors.AsType[*fa.Errors](u.Validate()); ok {
		errs = *refused
	}
	if password != "" {
		tenant.PasswordValidationRules.Check(&errs, password, "user.password")
	}
	return errs.OrNil()
}
