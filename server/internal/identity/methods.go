package identity

import (
	"context"
	"crypto/subtle"
	"errors"
	"slices"

	"wherry/server/internal/fa"
)

// NewMethod is a second factor that somebody sets up, and the code that proves
// it.
type NewMethod struct {
	Method              fa.TwoFactorMethod
	SecretBase32Encoded string // instead of Method.Secret
	Code                string
	ChallengeID         string // the twoFactorId of a sign-in that waits for a first method
}

// Enabled is a second factor that has been set up.
type Enabled struct {
	Code          string   `json:"code,omitzero"`           // meets the challenge of the sign-in that waits
	RecoveryCodes []string `json:"recoveryCodes,omitempty"` // made for the first method, and not shown again
}

// EnableMethod sets up a second factor, with recovery codes if it is the first.
func (s *Service) EnableMethod(ctx context.Context, user *fa.Account, r NewMethod) (*Enabled, error) {
	tenant, err := s.Tenants.Get(ctx, user.TenantID)
	if err != nil {
		return nil, err
	}
	m := r.Method
	if m.Method == fa.MethodAuthenticator {
		if m.Secret, err = secretOf(m.Secret, r.SecretBase32Encoded); err != nil {
			return nil, err
		}
		m.Authenticator = fa.NewAuthenticator()
	}
	if err := checkNew(tenant, m, false); err != nil {
		return nil, err
	}
	if err := s.proveMethod(ctx, tenant, user, kindEnableCode, m, r.Code); err != nil {
		return nil, err
	}
	enabled := &Enabled{}
	_, err = s.update(ctx, tenant, user.ID, func(u *fa.Account) error {
		m.ID = ""
		u.EndSessions = len(u.TwoFactor.Methods) == 0 && tenant.Revokes().OnMultiFactorEnable
		u.TwoFactor.Methods = append(slices.Clone(u.TwoFactor.Methods), m)
		nameMethods(&u.TwoFactor)
		enabled.RecoveryCodes = nil
		if len(u.TwoFactor.RecoveryCodes) == 0 {
			enabled.RecoveryCodes = newRecoveryCodes()
			u.TwoFactor.RecoveryCodes = enabled.RecoveryCodes
		}
		u.LastUpdateInstant = s.millis()
		return nil
	})
	if err != nil || r.ChallengeID == "" {
		return enabled, err
	}
	enabled.Code, err = s.meet(ctx, user.ID, r.ChallengeID)
	return enabled, err
}

// MeetChallenge makes a code with which a challenge of the user is met.
func (s *Service) MeetChallenge(ctx context.Context, user *fa.Account, id string) (string, error) {
	return s.meet(ctx, user.ID, id)
}

// meet makes a code for a challenge of the user that waits for a first method.
func (s *Service) meet(ctx context.Context, user fa.ID, id string) (string, error) {
	p, owner, tenant, err := s.pendingUser(ctx, id)
	if errors.Is(err, fa.ErrNotFound) || err == nil && owner.ID != user {
		return "", fa.FieldError("twoFactorId", "invalid", "The [twoFactorId] is unknown or has expired.")
	}
	if err != nil {
		return "", err
	}
	code := generate(tenant.ExternalIdentifierConfiguration.TwoFactorOneTimeCodeGenerator)
	return code, s.hold(ctx, tenant, id, p, code)
}

// checkNew reports what is wrong with a method that somebody wants to set up.
func checkNew(tenant *fa.Tenant, m fa.TwoFactorMethod, sent bool) error {
	var errs fa.Errors
	switch {
	case m.Method == "":
		errs.Field("method", "missing", "You must specify the [method] property.")
	case sent && m.Method == fa.MethodAuthenticator:
		errs.Field("method", "invalid", "No code can be sent to an authenticator.")
	case !slices.Contains([]string{fa.MethodAuthenticator, fa.MethodEmail, fa.MethodSMS}, m.Method):
		errs.OneOf(m.Method, "method", fa.MethodAuthenticator, fa.MethodEmail, fa.MethodSMS)
	case !slices.Contains(tenant.MultiFactorConfiguration.Methods(), m.Method):
		errs.Field("method", "disabled", "The method [%s] is not enabled for the tenant.", m.Method)
	case m.Method == fa.MethodEmail:
		errs.Require(m.Email, "email")
	case m.Method == fa.MethodSMS:
		errs.Require(m.MobilePhone, "mobilePhone")
	}
	return errs.OrNil()
}

// proveMethod tells whether a code is of a method: what its authenticator shows,
// or what was sent to it.
func (s *Service) proveMethod(ctx context.Context, tenant *fa.Tenant, user *fa.Account, kind string, m fa.TwoFactorMethod, code string) error {
	err := s.guessing(ctx, user.ID)
	switch {
	case err != nil:
	case m.Method == fa.MethodAuthenticator:
		_, err = s.proveTOTP(ctx, user, []fa.TwoFactorMethod{m}, code)
	default:
		err = s.proveSent(ctx, user, kind, m, code)
	}
	if errors.Is(err, ErrCode) {
		return s.refuseCode(ctx, tenant, user.ID, "")
	}
	return err
}

func (s *Service) proveSent(ctx context.Context, user *fa.Account, kind string, m fa.TwoFactorMethod, code string) error {
	var sent sentCode
	err := s.Identifiers.Identifier(ctx, kind, keptAt(user.ID, m), &sent)
	if errors.Is(err, fa.ErrNotFound) || err == nil && subtle.ConstantTimeCompare([]byte(sent.Hash), []byte(hashCode(sent.Salt, code))) != 1 {
		return ErrCode
	}
	if err != nil {
		return err
	}
	if err := s.Identifiers.TakeIdentifier(ctx, kind, keptAt(user.ID, m), &sent); errors.Is(err, fa.ErrNotFound) {
		return ErrCode // somebody else was faster
	} else if err != nil {
		return err
	}
	return nil
}

// DisableMethod takes a second factor away from a user who can still use it, or
// all of them with a recovery code. A method that is not there is
// fa.ErrNotFound.
func (s *Service) DisableMethod(ctx context.Context, user *fa.Account, methodID, code string) error {
	tenant, err := s.Tenants.Get(ctx, user.TenantID)
	if err != nil {
		return err
	}
	m, there := user.TwoFactor.Method(methodID)
	if !there {
		return fa.ErrNotFound
	}
	all, err := s.proveOwner(ctx, tenant, user, *m, code)
	if err != nil {
		return err
	}
	_, err = s.update(ctx, tenant, user.ID, func(u *fa.Account) error {
		u.TwoFactor.Methods = slices.DeleteFunc(slices.Clone(u.TwoFactor.Methods), func(m fa.TwoFactorMethod) bool { return all || m.ID == methodID })
		if len(u.TwoFactor.Methods) == 0 {
			u.TwoFactor.RecoveryCodes = nil
		}
		u.LastUpdateInstant = s.millis()
		return nil
	})
	return err
}

// proveOwner tells whether a code is of a method, or one of the recovery codes,
// which is spent then.
func (s *Service) proveOwner(ctx context.Context, tenant *fa.Tenant, user *fa.Account, m fa.TwoFactorMethod, code string) (recovery bool, err error) {
	if err := s.guessing(ctx, user.ID); err != nil {
		return false, err
	}
	err = s.spendRecoveryCode(ctx, user, code)
	if errors.Is(err, ErrCode) {
		return false, s.proveMethod(ctx, tenant, user, kindDisableCode, m, code)
	}
	return err == nil, err
}

// RenewOwnRecoveryCodes is RenewRecoveryCodes for a user who does it by himself,
// and shows with a code that he can use one of his methods. A method that is not
// there is fa.ErrNotFound.
func (s *Service) RenewOwnRecoveryCodes(ctx context.Context, user *fa.Account, methodID, code string) ([]string, error) {
	tenant, err := s.Tenants.Get(ctx, user.TenantID)
	if err != nil {
		return nil, err
	}
	m, there := user.TwoFactor.Method(methodID)
	if !there {
		return nil, fa.ErrNotFound
	}
	if _, err := s.proveOwner(ctx, tenant, user, *m, code); err != nil {
		return nil, err
	}
	return s.RenewRecoveryCodes(ctx, user)
}

// RenameMethod gives a second factor another name.
func (s *Service) RenameMethod(ctx context.Context, user *fa.Account, methodID, name string) error {
	_, err := s.Store.UpdateUser(ctx, user.ID, func(u *fa.Account) error {
		m, there := u.TwoFactor.Method(methodID)
		if !there {
			return fa.ErrNotFound
		}
		m.Name, u.LastUpdateInstant = name, s.millis()
		return nil
	})
	return err
}

// RenewRecoveryCodes gives a user new recovery codes; the old ones are void.
func (s *Service) RenewRecoveryCodes(ctx context.Context, user *fa.Account) ([]string, error) {
	codes := newRecoveryCodes()
	_, err := s.Store.UpdateUser(ctx, user.ID, func(u *fa.Account) error {
		u.TwoFactor.RecoveryCodes, u.LastUpdateInstant = codes, s.millis()
		return nil
	})
	return codes, err
}
