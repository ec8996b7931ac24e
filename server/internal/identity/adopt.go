package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"wherry/server/internal/fa"
)

// errMismatch says that a connector vouched for somebody else than was asked
// about.
var errMismatch = errors.New("it is another user than the one who signs in")

// adopt stores a user whose password a connector has vouched for. With migrate
// the account becomes ours and keeps a hash of the password; without, it stays
// a copy of what the connector says, renewed at each sign-in.
func (s *Service) adopt(ctx context.Context, tenant *fa.Tenant, c *fa.Connector, migrate bool, known *fa.Account, theirs *fa.User, a Attempt) (*fa.Account, error) {
	u := &fa.Account{User: *theirs}
	if err := s.complete(ctx, tenant, &u.User); err != nil {
		return nil, err
	}
	if known != nil && known.ID != u.ID || !u.HasIdentity(a.LoginID) {
		return nil, errMismatch
	}
	u.ConnectorID = c.ID
	if migrate {
		u.ConnectorID = fa.ConnectorID
		if err := s.setPassword(ctx, tenant, u, fa.UserRequest{Password: a.Password.Reveal()}); err != nil {
			return nil, fmt.Errorf("hash the migrated password: %w", err)
		}
	}
	if known != nil {
		return s.synchronise(ctx, u, migrate)
	}
	err := s.Store.CreateUser(ctx, u)
	if fa.Refused(err) {
		return s.alreadyHere(ctx, tenant, u, a, err)
	}
	if err != nil {
		return nil, err
	}
	return u, nil
}

// dropForeign drops what a user has on another server of the same API and this
// one knows nothing of: applications, roles and groups.
func (s *Service) dropForeign(ctx context.Context, tenant fa.ID, u *fa.User) error {
	var registrations []fa.Registration
	for _, r := range u.Registrations {
		app, err := s.Applications.Get(ctx, r.ApplicationID)
		if errors.Is(err, fa.ErrNotFound) || err == nil && app.TenantID != tenant {
			continue
		}
		if err != nil {
			return err
		}
		r.Roles = slices.DeleteFunc(r.Roles, func(name string) bool { _, there := app.Role(name); return !there })
		registrations = append(registrations, r)
	}
	var memberships []fa.Membership
	for _, m := range u.Memberships {
		group, err := s.Groups.Get(ctx, m.GroupID)
		if errors.Is(err, fa.ErrNotFound) || err == nil && group.TenantID != tenant {
			continue
		}
		if err != nil {
			return err
		}
		m.ID = "" // it is another one here
		memberships = append(memberships, m)
	}
	u.Registrations, u.Memberships = registrations, memberships
	return nil
}

// complete checks what a connector returned as FusionAuth checks a new user,
// and fills in what the server decides. All mistakes come back together.
func (s *Service) complete(ctx context.Context, tenant *fa.Tenant, u *fa.User) error {
	now, verified := s.millis(), u.Verified
	u.TenantID, u.InsertInstant, u.LastUpdateInstant = tenant.ID, now, now
	u.EncryptionScheme, u.Identities = "", nil
	u.Normalize()
	nameMethods(&u.TwoFactor)
	u.SettleIdentities(fa.VerifiedTrusted, now)
	u.TrustIdentities(verified, now)

	var errs fa.Errors
	if u.ID == "" {
		errs.Field("user.id", "missing", "A connector must return the [user.id] property.")
	}
	u.Check(&errs)
	seen := map[fa.ID]bool{}
	for i := range u.Registrations {
		r := &u.Registrations[i]
		if err := s.completeRegistration(ctx, tenant.ID, r, "user.registration", &errs); err != nil {
			return err
		}
		if seen[r.ApplicationID] {
			errs.Field("user.registration.applicationId", "duplicate", "There are two registrations for the application [%s].", r.ApplicationID)
		}
		seen[r.ApplicationID] = true
	}
	return fa.Join(errs.OrNil(), s.completeMemberships(ctx, tenant.ID, u))
}

// synchronise overwrites a copy with what the connector says today. Whom an
// administrator has deactivated here stays so. Somebody who migrates keeps what
// the account, which was here before the first sign-in, has beyond that.
func (s *Service) synchronise(ctx context.Context, theirs *fa.Account, migrate bool) (*fa.Account, error) {
	now := s.millis()
	return s.Store.UpdateUser(ctx, theirs.ID, func(u *fa.Account) error {
		next := *theirs
		next.Active = theirs.Active && u.Active
		next.InsertInstant, next.LastLoginInstant, next.VerifiedInstant, next.TwoFactor = u.InsertInstant, u.LastLoginInstant, u.VerifiedInstant, u.TwoFactor
		next.Memberships = renewMemberships(theirs.Memberships, u.Memberships)
		next.Identities = u.Identities
		next.SettleIdentities(fa.VerifiedTrusted, now)
		next.TrustIdentities(theirs.Verified, now)
		next.Registrations = slices.Clone(theirs.Registrations)
		for i, r := range next.Registrations {
			if old, there := u.Registration(r.ApplicationID); there {
				next.Registrations[i] = succeed(r, old)
			}
		}
		if migrate {
			keepOwn(&next, u, theirs)
		}
		*u = next
		return nil
	})
}

// keepOwn keeps the registrations and memberships of an account that the
// connector says nothing of, and takes its second factors if there are none.
func keepOwn(next, own, theirs *fa.Account) {
	for _, r := range own.Registrations {
		if _, there := theirs.Registration(r.ApplicationID); !there {
			next.Registrations = append(next.Registrations, r)
		}
	}
	for _, m := range own.Memberships {
		if !slices.ContainsFunc(theirs.Memberships, func(t fa.Membership) bool { return t.GroupID == m.GroupID }) {
			next.Memberships = append(next.Memberships, m)
		}
	}
	if len(next.TwoFactor.Methods) == 0 {
		next.TwoFactor = theirs.TwoFactor
	}
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
	if err := s.compare(ctx, tenant, there.Credential, a.Password); err != nil {
		return nil, err
	}
	return there, nil
}
