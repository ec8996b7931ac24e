package identity

import (
	"context"
	"crypto/rand"
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
// is waiting for one since then, in milliseconds.
func (s *Service) startVerifications(ctx context.Context, tenant *fa.Tenant, u *fa.User, since int64) (ids []fa.VerificationID, err error) {
	strategies := map[string]string{
		fa.IdentityEmail:       tenant.EmailConfiguration.VerificationStrategy,
		fa.IdentityPhoneNumber: tenant.PhoneConfiguration.VerificationStrategy,
	}
	for _, i := range u.Identities {
		if !i.AwaitsVerification() || i.InsertInstant < since {
			continue
		}
		made, err := s.startVerification(ctx, tenant, strategies[i.Type], Verification{UserID: u.ID, Type: i.Type, Value: i.Value})
		if err != nil {
			return nil, err
		}
		ids = append(ids, made)
	}
	return ids, nil
}

// startRegistrationVerification makes a verification id for a new registration,
// if it has to be verified.
func (s *Service) startRegistrationVerification(ctx context.Context, tenant *fa.Tenant, user fa.ID, r *fa.Registration) (map[fa.ID]fa.VerificationID, error) {
	if r.Verified {
		return nil, nil
	}
	app, err := s.Applications.Get(ctx, r.ApplicationID)
	if err != nil {
		return nil, fmt.Errorf("application of a registration: %w", err)
	}
	made, err := s.startVerification(ctx, tenant, app.VerificationStrategy, Verification{UserID: user, ApplicationID: app.ID})
	return map[fa.ID]fa.VerificationID{app.ID: made}, err
}

func (s *Service) startVerification(ctx context.Context, tenant *fa.Tenant, strategy string, v Verification) (fa.VerificationID, error) {
	made := fa.VerificationID{ID: NewCode(), Type: v.Type, Value: v.Value}
	if strategy == fa.VerifyByForm {
		made.OneTimeCode = rand.Text()[:6]
		v.CodeHash = hashCode(made.ID, made.OneTimeCode)
	}
	ttl := time.Duration(tenant.ExternalIdentifierConfiguration.EmailVerificationIDTTL) * time.Second
	if err := s.Identifiers.KeepIdentifier(ctx, KindVerification, made.ID, ttl, v); err != nil {
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
