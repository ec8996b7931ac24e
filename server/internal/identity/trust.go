package identity

import (
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"time"

	"wherry/server/internal/fa"
)

const (
	kindTrust      = "twoFactorTrustId"
	kindTrustToken = "trustToken"
)

// trust is what a twoFactorTrustId stands for: a device from which the user need
// not give a second factor.
type trust struct {
	UserID        fa.ID `json:"userId"`
	ApplicationID fa.ID `json:"applicationId,omitzero"`
	Start         int64 `json:"startInstant"`
	Expiration    int64 `json:"expiration"`
}

// Trust is a trusted device as the status of two-factor shows it.
type Trust struct {
	ApplicationID fa.ID `json:"applicationId,omitzero"`
	Expiration    int64 `json:"expiration"`
	Expired       bool  `json:"expired"`
	StartInstant  int64 `json:"startInstant"`
}

// trusted tells whether the user has trusted a device, for an application whose
// policy lets that count.
func (s *Service) trusted(ctx context.Context, application *fa.Application, user fa.ID, id string) (bool, error) {
	t, err := s.trustOf(ctx, user, id)
	if t == nil || err != nil {
		return false, err
	}
	policy, forThis := fa.TrustAny, t.ApplicationID == ""
	if application != nil {
		policy = cmp.Or(application.MultiFactorConfiguration.TrustPolicy, fa.TrustAny)
		forThis = t.ApplicationID == application.ID
	}
	return policy == fa.TrustAny || policy == fa.TrustThis && forThis, nil
}

// trustOf is the user's trust with that id, or nil.
func (s *Service) trustOf(ctx context.Context, user fa.ID, id string) (*trust, error) {
	if id == "" {
		return nil, nil //nolint:nilnil // documented above
	}
	var t trust
	err := s.Identifiers.Identifier(ctx, kindTrust, id, &t)
	if errors.Is(err, fa.ErrNotFound) || err == nil && t.UserID != user {
		return nil, nil //nolint:nilnil // documented above
	}
	return &t, err
}

// trustDevice makes a twoFactorTrustId.
func (s *Service) trustDevice(ctx context.Context, tenant *fa.Tenant, application *fa.Application, user fa.ID) (string, error) {
	seconds := tenant.ExternalIdentifierConfiguration.TwoFactorTrustIDTTL
	t := trust{UserID: user, Start: s.millis()}
	if application != nil {
		seconds = cmp.Or(application.ExternalIdentifierConfiguration.TwoFactorTrustIDTTL, seconds)
		t.ApplicationID = application.ID
	}
	t.Expiration = t.Start + int64(seconds)*1000
	id := NewCode()
	return id, s.Identifiers.KeepIdentifier(ctx, kindTrust, id, time.Duration(seconds)*time.Second, t)
}

// trustToken is what a trust token stands for.
type trustToken struct {
	UserID    fa.ID  `json:"userId"`
	Challenge string `json:"challenge,omitzero"` // a hash
}

// keepTrustToken makes a trust token, which proves a second factor for one
// protected request.
func (s *Service) keepTrustToken(ctx context.Context, tenant *fa.Tenant, user fa.ID, challenge string) (string, error) {
	token := NewCode()
	t := trustToken{UserID: user}
	if challenge != "" {
		t.Challenge = hashCode(token, challenge)
	}
	ttl := time.Duration(tenant.ExternalIdentifierConfiguration.TrustTokenTTL) * time.Second
	return token, s.Identifiers.KeepIdentifier(ctx, kindTrustToken, token, ttl, t)
}

// checkTrustToken wants a trust token of whoever has a second factor.
func (s *Service) checkTrustToken(ctx context.Context, tenant *fa.Tenant, user *fa.Account, next NewPassword) error {
	if !NeedsTrustToken(tenant, user) {
		return nil
	}
	var t trustToken
	err := s.Identifiers.Identifier(ctx, kindTrustToken, next.TrustToken, &t)
	if err != nil && !errors.Is(err, fa.ErrNotFound) {
		return err
	}
	wrong := t.Challenge != "" && subtle.ConstantTimeCompare([]byte(t.Challenge), []byte(hashCode(next.TrustToken, next.TrustChallenge))) != 1
	if err != nil || t.UserID != user.ID || wrong {
		return ErrTrustToken
	}
	return nil
}

// spendTrustToken makes a trust token useless.
func (s *Service) spendTrustToken(ctx context.Context, token string) error {
	err := s.Identifiers.TakeIdentifier(ctx, kindTrustToken, token, &trustToken{})
	if errors.Is(err, fa.ErrNotFound) { // none was needed
		return nil
	}
	return err
}

// NeedsTrustToken tells whether the password of a user can be changed only with
// a second factor.
func NeedsTrustToken(tenant *fa.Tenant, user *fa.Account) bool {
	return len(user.TwoFactor.Methods) > 0 && tenant.MultiFactorConfiguration.LoginPolicy != fa.FactorsDisabled
}
