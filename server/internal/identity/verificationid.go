package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
)

// KindVerification is the kind of the identifiers that stand for a Verification.
const KindVerification = "verificationId"

// Verification is what a verification id stands for: an e-mail address or a
// phone number of a user, or a registration, that is still to be verified.
type Verification struct {
	ApplicationID fa.ID          `json:"applicationId,omitzero"` // of a registration
	Code          []byte         `json:"code,omitzero"`          // sealed, where it is sent later than the id is made
	CodeHash      string         `json:"codeHash,omitzero"`      // of the code that has to be typed; empty: none
	Completed     bool           `json:"completed,omitzero"`     // for a user who is still to be made
	State         jsontext.Value `json:"state,omitzero"`         // the caller's, to be given back
	TenantID      fa.ID          `json:"tenantId,omitzero"`      // where the identity has no user yet
	Type          string         `json:"type,omitzero"`          // of an identity
	UserID        fa.ID          `json:"userId,omitzero"`
	Value         string         `json:"value,omitzero"` // of the identity, as it was then
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
			begun = append(begun, verifyIdentity(ctx, tenant, u, i))
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

func verifyIdentity(ctx context.Context, tenant *fa.Tenant, u *fa.User, i fa.Identity) verifying {
	v := Verification{UserID: u.ID, Type: i.Type, Value: i.Value}
	m := verificationMail(tenant, within(ctx, tenant), v)
	m.User = u
	return newVerification(m, verificationStrategy(tenant, i.Type), v)
}

// verificationMail is what brings the id that verifies an identity: a mail, or a
// text message where the tenant has a messenger.
func verificationMail(tenant *fa.Tenant, app *fa.Application, v Verification) Mail {
	m := Mail{Tenant: tenant, Application: app}
	if v.Type == fa.IdentityEmail {
		m.TemplateID, m.To = tenant.VerificationTemplate(app), v.Value
	} else if tenant.PhoneConfiguration.MessengerID != "" {
		m.TemplateID, m.Phone = tenant.PhoneConfiguration.VerificationTemplateID, v.Value
	}
	return m
}

func verificationStrategy(tenant *fa.Tenant, kind string) string {
	if kind == fa.IdentityEmail {
		return tenant.EmailConfiguration.VerificationStrategy
	}
	return tenant.PhoneConfiguration.VerificationStrategy
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
	if strategy == fa.VerifyByForm {
		made.OneTimeCode = generate(codes)
		v.CodeHash = hashCode(made.ID, made.OneTimeCode)
	}
	m.Values = verificationValues(made.ID, made.OneTimeCode)
	return verifying{v, made, m, ttl}
}

// verificationValues are what the template of such a mail has; the code may be
// empty.
func verificationValues(id, code string) map[string]any {
	values := map[string]any{"verificationId": id}
	if code != "" {
		values["verificationOneTimeCode"], values["code"] = code, code
	}
	return values
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
