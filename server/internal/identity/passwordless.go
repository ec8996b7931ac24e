package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
)

const (
	kindPasswordless = "passwordlessLogin"
	byPasswordless   = "PASSWORDLESS"
)

// Passwordless is somebody who wants to sign in with what is sent to them.
type Passwordless struct {
	Tenant       *fa.Tenant
	Application  *fa.Application
	LoginID      string
	LoginIDTypes []string
	Strategy     string // ClickableLink or FormField; empty: the application's
	State        jsontext.Value
}

// ErrPasswordless says that an application does not let people in that way.
var ErrPasswordless = fa.GeneralError("PasswordlessDisabled", "Passwordless login is not enabled for this application.")

// StartPasswordless makes a code to sign in with and, where people have to type
// something, a second, short one that goes with it. Neither is sent.
//
// Source: https://fusionauth.io/docs/apis/passwordless
func (s *Service) StartPasswordless(ctx context.Context, p Passwordless) (code, oneTimeCode string, err error) {
	config := p.Application.PasswordlessConfiguration
	if !config.Enabled {
		return "", "", ErrPasswordless
	}
	user, err := s.find(ctx, Attempt{TenantID: p.Tenant.ID, LoginID: p.LoginID, LoginIDTypes: p.LoginIDTypes})
	if err != nil {
		return "", "", err
	}
	ids := p.Tenant.ExternalIdentifierConfiguration
	code = generate(ids.PasswordlessLoginGenerator)
	v := sent{UserID: user.ID, ApplicationID: p.Application.ID, State: p.State}
	if p.Strategy == fa.VerifyByForm || p.Strategy == "" && config.EmailLoginStrategy == fa.VerifyByForm {
		oneTimeCode = generate(ids.PasswordlessLoginOneTimeCodeGenerator)
		v.Code = sealed(code, oneTimeCode)
	}
	return code, oneTimeCode, s.keepSent(ctx, kindPasswordless, code, ids.PasswordlessLoginTTL, v)
}

// SendPasswordless sends a code that was made before.
func (s *Service) SendPasswordless(ctx context.Context, code string) error {
	var v sent
	if err := s.Identifiers.TakeIdentifier(ctx, kindPasswordless, code, &v); err != nil {
		return err
	}
	m, err := s.passwordlessMail(ctx, &v)
	if err != nil {
		return err
	}
	v.Email = m.User.MailAddress()
	m.Values = map[string]any{"code": code, "state": stateOf(v.State)}
	if v.Code != nil {
		m.Values["oneTimeCode"] = opened(code, v.Code)
	}
	return s.keepSent(s.along(ctx, m), kindPasswordless, code, m.Tenant.ExternalIdentifierConfiguration.PasswordlessLoginTTL, v)
}

func (s *Service) passwordlessMail(ctx context.Context, v *sent) (m Mail, err error) {
	user, err := s.Store.User(ctx, v.UserID)
	if err != nil {
		return m, err
	}
	if m.Application, err = s.Applications.Get(ctx, v.ApplicationID); err != nil {
		return m, err
	}
	if m.Tenant, err = s.Tenants.Get(ctx, user.TenantID); err != nil {
		return m, err
	}
	m.User = &user.User
	m.TemplateID = m.Tenant.EmailTemplate(m.Application, func(t fa.EmailTemplateIDs) fa.ID { return t.PasswordlessEmailTemplateID })
	switch {
	case m.TemplateID == "":
		return m, ErrNoTemplate
	case m.User.MailAddress() == "":
		return m, ErrNoAddress
	}
	return m, nil
}

// PasswordlessOutcome is an Outcome, and the state that the code was made with.
type PasswordlessOutcome struct {
	*Outcome
	State jsontext.Value
}

// PasswordlessSignIn is SignIn for whoever has a code. The application of the
// attempt, if it names one, has to be the one that the code was made for; who and
// where it was is filled in.
func (s *Service) PasswordlessSignIn(ctx context.Context, a *Attempt, code, oneTimeCode string) (*PasswordlessOutcome, error) {
	v, err := s.takeSent(ctx, kindPasswordless, code, oneTimeCode)
	if err != nil {
		return nil, err
	}
	if a.Application != nil && a.Application.ID != v.ApplicationID {
		return nil, fa.ErrNotFound
	}
	user, err := s.Store.User(ctx, v.UserID)
	if err != nil {
		return nil, err
	}
	tenant, err := s.Tenants.Get(ctx, user.TenantID)
	if err != nil {
		return nil, fmt.Errorf("tenant of the sign-in: %w", err)
	}
	if a.Application, err = s.Applications.Get(ctx, v.ApplicationID); err != nil {
		return nil, err
	}
	a.TenantID, a.LoginID = tenant.ID, user.Email
	if v.Email != "" && tenant.EmailConfiguration.ImplicitEmailVerificationAllowed {
		user, err = s.Store.UpdateUser(ctx, user.ID, func(u *fa.Account) error {
			u.VerifyIdentity(fa.IdentityEmail, v.Email, fa.VerifiedImplicit, s.millis())
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	out, err := s.admit(ctx, tenant, *a, proof{user: user, how: byPasswordless})
	return &PasswordlessOutcome{out, v.State}, err
}

// sayNothing turns the absence of a user, and of what a mail to the user needs,
// into success: for callers who may not learn who is there.
func sayNothing(err error) error {
	if errors.Is(err, fa.ErrNotFound) || errors.Is(err, ErrNoAddress) {
		return nil
	}
	return err
}

// SendPasswordlessTo starts and sends in one, and does not tell whether there is
// such a user.
func (s *Service) SendPasswordlessTo(ctx context.Context, p Passwordless) error {
	code, _, err := s.StartPasswordless(ctx, p)
	if err == nil {
		err = s.SendPasswordless(ctx, code)
	}
	return sayNothing(err)
}
