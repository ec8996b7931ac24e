package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"wherry/server/internal/fa"
)

// Register adds a user to an application, with roles that the application has.
func (s *Service) Register(ctx context.Context, userID fa.ID, r fa.Registration, e Enrolment) (*fa.User, VerificationIDs, error) {
	var ids VerificationIDs
	if err := s.begin(ctx, &r, e); err != nil {
		return nil, ids, err
	}
	current, err := s.checkRegistration(ctx, userID, &r)
	if err != nil {
		return nil, ids, err
	}
	if _, there := current.Registration(r.ApplicationID); there {
		return nil, ids, alreadyRegistered(r)
	}
	tenant, err := s.Tenants.Get(ctx, current.TenantID)
	if err != nil {
		return nil, ids, fmt.Errorf("tenant of a registration: %w", err)
	}
	ids, mails, err := s.start(ctx, tenant, &current.User, nil, r)
	if err != nil {
		return nil, ids, err
	}
	u, err := s.writeRegistration(s.along(ctx, mails...), r, userID, false)
	return u, ids, err
}

func alreadyRegistered(r fa.Registration) error {
	return fa.FieldError("registration", "duplicate", "The user is already registered for the application [%s].", r.ApplicationID)
}

// begin fills in what the server decides about a new registration. Where the
// application does not ask for it, there is nothing left to verify.
func (s *Service) begin(ctx context.Context, r *fa.Registration, e Enrolment) error {
	app, err := s.Applications.Get(ctx, r.ApplicationID)
	if errors.Is(err, fa.ErrNotFound) { // which will be told together with everything else
		return nil
	}
	if err != nil {
		return fmt.Errorf("application of a registration: %w", err)
	}
	r.Verified, r.VerifiedInstant = !app.VerifyRegistration || e.SkipRegistrationVerification, 0
	if r.Verified {
		r.VerifiedInstant = s.millis()
	}
	if e.GenerateAuthenticationToken {
		r.AuthenticationToken = NewCode()
	}
	return nil
}

// ReplaceRegistration replaces what a client may write of a registration.
func (s *Service) ReplaceRegistration(ctx context.Context, userID fa.ID, r fa.Registration) (*fa.Registration, error) {
	if _, err := s.checkRegistration(ctx, userID, &r); err != nil {
		return nil, err
	}
	u, err := s.writeRegistration(ctx, r, userID, true)
	if err != nil {
		return nil, err
	}
	made, _ := u.Registration(r.ApplicationID)
	return made, nil
}

// checkRegistration completes a registration of a user, whom it returns, or says
// what is wrong with it.
func (s *Service) checkRegistration(ctx context.Context, userID fa.ID, r *fa.Registration) (*fa.Account, error) {
	current, err := s.Store.User(ctx, userID)
	if err != nil {
		return nil, err
	}
	var errs fa.Errors
	if err := s.completeRegistration(ctx, current.TenantID, r, "registration", &errs); err != nil {
		return nil, err
	}
	return current, errs.OrNil()
}

func (s *Service) writeRegistration(ctx context.Context, r fa.Registration, userID fa.ID, replace bool) (*fa.User, error) {
	u, err := s.Store.UpdateUser(ctx, userID, func(u *fa.Account) error {
		old, there := u.Registration(r.ApplicationID)
		switch {
		case replace && !there:
			return fa.ErrNotFound
		case !replace && there:
			return alreadyRegistered(r)
		case there:
			r.Verified, r.VerifiedInstant = old.Verified, old.VerifiedInstant
			*old = succeed(r, old)
		default:
			u.Registrations = append(u.Registrations, r)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &u.User, nil
}

// succeed is a registration in the place of an old one, which it continues.
func succeed(r fa.Registration, old *fa.Registration) fa.Registration {
	r.ID, r.InsertInstant, r.LastLoginInstant = old.ID, old.InsertInstant, old.LastLoginInstant
	return r
}

// completeRegistration checks a registration against its application, reports
// what is wrong with it, and fills in what the server decides. path is where it
// hangs in the request.
func (s *Service) completeRegistration(ctx context.Context, tenantID fa.ID, r *fa.Registration, path string, errs *fa.Errors) error {
	r.Normalize()
	r.Check(errs, path)
	if r.ApplicationID == "" {
		errs.Field(path+".applicationId", "missing", "You must specify the [%s.applicationId] property.", path)
		return nil
	}
	app, err := s.Applications.Get(ctx, r.ApplicationID)
	if errors.Is(err, fa.ErrNotFound) || err == nil && app.TenantID != tenantID {
		errs.Field(path+".applicationId", "invalid", "There is no application with the id [%s] in the user's tenant.", r.ApplicationID)
		return nil
	}
	if err != nil {
		return err
	}
	r.Roles = app.RolesFor(r.Roles, path+".roles", errs)
	now := s.millis()
	if r.ID == "" {
		r.ID = s.NewID()
	}
	if r.InsertInstant == 0 {
		r.InsertInstant = now
	}
	r.LastUpdateInstant = now
	return nil
}

// Unregister removes a user's registration.
func (s *Service) Unregister(ctx context.Context, userID, application fa.ID) error {
	_, err := s.Store.UpdateUser(ctx, userID, func(u *fa.Account) error {
		i := slices.IndexFunc(u.Registrations, func(r fa.Registration) bool { return r.ApplicationID == application })
		if i < 0 {
			return fa.ErrNotFound
		}
		u.Registrations = slices.Delete(u.Registrations, i, i+1)
		return nil
	})
	return err
}
