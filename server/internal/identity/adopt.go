package identity

import (
	"context"
	"errors"
	"fmt"

	"wherry/server/internal/fa"
)

// errMismatch says that a connector vouched for somebody else than was asked
// about.
var errMismatch = errors.New("it is not the user who was asked about")

// adopt stores a user whose password a connector has vouched for. With migrate
// the account becomes ours and keeps a hash of the password; without, it stays
// a copy of what the connector says, renewed at each sign-in.
func (s *Service) adopt(ctx context.Context, tenant *fa.Tenant, c *fa.Connector, migrate bool, known *fa.Account, theirs *fa.User, a Attempt) (*fa.Account, error) {
	u := &fa.Account{User: *theirs}
	if err := s.complete(ctx, tenant, u); err != nil {
		return nil, err
	}
	if known != nil && known.ID != u.ID || !u.HasIdentity(a.LoginID) {
		return nil, errMismatch
	}
	u.ConnectorID = c.ID
	if migrate {
		u.ConnectorID = fa.ConnectorID
		if err := s.setPassword(ctx, tenant, u, fa.UserRequest{Password: a.Password}); err != nil {
			return nil, fmt.Errorf("hash the migrated password: %w", err)
		}
	}
	if known != nil {
		return s.synchronise(ctx, u)
	}
	err := s.Store.CreateUser(ctx, u)
	if fa.Refused(err) {
		return s.alreadyHere(ctx, tenant, u, a, err)
	}
	return u, err
}

// complete checks what a connector returned as FusionAuth checks a new user,
// and fills in what the server decides.
func (s *Service) complete(ctx context.Context, tenant *fa.Tenant, u *fa.Account) error {
	if u.ID == "" {
		return fa.FieldError("user.id", "missing", "A connector must return the [user.id] property.")
	}
	now := s.millis()
	u.TenantID, u.InsertInstant, u.LastUpdateInstant = tenant.ID, now, now
	u.EncryptionScheme = ""
	u.Normalize()
	if err := u.Validate(); err != nil {
		return err
	}
	verified := u.Verified
	u.Identities = nil
	u.SettleIdentities(fa.VerifiedTrusted, now)
	u.TrustIdentities(verified, now)
	for i := range u.Registrations {
		if err := s.completeRegistration(ctx, tenant.ID, &u.Registrations[i], "user.registration"); err != nil {
			return err
		}
	}
	return s.completeMemberships(ctx, tenant.ID, &u.User)
}

// synchronise overwrites a copy with what the connector says today.
func (s *Service) synchronise(ctx context.Context, fresh *fa.Account) (*fa.Account, error) {
	return s.Store.UpdateUser(ctx, fresh.ID, func(u *fa.Account) error {
		next := *fresh
		next.InsertInstant, next.LastLoginInstant, next.TwoFactor = u.InsertInstant, u.LastLoginInstant, u.TwoFactor
		next.Memberships = renewMemberships(fresh.Memberships, u.Memberships)
		*u = next
		return nil
	})
}

// alreadyHere is for the second of two sign-ins that met the same new user: if
// the first one brought exactly this account across, its password decides.
func (s *Service) alreadyHere(ctx context.Context, tenant *fa.Tenant, u *fa.Account, a Attempt, refusal error) (*fa.Account, error) {
	there, err := s.Store.User(ctx, u.ID)
	if errors.Is(err, fa.ErrNotFound) {
		return nil, refusal
	}
	if err != nil {
		return nil, err
	}
	if there.TenantID != u.TenantID || !there.HasIdentity(a.LoginID) {
		return nil, refusal
	}
	if there.ConnectorID == u.ConnectorID && u.ConnectorID != fa.ConnectorID {
		return there, nil // a copy, for which the connector has just vouched
	}
	return there, s.compare(ctx, tenant, there.Credential, a.Password)
}
