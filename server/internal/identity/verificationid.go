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

// start makes a verification id for each of these identities and registrations
// of a user that has to be verified. The mails are to go along with the change of
// the user.
func (s *Service) start(ctx context.Context, tenant *fa.Tenant, u *fa.User, identities []fa.Identity, registrations ...fa.Registration) (ids VerificationIDs, mails []Mail, err error) {
	var begun []verifying
	for _, i := range identities {
		if i.AwaitsVerification() {
			begun = append(begun, verifyIdentity(tenant, u, i))
		}
	}
	for _, r := range registrations {
		if r.Verified {
			continue
		}
		v, err := s.verifyNew(ctx, tenant, u, r)
		if err != nil {
			return ids, nil, err
		}
		begun = append(begun, v)
	}
	for _, v := range begun {
		if err := s.keepVerification(ctx, v); err != nil {
			return ids, nil, err
		}
		mails = append(mails, v.mail)
		ids.add(v)
	}
	return ids, mails, nil
}

func (ids *VerificationIDs) add(v verifying) {
	if v.ApplicationID == "" {
		ids.Identities = append(ids.Identities, v.id)
		return
	}
	if ids.Registrations == nil {
		ids.Registrations = map[fa.ID]fa.VerificationID{}
	}
	ids.Registrations[v.ApplicationID] = v.id
}

func verifyIdentity(tenant *fa.Tenant, u *fa.User, i fa.Identity) verifying {
	m, strategy := Mail{Tenant: tenant, User: u}, tenant.PhoneConfiguration.VerificationStrategy
	if i.Type == fa.IdentityEmail {
		m.TemplateID, strategy = tenant.VerificationTemplate(nil), tenant.EmailConfiguration.VerificationStrategy
	}
	return newVerification(m, strategy, Verification{UserID: u.ID, Type: i.Type, Value: i.Value})
}

// verifyNew is about a new registration, of which whoever has an address is
// told.
func (s *Service) verifyNew(ctx context.Context, tenant *fa.Tenant, u *fa.User, r fa.Registration) (verifying, error) {
	app, err := s.Applications.Get(ctx, r.ApplicationID)
	if err != nil {
		return verifying{}, fmt.Errorf("application of a registration: %w", err)
	}
	m := Mail{Tenant: tenant, Application: app, User: u}
	if u.MailAddress() != "" {
		m.TemplateID = app.VerificationEmailTemplateID
	}
	return newVerification(m, app.VerificationStrategy, Verification{UserID: u.ID, ApplicationID: app.ID}), nil
}

// verifying is a verification that begins: its id, and the mail with it.
type verifying struct {
	Verification
	id   fa.VerificationID
	mail Mail // without a template there is none
	ttl  int  // seconds
}

// newVerification makes an id for a verification. A mail without a template is
// none.
func newVerification(m Mail, strategy string, v Verification) verifying {
	config := m.Tenant.ExternalIdentifierConfiguration
	ids, codes, ttl := config.EmailVerificationIDGenerator, config.EmailVerificationOneTimeCodeGenerator, config.EmailVerificationIDTTL
	if v.ApplicationID != "" {
		ids, codes, ttl = config.RegistrationVerificationIDGenerator, config.RegistrationVerificationOneTimeCodeGenerator, config.RegistrationVerificationIDTTL
	}
	made := fa.VerificationID{ID: generate(ids), Type: v.Type, Value: v.Value}
	m.Values = map[string]any{"verificationId": made.ID}
	if strategy == fa.VerifyByForm {
		made.OneTimeCode = generate(codes)
		m.Values["verificationOneTimeCode"] = made.OneTimeCode
		v.CodeHash = hashCode(made.ID, made.OneTimeCode)
	}
	return verifying{v, made, m, ttl}
}

func (s *Service) keepVerification(ctx context.Context, v verifying) error {
	if err := s.Identifiers.KeepIdentifier(ctx, KindVerification, v.id.ID, time.Duration(v.ttl)*time.Second, v.Verification); err != nil {
		return fmt.Errorf("start a verification: %w", err)
	}
	return nil
}

// along returns a context for one change of the store, with which mails go out.
func (s *Service) along(ctx context.Context, mails ...Mail) context.Context {
	return s.Mailer.Along(ctx, func() []Mail { return mails })
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
