package identity

import (
	"context"
	"crypto/subtle"
	"time"

	"wherry/server/internal/fa"
)

// StartEmailVerification makes an id that verifies the user's address, and sends
// it unless silently. The application, which may be nil, may have a template of
// its own.
func (s *Service) StartEmailVerification(ctx context.Context, tenant *fa.Tenant, app *fa.Application, u *fa.User, silently bool) (made fa.VerificationID, err error) {
	if u.Email == "" {
		return made, ErrNoAddress
	}
	m := Mail{Tenant: tenant, Application: app, User: u}
	if !silently {
		if m.TemplateID = tenant.VerificationTemplate(app); m.TemplateID == "" {
			return made, ErrNoTemplate
		}
	}
	v := newVerification(m, tenant.EmailConfiguration.VerificationStrategy, Verification{UserID: u.ID, Type: fa.IdentityEmail, Value: u.Email})
	return v.id, s.keepVerification(s.along(ctx, v.mail), v)
}

// StartRegistrationVerification makes an id that verifies the user's
// registration for the application, and sends it unless silently.
func (s *Service) StartRegistrationVerification(ctx context.Context, tenant *fa.Tenant, app *fa.Application, u *fa.User, silently bool) (made fa.VerificationID, err error) {
	if _, registered := u.Registration(app.ID); !registered {
		return made, fa.ErrNotFound
	}
	m := Mail{Tenant: tenant, Application: app, User: u}
	if !silently {
		switch m.TemplateID = app.VerificationEmailTemplateID; {
		case m.TemplateID == "":
			return made, ErrNoTemplate
		case u.MailAddress() == "":
			return made, ErrNoAddress
		}
	}
	v := newVerification(m, app.VerificationStrategy, Verification{UserID: u.ID, ApplicationID: app.ID})
	return v.id, s.keepVerification(s.along(ctx, v.mail), v)
}

// Codes are counted for as long as an id usually lasts.
const (
	verificationWindow = 24 * time.Hour
	countVerification  = "verification.tries"

	countVerificationSent = "verification.sent"
)

// takeVerification takes what an id stands for that verifies an identity of a
// type or, where that is empty, a registration. A wrong code is fa.ErrNotFound,
// and the id lives on for a few tries.
func (s *Service) takeVerification(ctx context.Context, kind, id, code string) (v Verification, err error) {
	if err := s.Identifiers.Identifier(ctx, KindVerification, id, &v); err != nil {
		return v, err
	}
	if v.Type != kind {
		return v, fa.ErrNotFound
	}
	if err := s.checkVerificationCode(ctx, v, id, code); err != nil {
		return v, err
	}
	return v, s.Identifiers.TakeIdentifier(ctx, KindVerification, id, &v)
}

// checkVerificationCode compares the code that goes with an id, if there is one.
func (s *Service) checkVerificationCode(ctx context.Context, v Verification, id, code string) error {
	if v.CodeHash == "" {
		return nil
	}
	n, err := s.Counters.Count(ctx, countVerification, id, verificationWindow)
	if err != nil {
		return err
	}
	if n > mostTries || subtle.ConstantTimeCompare([]byte(hashCode(id, code)), []byte(v.CodeHash)) != 1 {
		return fa.ErrNotFound
	}
	return nil
}

// VerifyEmail verifies the address that an id was made for, if it is still the
// user's.
func (s *Service) VerifyEmail(ctx context.Context, id, code string) (*fa.User, error) {
	v, err := s.takeVerification(ctx, fa.IdentityEmail, id, code)
	if err != nil {
		return nil, err
	}
	return s.verifyEmail(ctx, v.UserID, v.Value, fa.VerifiedCompleted)
}

// VerifyEmailOf takes an administrator's word for the address of a user.
func (s *Service) VerifyEmailOf(ctx context.Context, u *fa.User) (*fa.User, error) {
	if u.Email == "" {
		return nil, ErrNoAddress
	}
	return s.verifyEmail(ctx, u.ID, u.Email, fa.VerifiedAdministrative)
}

func (s *Service) verifyEmail(ctx context.Context, user fa.ID, address, reason string) (*fa.User, error) {
	current, err := s.Store.User(ctx, user)
	if err != nil {
		return nil, err
	}
	tenant, err := s.Tenants.Get(ctx, current.TenantID)
	if err != nil {
		return nil, err
	}
	return s.verifyIdentityOf(ctx, tenant, user, fa.IdentityEmail, address, reason)
}

// verifyIdentityOf verifies an identity, if it is still the user's, and confirms
// that of an address by mail.
func (s *Service) verifyIdentityOf(ctx context.Context, tenant *fa.Tenant, user fa.ID, kind, value, reason string) (*fa.User, error) {
	var due []Mail
	along := s.Mailer.Along(ctx, func() []Mail { return due })
	u, err := s.Store.UpdateUser(along, user, func(u *fa.Account) error {
		if !u.VerifyIdentity(kind, value, reason, s.millis()) {
			return fa.ErrNotFound
		}
		if kind == fa.IdentityEmail {
			due = []Mail{about(ctx, tenant, &u.User, func(t fa.EmailTemplateIDs) fa.ID { return t.EmailVerifiedEmailTemplateID })}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &u.User, nil
}

// VerifyRegistration verifies the registration that an id was made for.
func (s *Service) VerifyRegistration(ctx context.Context, id, code string) error {
	v, err := s.takeVerification(ctx, "", id, code)
	if err != nil {
		return err
	}
	now := s.millis()
	_, err = s.Store.UpdateUser(ctx, v.UserID, func(u *fa.Account) error {
		r, registered := u.Registration(v.ApplicationID)
		if !registered {
			return fa.ErrNotFound
		}
		r.Verified, r.VerifiedInstant, r.LastUpdateInstant = true, now, now
		return nil
	})
	return err
}
