package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"wherry/internal/secret"
	"wherry/server/internal/fa"
)

// Enrolment is what a request says about a new user, or a new registration,
// beside the user.
type Enrolment struct {
	Consents                     []fa.ConsentAnswer // of a new user
	DisableDomainBlock           bool               // the domains that the tenant blocks may be used
	GenerateAuthenticationToken  bool               // for the registration
	Registration                 *fa.Registration   // of a new user, made together; nil: none
	SetPassword                  bool               // the user is asked for a password, and has none until then
	SkipRegistrationVerification bool
	SkipVerification             bool
	VerificationIDs              []string // of identities that were verified before there was a user
}

// CreateUser makes an account in a tenant, with its registration. A plain
// password is checked against the tenant's rules and hashed; id may be empty.
func (s *Service) CreateUser(ctx context.Context, tenantID, id fa.ID, request fa.UserRequest, e Enrolment) (*fa.User, VerificationIDs, error) {
	var ids VerificationIDs
	tenant, err := s.Tenants.Get(ctx, tenantID)
	if err != nil {
		return nil, ids, fmt.Errorf("tenant of the new user: %w", err)
	}
	u, err := s.newAccount(ctx, tenant, id, request, e)
	if err != nil {
		return nil, ids, err
	}
	ids, mails, err := s.start(ctx, tenant, &u.User, u.Identities, u.Registrations...)
	if err != nil {
		return nil, ids, err
	}
	if e.SetPassword {
		m, err := s.askForPassword(ctx, tenant, &u.User)
		if err != nil {
			return nil, ids, err
		}
		mails = append(mails, m)
	}
	along, err := s.Consents.told(s.along(ctx, mails...), &u.User, u.Given...)
	if err != nil {
		return nil, ids, err
	}
	if err := s.Store.CreateUser(along, u); err != nil {
		return nil, ids, s.warnOwners(ctx, tenant, &u.User, func(t fa.EmailTemplateIDs) fa.ID { return t.LoginIDInUseOnCreateEmailTemplateID }, err)
	}
	return &u.User, ids, nil
}

// newAccount is the account that a request describes, complete and checked.
func (s *Service) newAccount(ctx context.Context, tenant *fa.Tenant, id fa.ID, request fa.UserRequest, e Enrolment) (*fa.Account, error) {
	if id == "" {
		id = s.NewID()
	}
	if e.SetPassword {
		request.Password = ""
	}
	u := &fa.Account{User: request.User}
	keepServerOwned(&u.User, &fa.User{
		ID: id, TenantID: tenant.ID, Active: true, ConnectorID: fa.ConnectorID, InsertInstant: s.millis(),
		Memberships: request.Memberships, Registrations: []fa.Registration{},
	})
	u.LastUpdateInstant = u.InsertInstant
	u.ConnectorID = request.Bound()
	if err := fa.Join(
		s.settle(tenant, &u.User, request.Password, u.InsertInstant), s.completeMemberships(ctx, tenant.ID, &u.User), s.enrol(ctx, &u.User, e),
		checkBound(ctx, s.Connectors, &u.User), refuseBlocked(tenant, u.Email, e.DisableDomainBlock), s.Consents.give(ctx, u, e.Consents),
	); err != nil {
		return nil, err
	}
	awaitVerification(tenant, &u.User, false, u.InsertInstant)
	if e.SkipVerification {
		u.SkipVerification(u.InsertInstant)
	}
	if err := s.useVerifications(ctx, &u.User, e.VerificationIDs); err != nil {
		return nil, err
	}
	return u, s.setPassword(ctx, tenant, u, request)
}

// refuseBlocked looks at the domain of a new e-mail address.
func refuseBlocked(tenant *fa.Tenant, email string, allowed bool) error {
	var errs fa.Errors
	if !allowed {
		tenant.RegistrationConfiguration.Check(&errs, email)
	}
	return errs.OrNil()
}

// enrol gives a new user the registration that comes with it.
func (s *Service) enrol(ctx context.Context, u *fa.User, e Enrolment) error {
	if e.Registration == nil {
		return nil
	}
	r := *e.Registration
	var errs fa.Errors
	if err := s.completeRegistration(ctx, u.TenantID, &r, "registration", &errs); err != nil {
		return err
	}
	if err := errs.OrNil(); err != nil {
		return err
	}
	u.Registrations = []fa.Registration{r}
	return s.begin(ctx, &u.Registrations[0], e)
}

// ReplaceUser replaces what a client may write; a password that is left out
// stays, and one that is claimed to be the current one is compared.
func (s *Service) ReplaceUser(ctx context.Context, id fa.ID, request fa.UserRequest, e Enrolment) (*fa.User, VerificationIDs, error) {
	var ids VerificationIDs
	current, err := s.Store.User(ctx, id)
	if err != nil {
		return nil, ids, err
	}
	tenant, err := s.Tenants.Get(ctx, current.TenantID)
	if err != nil {
		return nil, ids, err
	}
	next := &fa.Account{User: request.User}
	keepServerOwned(&next.User, &current.User)
	now := s.millis()
	refused := s.settle(tenant, &next.User, request.Password, now)
	if err := fa.Join(refused, refuseBlocked(tenant, next.Email, e.DisableDomainBlock || next.Email == current.Email)); err != nil {
		return nil, ids, err
	}
	if request.Password != "" {
		known := &fa.Account{User: next.User, Credential: current.Credential, Previous: current.Previous}
		if err := s.checkPassword(ctx, tenant, known, request.Password, "user.password"); err != nil {
			return nil, ids, err
		}
	}
	if err := s.checkCurrent(ctx, tenant, current, request.CurrentPassword); err != nil {
		return nil, ids, err
	}
	if err := s.setPassword(ctx, tenant, next, request); err != nil {
		return nil, ids, err
	}
	awaitVerification(tenant, &next.User, true, now)
	ids, mails, err := s.start(ctx, tenant, &next.User, newSince(now, next.Identities))
	if err != nil {
		return nil, ids, err
	}
	u, err := s.update(s.along(ctx, mails...), tenant, id, func(u *fa.Account) error {
		fresh := *next
		keepServerOwned(&fresh.User, &u.User)
		fresh.SettleIdentities(fa.VerifiedDisabled, now)
		awaitVerification(tenant, &fresh.User, true, now)
		fresh.LastUpdateInstant = now
		if request.Password == "" {
			fresh.Credential, fresh.Previous = u.Credential, u.Previous
		} else {
			fresh.Previous = remembered(tenant, u)
			fresh.PasswordLastUpdateInstant = max(now, u.PasswordLastUpdateInstant+1)
			fresh.EndSessions = tenant.Revokes().OnPasswordChanged
		}
		*u = fresh
		return nil
	})
	if err != nil {
		return nil, ids, s.warnOwners(ctx, tenant, &next.User, func(t fa.EmailTemplateIDs) fa.ID { return t.LoginIDInUseOnUpdateEmailTemplateID }, err)
	}
	return &u.User, ids, nil
}

// newSince are the identities that were not there before then, in milliseconds.
func newSince(then int64, identities []fa.Identity) []fa.Identity {
	return slices.DeleteFunc(slices.Clone(identities), func(i fa.Identity) bool { return i.InsertInstant < then })
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
func (s *Service) settle(tenant *fa.Tenant, u *fa.User, password string, now int64) error {
	u.Normalize()
	nameMethods(&u.TwoFactor)
	u.SettleIdentities(fa.VerifiedDisabled, now)
	var errs fa.Errors
	u.Check(&errs)
	if password != "" {
		tenant.PasswordValidationRules.CheckFor(&errs, u, password, "user.password")
	}
	return errs.OrNil()
}

// checkBound refuses a new user of a connector that is not there.
func checkBound(ctx context.Context, connectors Lookup[fa.Connector], u *fa.User) error {
	if u.ConnectorID == fa.ConnectorID {
		return nil
	}
	_, err := connectors.Get(ctx, u.ConnectorID)
	if errors.Is(err, fa.ErrNotFound) {
		return fa.FieldError("user.connectorId", "invalid", "There is no connector with the id [%s].", u.ConnectorID)
	}
	return err
}
