package identity

import (
	"context"
	"fmt"
	"slices"

	"wherry/server/internal/fa"
)

const byRegistration = "REGISTRATION"

// Said is what people say of themselves.
type Said struct {
	User         fa.UserRequest
	Registration fa.Registration
	Consents     []fa.ConsentAnswer
}

// SignUp makes an account for somebody who asks for one, with a registration for
// the application of the attempt, and signs in; the ids verify what is new and was
// not verified before. The application's lambda may refuse.
func (s *Service) SignUp(ctx context.Context, a Attempt, said Said, verified []string) (*Outcome, VerificationIDs, error) {
	ctx, said.Registration.ApplicationID = Within(ctx, a.Application), a.Application.ID
	if err := s.ValidateSelfService(ctx, a, &said.User.User, &said.Registration); err != nil {
		return nil, VerificationIDs{}, err
	}
	made, ids, err := s.CreateUser(ctx, a.TenantID, "", said.User, Enrolment{
		Consents: said.Consents, Registration: &said.Registration, VerificationIDs: verified,
	})
	if err != nil {
		return nil, ids, err
	}
	user, err := s.Store.User(ctx, made.ID)
	if err != nil {
		return nil, ids, err
	}
	tenant, err := s.Tenants.Get(ctx, a.TenantID)
	if err != nil {
		return nil, ids, fmt.Errorf("tenant of the sign-up: %w", err)
	}
	a.LoginID = loginIDOf(made)
	out, err := s.admit(ctx, tenant, a, proof{user: user, how: byRegistration})
	return out, ids, err
}

// loginIDOf is what somebody would type to sign in: the address, if there is
// one.
func loginIDOf(u *fa.User) string {
	for _, loginID := range []string{u.Email, u.Username, u.PhoneNumber} {
		if loginID != "" {
			return loginID
		}
	}
	return ""
}

// ValidateSelfService asks the lambda of an application, if it has one, about
// what people say of themselves.
func (s *Service) ValidateSelfService(ctx context.Context, a Attempt, u *fa.User, r *fa.Registration) error {
	id := a.Application.LambdaConfiguration.SelfServiceRegistrationValidationID
	if id == "" || s.Lambdas == nil {
		return nil
	}
	return s.Lambdas.Validate(ctx, id, u, r, a.about())
}

// Complete stores what people say of themselves, if everybody's rules and the
// application's lambda allow it. The registration is stored if there is one.
func (s *Service) Complete(ctx context.Context, a Attempt, user *fa.Account, said Said) error {
	ctx = Within(ctx, a.Application)
	said.User.ID = user.ID // whatever the fields of a form are
	if err := s.ValidateSelfService(ctx, a, &said.User.User, &said.Registration); err != nil {
		return err
	}
	answered, err := s.Consents.answered(ctx, &said.User.User, said.Consents)
	if err != nil {
		return err
	}
	if _, _, err := s.ReplaceUser(ctx, user.ID, said.User, Enrolment{}); err != nil {
		return err
	}
	if _, registered := user.Registration(a.Application.ID); registered {
		if _, err := s.ReplaceRegistration(ctx, user.ID, said.Registration); err != nil {
			return err
		}
	}
	return answered()
}

// ChangeUnverifiedEmail gives somebody who still has to verify the address
// another one, which has to be verified too, whatever the tenant says of other
// changes. The application's lambda may refuse.
func (s *Service) ChangeUnverifiedEmail(ctx context.Context, a Attempt, user *fa.Account, email string) (*fa.User, error) {
	tenant, err := s.Tenants.Get(ctx, user.TenantID)
	if err != nil {
		return nil, err
	}
	awaits := slices.ContainsFunc(user.Identities, func(i fa.Identity) bool { return i.Type == fa.IdentityEmail && i.AwaitsVerification() })
	if !awaits || fa.IdentityKey(fa.IdentityEmail, email) == fa.IdentityKey(fa.IdentityEmail, user.Email) {
		return &user.User, nil
	}
	next, now := user.User, s.millis()
	next.Email = email
	if err := fa.Join(s.settle(tenant, &next, "", now), refuseBlocked(tenant, email, false)); err != nil {
		return nil, err
	}
	registration, registered := next.Registration(a.applicationID())
	if !registered {
		registration = new(fa.NewRegistration())
	}
	if err := s.ValidateSelfService(ctx, a, &next, registration); err != nil {
		return nil, err
	}
	changed, err := s.update(Within(ctx, a.Application), tenant, user.ID, func(u *fa.Account) error {
		u.Email, u.LastUpdateInstant = next.Email, now
		u.SettleIdentities(fa.VerifiedDisabled, now)
		u.AwaitVerification(fa.IdentityEmail, now)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &changed.User, nil
}

// SendEmailVerification is StartEmailVerification for people who ask for it by
// themselves, which they cannot do all day.
func (s *Service) SendEmailVerification(ctx context.Context, tenant *fa.Tenant, app *fa.Application, u *fa.User) (fa.VerificationID, error) {
	if err := s.countVerifications(ctx, u.ID); err != nil {
		return fa.VerificationID{}, err
	}
	return s.StartEmailVerification(ctx, tenant, app, u, false)
}

// SendRegistrationVerification is the same for a registration.
func (s *Service) SendRegistrationVerification(ctx context.Context, tenant *fa.Tenant, app *fa.Application, u *fa.User) (fa.VerificationID, error) {
	if err := s.countVerifications(ctx, u.ID); err != nil {
		return fa.VerificationID{}, err
	}
	return s.StartRegistrationVerification(ctx, tenant, app, u, false)
}

const countVerificationsSent = "verification.sent"

func (s *Service) countVerifications(ctx context.Context, user fa.ID) error {
	n, err := s.Counters.Count(ctx, countVerificationsSent, string(user), wrongCodeWindow)
	if err == nil && n > mostSent {
		err = ErrRateLimited
	}
	return err
}
