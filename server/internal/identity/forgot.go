package identity

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
)

// What may keep a mail from being sent.
var (
	ErrNoTemplate = errors.New("the tenant has no template for this mail")
	ErrNoAddress  = errors.New("the user has no e-mail address")
)

// Forgotten is somebody who has forgotten a password.
type Forgotten struct {
	Tenant           *fa.Tenant
	Application      *fa.Application // nil: none is named
	LoginID          string
	LoginIDTypes     []string
	State            jsontext.Value // given back once the password is changed
	ChangePasswordID string         // the caller's own; empty: one is made
	Silently         bool           // the caller tells the user
	EventInfo        EventInfo
}

// ForgotPassword makes a changePasswordId and sends it to the user. Nobody of
// that name is fa.ErrNotFound, unless a connector knows better.
//
// Source: https://fusionauth.io/docs/apis/users#start-forgot-password-workflow
func (s *Service) ForgotPassword(ctx context.Context, f Forgotten) (changePasswordID string, err error) {
	template := f.Tenant.EmailTemplate(f.Application, func(t fa.EmailTemplateIDs) fa.ID { return t.ForgotPasswordEmailTemplateID })
	if template == "" && !f.Silently {
		return "", ErrNoTemplate
	}
	user, err := s.find(ctx, Attempt{TenantID: f.Tenant.ID, LoginID: f.LoginID, LoginIDTypes: f.LoginIDTypes})
	if errors.Is(err, fa.ErrNotFound) {
		user, err = s.fetch(ctx, f)
	}
	if err != nil {
		return "", err
	}
	if !user.Active {
		return "", fa.ErrNotFound
	}
	config := f.Tenant.ExternalIdentifierConfiguration
	id := cmp.Or(f.ChangePasswordID, generate(config.ChangePasswordIDGenerator))
	v := sent{UserID: user.ID, Since: user.PasswordLastUpdateInstant, State: f.State}
	if f.Application != nil {
		v.ApplicationID = f.Application.ID
	}
	if !f.Silently {
		if v.Email = user.MailAddress(); v.Email == "" {
			return "", ErrNoAddress
		}
		ctx = s.Mailer.Along(ctx, Mail{f.Tenant, f.Application, &user.User, template, map[string]any{
			"changePasswordId": id, "state": stateOf(f.State),
		}})
	}
	err = s.keepSent(ctx, KindPasswordChange, id, config.ChangePasswordIDTTL, v)
	if errors.Is(err, fa.ErrConflict) {
		return "", fa.FieldError("changePasswordId", "duplicate", "The [changePasswordId] is in use already.")
	}
	return id, err
}

// ResetPassword is ChangePasswordByID for an id that may have come by mail:
// whoever has it has read mail that was sent to that address. It returns the
// state that the id was asked for with.
func (s *Service) ResetPassword(ctx context.Context, id string, next NewPassword) (oneTimePassword string, state jsontext.Value, err error) {
	var v sent
	if err := s.Identifiers.Identifier(ctx, KindPasswordChange, id, &v); err != nil {
		return "", nil, err
	}
	oneTimePassword, err = s.ChangePasswordByID(ctx, id, next)
	if err != nil {
		return "", nil, err
	}
	return oneTimePassword, v.State, s.afterReset(ctx, &v)
}

// afterReset verifies the address that an id was sent to, where the tenant
// takes that for a proof, and confirms the reset by mail if there is a template
// for that.
func (s *Service) afterReset(ctx context.Context, v *sent) error {
	if v.Email == "" {
		return nil
	}
	user, err := s.Store.User(ctx, v.UserID)
	if err != nil {
		return err
	}
	tenant, err := s.Tenants.Get(ctx, user.TenantID)
	if err != nil {
		return err
	}
	template := tenant.EmailTemplate(nil, func(t fa.EmailTemplateIDs) fa.ID { return t.PasswordResetSuccessEmailTemplateID })
	if template != "" {
		ctx = s.Mailer.Along(ctx, Mail{Tenant: tenant, User: &user.User, TemplateID: template})
	}
	_, err = s.Store.UpdateUser(ctx, user.ID, func(u *fa.Account) error {
		if tenant.EmailConfiguration.ImplicitEmailVerificationAllowed {
			u.VerifyIdentity(fa.IdentityEmail, v.Email, fa.VerifiedImplicit, s.millis())
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("verify the address of a reset: %w", err)
	}
	return nil
}

// askForPassword makes the mail to a new user by which the user sets a password.
func (s *Service) askForPassword(ctx context.Context, tenant *fa.Tenant, user *fa.User) (m Mail, err error) {
	template := tenant.EmailTemplate(nil, func(t fa.EmailTemplateIDs) fa.ID { return t.SetPasswordEmailTemplateID })
	switch {
	case template == "":
		return m, fa.FieldError("sendSetPasswordEmail", "invalid",
			"The tenant has no template for this mail. Set [tenant.emailConfiguration.setPasswordEmailTemplateId].")
	case user.MailAddress() == "":
		return m, fa.FieldError("sendSetPasswordEmail", "invalid", "The user has no e-mail address.")
	}
	config := tenant.ExternalIdentifierConfiguration
	id := generate(config.SetupPasswordIDGenerator)
	v := sent{UserID: user.ID, Since: user.PasswordLastUpdateInstant, Email: user.MailAddress()}
	m = Mail{Tenant: tenant, User: user, TemplateID: template, Values: map[string]any{"changePasswordId": id}}
	return m, s.keepSent(ctx, KindPasswordChange, id, config.SetupPasswordIDTTL, v)
}
