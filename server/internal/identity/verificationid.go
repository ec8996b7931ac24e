package identity

import (
	"context"
	"fmt"
	"time"

	"wherry/server/internal/fa"
)

// KindVerification is the kind of the identifiers that stand for a Verification.
const KindVerification = "verificationId"

// Verification is what a verification id stands for: an e-mail address or a
// phone number of a user, or a registration, that is still to be verified.
type Verification struct {
	ApplicationID fa.ID  `json:"applicationId,omitzero"` // of a registration
	CodeHash      string `json:"codeHash,omitzero"`      // of the code that has to be typed; empty: none
	Type          string `json:"type,omitzero"`          // of an identity
	UserID        fa.ID  `json:"userId"`
	Value         string `json:"value,omitzero"` // of the identity, as it was then
}

// VerificationIDs are what somebody needs to verify what is new about a user.
type VerificationIDs struct {
	Identities    []fa.VerificationID
	Registrations map[fa.ID]fa.VerificationID // by application
}

// startVerifications makes a verification id for each identity of the user that
// is waiting for one since then, in milliseconds, and sends those by mail for
// which there is a template.
func (s *Service) startVerifications(ctx context.Context, tenant *fa.Tenant, u *fa.User, since int64) (ids []fa.VerificationID, err error) {
	strategies := map[string]string{
		fa.IdentityEmail:       tenant.EmailConfiguration.VerificationStrategy,
		fa.IdentityPhoneNumber: tenant.PhoneConfiguration.VerificationStrategy,
	}
	templates := map[string]fa.ID{fa.IdentityEmail: tenant.VerificationTemplate(nil)}
	for _, i := range u.Identities {
		if !i.AwaitsVerification() || i.InsertInstant < since {
			continue
		}
		m := Mail{Tenant: tenant, User: u, TemplateID: templates[i.Type]}
		made, err := s.startVerification(ctx, m, strategies[i.Type], Verification{UserID: u.ID, Type: i.Type, Value: i.Value})
		if err != nil {
			return nil, err
		}
		ids = append(ids, made)
	}
	return ids, nil
}

// startRegistrationVerification makes a verification id for a new registration,
// if it has to be verified, and sends it to whoever has an address.
func (s *Service) startRegistrationVerification(ctx context.Context, tenant *fa.Tenant, u *fa.User, r *fa.Registration) (map[fa.ID]fa.VerificationID, error) {
	if r.Verified {
		return nil, nil
	}
	app, err := s.Applications.Get(ctx, r.ApplicationID)
	if err != nil {
		return nil, fmt.Errorf("application of a registration: %w", err)
	}
	m := Mail{Tenant: tenant, Application: app, User: u}
	if u.MailAddress() != "" {
		m.TemplateID = app.VerificationEmailTemplateID
	}
	made, err := s.startVerification(ctx, m, app.VerificationStrategy, Verification{UserID: u.ID, ApplicationID: app.ID})
	return map[fa.ID]fa.VerificationID{app.ID: made}, err
}

// startVerification makes an id for a verification. The mail goes out with it,
// unless it has no template.
func (s *Service) startVerification(ctx context.Context, m Mail, strategy string, v Verification) (fa.VerificationID, error) {
	config := m.Tenant.ExternalIdentifierConfiguration
	ids, codes, ttl := config.EmailVerificationIDGenerator, config.EmailVerificationOneTimeCodeGenerator, config.EmailVerificationIDTTL
	if v.ApplicationID != "" {
		ids, codes, ttl = config.RegistrationVerificationIDGenerator, config.RegistrationVerificationOneTimeCodeGenerator, config.RegistrationVerificationIDTTL
	}
	made := fa.VerificationID{ID: generate(ids), Type: v.Type, Value: v.Value}
	values := map[string]any{"verificationId": made.ID}
	if strategy == fa.VerifyByForm {
		made.OneTimeCode = generate(codes)
		values["verificationOneTimeCode"] = made.OneTimeCode
		v.CodeHash = hashCode(made.ID, made.OneTimeCode)
	}
	if m.TemplateID != "" {
		m.Values = values
		ctx = s.Mailer.Along(ctx, m)
	}
	if err := s.Identifiers.KeepIdentifier(ctx, KindVerification, made.ID, time.Duration(ttl)*time.Second, v); err != nil {
		return made, fmt.Errorf("start a verification: %w", err)
	}
	return made, nil
}

// awaitVerification notes which of the identities that are new have to be
// verified. changed: the user was there before.
func awaitVerification(tenant *fa.Tenant, u *fa.User, changed bool, now int64) {
	if mail := tenant.EmailConfiguration; mail.VerifyEmail && (!changed || mail.VerifyEmailWhenChanged) {
		u.AwaitVerification(fa.IdentityEmail, now)
	}
	if tenant.PhoneConfiguration.VerifyPhoneNumber {
		u.AwaitVerification(fa.IdentityPhoneNumber, now)
	}
}
