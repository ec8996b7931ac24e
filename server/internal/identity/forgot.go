package identity

import (
	"cmp"
	"context"
	"errors"

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
	v := sent{UserID: user.ID, Since: user.PasswordLastUpdateInstant, State: f.State, Reset: true}
	if f.Application != nil {
		v.ApplicationID = f.Application.ID
	}
	if ctx, err = s.happens(ctx, PasswordResetStart, &user.User, nil); err != nil {
		return "", err
	}
	if !f.Silently {
		if v.Email = user.MailAddress(); v.Email == "" {
			return "", ErrNoAddress
		}
		if ctx, err = s.happens(ctx, PasswordResetSend, &user.User, nil); err != nil {
			return "", err
		}
		ctx = s.along(ctx, Mail{Tenant: f.Tenant, Application: f.Application, User: &user.User, TemplateID: template, Values: map[string]any{
			"changePasswordId": id, "state": stateOf(f.State),
		}})
	}
	err = s.keepSent(ctx, KindPasswordChange, id, config.ChangePasswordIDTTL, v)
	if errors.Is(err, fa.ErrConflict) {
		return "", fa.FieldError("changePasswordId", "duplicate", "The [changePasswordId] is in use already.")
	}
	return id, err
}

// ResetPassword is ChangePassword for whoever has a changePasswordId, which is
// good for one change. One that has come by mail verifies the address, where the
// tenant takes that for a proof. It returns the state that the id was asked for
// with.
func (s *Service) ResetPassword(ctx context.Context, id string, next NewPassword) (oneTimePassword string, state jsontext.Value, err error) {
	var v sent
	if err := s.Identifiers.Identifier(ctx, KindPasswordChange, id, &v); err != nil {
		return "", nil, err
	}
	oneTimePassword, err = s.changePasswordByID(ctx, id, &v, next)
	return oneTimePassword, v.State, err
}

// askForPassword makes the mail to a new user by which the user sets a password.
func (s *Service) askForPassword(ctx context.Context, tenant *fa.Tenant, user *fa.User) (m Mail, err error) {
	m = about(ctx, tenant, user, func(t fa.EmailTemplateIDs) fa.ID { return t.SetPasswordEmailTemplateID })
	switch {
	case m.TemplateID == "":
		return m, fa.FieldError("sendSetPasswordEmail", "invalid",
			"The tenant has no template for this mail. Set [tenant.emailConfiguration.setPasswordEmailTemplateId].")
	case user.MailAddress() == "":
		return m, fa.FieldError("sendSetPasswordEmail", "invalid", "The user has no e-mail address.")
	}
	config := tenant.ExternalIdentifierConfiguration
	id := generate(config.SetupPasswordIDGenerator)
	v := sent{UserID: user.ID, ApplicationID: idWithin(ctx, tenant), Since: user.PasswordLastUpdateInstant, Email: user.MailAddress()}
	m.Values = map[string]any{"changePasswordId": id}
	return m, s.keepSent(ctx, KindPasswordChange, id, config.SetupPasswordIDTTL, v)
}
