package identity

import (
	"context"
	"errors"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
)

// StartVerify asks for an id that verifies an address or a number.
type StartVerify struct {
	Tenant      *fa.Tenant
	Application *fa.Application // nil: none is named
	LoginID     string
	LoginIDType string
	Strategy    string // ClickableLink or FormField; empty: the tenant's
	MustNotBe   bool   // it is to be somebody's who is still to be made
	State       jsontext.Value
}

// StartVerifyIdentity makes an id that verifies an identity and, where people have
// to type something, a code that goes with it. Neither is sent. Nobody's identity
// is fa.ErrNotFound.
//
// Source: https://fusionauth.io/docs/apis/identity-verify
func (s *Service) StartVerifyIdentity(ctx context.Context, r StartVerify) (fa.VerificationID, error) {
	v := Verification{Type: r.LoginIDType, Value: r.LoginID, State: r.State}
	owner, err := s.Store.UserByIdentity(ctx, r.Tenant.ID, r.LoginIDType, r.LoginID)
	switch {
	case err == nil && r.MustNotBe:
		return fa.VerificationID{}, fa.FieldError("loginId", "duplicate", "There is a user with this login id.")
	case err == nil:
		i := slices.IndexFunc(owner.Identities, func(i fa.Identity) bool { return i.Type == r.LoginIDType && i.Is(r.LoginID) })
		v.UserID, v.Value = owner.ID, owner.Identities[i].Value
	case r.MustNotBe && errors.Is(err, fa.ErrNotFound):
		v.TenantID = r.Tenant.ID
	default:
		return fa.VerificationID{}, err
	}
	strategy := r.Strategy
	if strategy == "" {
		strategy = verificationStrategy(r.Tenant, r.LoginIDType)
	}
	begun := newVerification(verificationMail(r.Tenant, r.Application, v), strategy, v)
	if begun.id.OneTimeCode != "" {
		begun.Code = sealed(begun.id.ID, begun.id.OneTimeCode)
	}
	return begun.id, s.keepVerification(ctx, begun)
}

// SendVerifyIdentity sends an id that was made before, and its code. The tenant is
// the caller's, or empty.
func (s *Service) SendVerifyIdentity(ctx context.Context, caller fa.ID, id string) error {
	v, user, tenant, err := s.verification(ctx, caller, id)
	if err != nil {
		return err
	}
	m := verificationMail(tenant, nil, v)
	if m.User = user; m.TemplateID == "" {
		return ErrNoTemplate
	}
	n, err := s.Counters.Count(ctx, countVerificationSent, id, verificationWindow)
	if err != nil {
		return err
	}
	if n > mostSent {
		return ErrRateLimited
	}
	m.Values = verificationValues(id, opened(id, v.Code))
	if user == nil { // templates speak of the user all the same
		m.Values["user"] = map[string]any{v.Type: v.Value}
	}
	return s.Mailer.Send(ctx, m)
}

// verification is what an id stands for that verifies an identity, whose that is,
// nil for somebody who is still to be made, and in which tenant.
func (s *Service) verification(ctx context.Context, caller fa.ID, id string) (v Verification, user *fa.User, tenant *fa.Tenant, err error) {
	if err = s.Identifiers.Identifier(ctx, KindVerification, id, &v); err != nil {
		return v, nil, nil, err
	}
	if v.UserID != "" {
		owner, err := s.Store.User(ctx, v.UserID)
		if err != nil {
			return v, nil, nil, err
		}
		user, v.TenantID = &owner.User, owner.TenantID
	}
	if v.Type == "" || v.Completed || caller != "" && caller != v.TenantID {
		return v, nil, nil, fa.ErrNotFound
	}
	tenant, err = s.Tenants.Get(ctx, v.TenantID)
	return v, user, tenant, err
}

// CompleteVerifyIdentity verifies the identity that an id was made for, and
// returns the state that it was made with. Of somebody who is still to be made the
// id goes with the request that does so.
func (s *Service) CompleteVerifyIdentity(ctx context.Context, caller fa.ID, id, code string) (jsontext.Value, error) {
	v, user, tenant, err := s.verification(ctx, caller, id)
	if err != nil {
		return nil, err
	}
	if user == nil {
		if err := s.checkVerificationCode(ctx, v, id, code); err != nil {
			return nil, err
		}
		v.Completed, v.Code, v.CodeHash = true, nil, ""
		return v.State, s.Identifiers.ReplaceIdentifier(ctx, KindVerification, id, v)
	}
	taken, err := s.takeVerification(ctx, v.Type, id, code)
	if err != nil {
		return nil, err
	}
	_, err = s.verifyIdentityOf(ctx, tenant, taken.UserID, taken.Type, taken.Value, fa.VerifiedCompleted)
	return taken.State, err
}

// VerifyIdentity takes an administrator's word for an identity.
func (s *Service) VerifyIdentity(ctx context.Context, tenant *fa.Tenant, kind, loginID string) error {
	owner, err := s.Store.UserByIdentity(ctx, tenant.ID, kind, loginID)
	if err != nil {
		return err
	}
	_, err = s.verifyIdentityOf(ctx, tenant, owner.ID, kind, loginID, fa.VerifiedAdministrative)
	return err
}

// useVerifications lets a new user profit from what has been verified before.
func (s *Service) useVerifications(ctx context.Context, u *fa.User, ids []string) error {
	for _, id := range ids {
		var v Verification
		err := s.Identifiers.Identifier(ctx, KindVerification, id, &v)
		if err != nil && !errors.Is(err, fa.ErrNotFound) {
			return err
		}
		if err != nil || !v.Completed || v.TenantID != u.TenantID || !u.VerifyIdentity(v.Type, v.Value, fa.VerifiedCompleted, u.InsertInstant) {
			return fa.FieldError("verificationIds", "invalid",
				"One of the [verificationIds] is unknown, has expired, was not completed, or is about what the user does not have.")
		}
	}
	return nil
}
