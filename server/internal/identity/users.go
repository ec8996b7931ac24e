package identity

import (
	"context"
	"errors"
	"fmt"

	"wherry/internal/secret"
	"wherry/server/internal/fa"
)

// CreateUser makes an account in a tenant. A plain password is checked against
// the tenant's rules and hashed; id may be empty.
func (s *Service) CreateUser(ctx context.Context, tenantID, id fa.ID, request fa.UserRequest) (*fa.User, error) {
	tenant, err := s.Tenants.Get(ctx, tenantID)
	if err != nil {
		return nil, fmt.Errorf("tenant of the new user: %w", err)
	}
	if id == "" {
		id = s.NewID()
	}
	u := &fa.Account{User: request.User}
	keepServerOwned(&u.User, &fa.User{
		ID: id, TenantID: tenantID, Active: true, ConnectorID: fa.ConnectorID, InsertInstant: s.millis(),
		Memberships: request.Memberships, Registrations: []fa.Registration{},
	})
	u.LastUpdateInstant = u.InsertInstant
	if err := fa.Join(s.settle(tenant, &u.User, request.Password), s.completeMemberships(ctx, tenantID, &u.User)); err != nil {
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
// stays, and one that is claimed to be the current one is compared.
func (s *Service) ReplaceUser(ctx context.Context, id fa.ID, request fa.UserRequest) (*fa.User, error) {
	current, err := s.Store.User(ctx, id)
	if err != nil {
		return nil, err
	}
	tenant, err := s.Tenants.Get(ctx, current.TenantID)
	if err != nil {
		return nil, err
	}
	next := &fa.Account{User: request.User}
	keepServerOwned(&next.User, &current.User)
	if err := s.settle(tenant, &next.User, request.Password); err != nil {
		return nil, err
	}
	if request.Password != "" {
		known := &fa.Account{User: next.User, Credential: current.Credential, Previous: current.Previous}
		if err := s.checkPassword(ctx, tenant, known, request.Password, "user.password"); err != nil {
			return nil, err
		}
	}
	if err := s.checkCurrent(ctx, tenant, current, request.CurrentPassword); err != nil {
		return nil, err
	}
	if err := s.setPassword(ctx, tenant, next, request); err != nil {
		return nil, err
	}
	now := s.millis()
	u, err := s.Store.UpdateUser(ctx, id, func(u *fa.Account) error {
		fresh := *next
		keepServerOwned(&fresh.User, &u.User)
		identify(tenant, &fresh.User, now)
		fresh.LastUpdateInstant = now
		if request.Password == "" {
			fresh.Credential, fresh.Previous = u.Credential, u.Previous
		} else {
			fresh.Previous = remembered(tenant, u)
			fresh.PasswordLastUpdateInstant = max(now, u.PasswordLastUpdateInstant+1)
		}
		*u = fresh
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &u.User, nil
}

// checkCurrent compares the password that somebody gives to change an account.
func (s *Service) checkCurrent(ctx context.Context, tenant *fa.Tenant, u *fa.Account, plain string) error {
	if plain == "" {
		return nil
	}
	err := s.compare(ctx, tenant, u.Credential, secret.String(plain))
	if errors.Is(err, ErrCredentials) {
		return fa.FieldError("user.currentPassword", "invalid", "The current password is not correct.")
	}
	return err
}

// keepServerOwned carries over what no client can write.
func keepServerOwned(next, current *fa.User) {
	next.ID, next.TenantID, next.Active, next.ConnectorID = current.ID, current.TenantID, current.Active, current.ConnectorID
	next.InsertInstant, next.LastLoginInstant = current.InsertInstant, current.LastLoginInstant
	next.Identities, next.Registrations, next.Memberships = current.Identities, current.Registrations, current.Memberships
	next.Verified, next.VerifiedInstant = current.Verified, current.VerifiedInstant
	next.BreachedPasswordStatus, next.PasswordLastUpdateInstant = current.BreachedPasswordStatus, current.PasswordLastUpdateInstant
	next.TwoFactor.KeepSecrets(current.TwoFactor)
}

// SetActive deactivates a user, or takes that back.
func (s *Service) SetActive(ctx context.Context, id fa.ID, active bool) (*fa.User, error) {
	now := s.millis()
	u, err := s.Store.UpdateUser(ctx, id, func(u *fa.Account) error {
		u.Active, u.LastUpdateInstant = active, now
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &u.User, nil
}

// settle normalises, checks and completes a user whose plain password, if there
// is one, is still to be hashed. All mistakes come back together.
func (s *Service) settle(tenant *fa.Tenant, u *fa.User, password string) error {
	u.Normalize()
	nameMethods(&u.TwoFactor)
	identify(tenant, u, s.millis())
	var errs fa.Errors
	u.Check(&errs)
	if password != "" {
		tenant.PasswordValidationRules.CheckFor(&errs, u, password, "user.password")
	}
	return errs.OrNil()
}

// identify makes the identities. A new e-mail address has to be verified where
// the tenant asks for it.
func identify(tenant *fa.Tenant, u *fa.User, now int64) {
	u.SettleIdentities(fa.VerifiedDisabled, now)
	if tenant.EmailConfiguration.VerifyEmail {
		u.AwaitVerification(fa.IdentityEmail, now)
	}
}
