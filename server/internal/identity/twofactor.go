package identity

import (
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"

	"wherry/server/internal/fa"
)

// FactorAttempt is somebody who gives the code of a second factor.
type FactorAttempt struct {
	ID            string // the twoFactorId
	Code          string // that an authenticator shows, that was sent, or a recovery code
	Application   *fa.Application
	TrustComputer bool // do not ask again on this device
	Address       string
	EventInfo     EventInfo
}

// FactorOutcome is a sign-in that has gone through its second factor.
type FactorOutcome struct {
	*Outcome
	Tenant      *fa.Tenant
	Application *fa.Application
	TrustID     string  // of the device, if it was to be trusted
	TrustToken  string  // if an application started the challenge
	State       fa.Data // as it was given then
}

// SignInWithFactor goes on with a sign-in that waits for its second factor. An
// id that is not known, or not any more, is fa.ErrNotFound; a wrong code is
// ErrCode.
func (s *Service) SignInWithFactor(ctx context.Context, a FactorAttempt) (*FactorOutcome, error) {
	p, user, tenant, err := s.pendingUser(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	out := &FactorOutcome{Tenant: tenant, Application: a.Application, State: p.State}
	if out.Application, err = s.applicationOf(ctx, p, a.Application); err != nil {
		return nil, err
	}
	used, err := s.proveFactor(ctx, tenant, user, p, a)
	if err != nil {
		return nil, err
	}
	// Two that come with the right code at once: one of them has lost.
	if err := s.Identifiers.TakeIdentifier(ctx, kindTwoFactor, a.ID, &pending{}); err != nil {
		return nil, err
	}
	if err := s.happened(ctx, TwoFactorSuccess, &user.User, aboutFactor(out.Application, used)); err != nil {
		return nil, err
	}
	if user, err = s.Store.User(ctx, user.ID); err != nil { // a recovery code is gone, a method was used
		return nil, err
	}
	attempt := Attempt{TenantID: tenant.ID, Application: out.Application, LoginID: p.LoginID, Address: a.Address, EventInfo: a.EventInfo}
	if out.Outcome, err = s.admit(ctx, tenant, attempt, proof{user: user, how: p.How, factor: true}); err != nil {
		return nil, err
	}
	if p.Started {
		if out.TrustToken, err = s.keepTrustToken(ctx, tenant, user.ID, p.TrustChallenge); err != nil {
			return nil, err
		}
	}
	if a.TrustComputer {
		out.TrustID, err = s.trustDevice(ctx, tenant, out.Application, user.ID)
	}
	return out, err
}

// applicationOf is the application that the second step names, or else the one
// of the first.
func (s *Service) applicationOf(ctx context.Context, p pending, named *fa.Application) (*fa.Application, error) {
	if named != nil || p.ApplicationID == "" {
		if named != nil && named.TenantID != p.TenantID {
			return nil, fa.ErrNotFound
		}
		return named, nil
	}
	application, err := s.Applications.Get(ctx, p.ApplicationID)
	if err == nil && !application.Active {
		err = fa.ErrNotFound
	}
	return application, err
}

// proveFactor looks for a code among those that were sent, those of
// authenticators and the recovery codes, and counts it if it is none of them. It
// returns the method, nil for a code that belongs to none.
func (s *Service) proveFactor(ctx context.Context, tenant *fa.Tenant, user *fa.Account, p pending, a FactorAttempt) (*fa.TwoFactorMethod, error) {
	if err := s.checkAccount(ctx, user); err != nil {
		return nil, err
	}
	if err := s.guessing(ctx, user.ID); err != nil {
		return nil, err
	}
	used, err := p.MethodID, error(nil)
	if sent := p.Code != "" && s.millis() < p.CodeExpires; !sent || subtle.ConstantTimeCompare([]byte(p.Code), []byte(hashCode(a.ID, a.Code))) != 1 {
		if used, err = s.proveTOTP(ctx, user, user.TwoFactor.Methods, a.Code); errors.Is(err, ErrCode) {
			err = s.spendRecoveryCode(ctx, user, a.Code)
		}
	}
	if errors.Is(err, ErrCode) {
		sentBy, _ := user.TwoFactor.Method(p.MethodID)
		if err := s.happened(ctx, TwoFactorFailed, &user.User, aboutFactor(a.Application, sentBy)); err != nil {
			return nil, err
		}
		return nil, s.refuseCode(ctx, tenant, user.ID, a.ID)
	}
	m, _ := user.TwoFactor.Method(used)
	if err != nil || m == nil || m.LastUsed {
		return m, err
	}
	return m, s.Store.NoteUser(ctx, user.ID, func(u *fa.Account) error { u.TwoFactor.Use(used); return nil })
}

// aboutFactor is what is told of a code that was given. Both may be nil.
func aboutFactor(application *fa.Application, m *fa.TwoFactorMethod) map[string]any {
	about := map[string]any{}
	if application != nil {
		about["applicationId"] = application.ID
	}
	if m != nil {
		about["method"] = m.Method
		if m.Method == fa.MethodSMS {
			about["messageType"] = "SMS"
		}
	}
	return about
}

// StartTwoFactor begins a challenge by an application's wish, for a user who is
// known to it. The code, which the application brings to the user itself, is
// made up if it is empty.
type StartTwoFactor struct {
	User           *fa.Account
	Application    *fa.Application
	LoginID        string
	Code           string
	State          fa.Data
	TrustChallenge string
}

// Start begins a challenge.
func (s *Service) Start(ctx context.Context, r StartTwoFactor) (c *Challenge, code string, err error) {
	tenant, err := s.Tenants.Get(ctx, r.User.TenantID)
	if err != nil {
		return nil, "", err
	}
	p := pending{
		TenantID: tenant.ID, UserID: r.User.ID, How: byPassword, LoginID: r.LoginID,
		Started: true, State: r.State, TrustChallenge: r.TrustChallenge,
	}
	if r.Application != nil {
		p.ApplicationID = r.Application.ID
	}
	c = &Challenge{Methods: r.User.TwoFactor.Shown()}
	along, err := s.happens(ctx, TwoFactorChallenge, &r.User.User, map[string]any{"applicationId": p.ApplicationID})
	if err != nil {
		return nil, "", err
	}
	if c.ID, err = s.keepPending(along, tenant, p); err != nil {
		return nil, "", err
	}
	code = cmp.Or(r.Code, generate(tenant.ExternalIdentifierConfiguration.TwoFactorOneTimeCodeGenerator))
	return c, code, s.hold(ctx, tenant, c.ID, p, code)
}

// FactorStatus tells whether a user would be asked for a second factor with a
// trusted device.
func (s *Service) FactorStatus(ctx context.Context, user *fa.Account, application *fa.Application, trustID string) (needed bool, trusts []Trust, err error) {
	tenant, err := s.Tenants.Get(ctx, user.TenantID)
	if err != nil {
		return false, nil, err
	}
	policy := factorPolicy(tenant, application)
	needed = policy == fa.FactorsRequired || policy != fa.FactorsDisabled && len(user.TwoFactor.Methods) > 0
	trusts = []Trust{}
	t, err := s.trustOf(ctx, user.ID, trustID)
	if err != nil {
		return false, nil, fmt.Errorf("read a trusted device: %w", err)
	}
	if t != nil {
		trusts = append(trusts, Trust{ApplicationID: t.ApplicationID, Expiration: t.Expiration, StartInstant: t.Start, Expired: t.Expiration <= s.millis()})
	}
	trusted, err := s.trusted(ctx, application, user.ID, trustID)
	return needed && !trusted, trusts, err
}
