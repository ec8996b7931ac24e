package identity

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"wherry/internal/secret"
	"wherry/server/internal/fa"
)

// Identifiers keeps what codes that travel outside stand for. A code that is
// unknown, used or expired is fa.ErrNotFound.
type Identifiers interface {
	KeepIdentifier(ctx context.Context, kind, code string, ttl time.Duration, value any) error
	TakeIdentifier(ctx context.Context, kind, code string, value any) error
	Identifier(ctx context.Context, kind, code string, value any) error
	ReplaceIdentifier(ctx context.Context, kind, code string, value any) error
}

// KindPasswordChange is the kind of the identifiers with which a password can be
// changed.
const KindPasswordChange = "changePasswordId"

const kindOneTimePassword = "oneTimePassword"

// passwordChange is what a changePasswordId stands for: the password of
// somebody, as long as it is still the one that it was. A one-time password
// stands for the same, from a change on.
type passwordChange struct {
	UserID        fa.ID `json:"userId"`
	ApplicationID fa.ID `json:"applicationId,omitzero"` // of the request that it was made for
	Since         int64 `json:"since,omitzero"`         // when the password was last changed
	Factor        bool  `json:"factor,omitzero"`        // a second factor was given for the change
}

// NewPassword is what somebody gives to change a password.
type NewPassword struct {
	Password        secret.String
	CurrentPassword secret.String // compared unless it is empty
	TrustToken      string        // proves a second factor; those who have one need it
	TrustChallenge  string        // of the trust token, if it was asked for with one
}

// ErrTrustToken says that a second factor has to be given before.
var ErrTrustToken = fa.GeneralError("TrustTokenRequired",
	"This request requires a Trust Token. Use the Start Two-Factor API to obtain a Trust Token required to complete this request.")

// ErrCurrentPassword says that what was given as the current password is not.
var ErrCurrentPassword = fmt.Errorf("the current password: %w", ErrCredentials)

// StartPasswordChange makes a changePasswordId for a user. It is useless as soon
// as the password has been changed.
func (s *Service) StartPasswordChange(ctx context.Context, tenant *fa.Tenant, user *fa.Account) (string, error) {
	config := tenant.ExternalIdentifierConfiguration
	id := generate(config.ChangePasswordIDGenerator)
	ttl := time.Duration(config.ChangePasswordIDTTL) * time.Second
	change := passwordChange{UserID: user.ID, ApplicationID: idWithin(ctx, tenant), Since: user.PasswordLastUpdateInstant}
	if err := s.Identifiers.KeepIdentifier(ctx, KindPasswordChange, id, ttl, change); err != nil {
		return "", fmt.Errorf("start the change of a password: %w", err)
	}
	return id, nil
}

// WhoMayChange returns whose password a changePasswordId changes, or
// fa.ErrNotFound.
func (s *Service) WhoMayChange(ctx context.Context, id string) (*fa.Account, error) {
	var change passwordChange
	if err := s.Identifiers.Identifier(ctx, KindPasswordChange, id, &change); err != nil {
		return nil, err
	}
	user, err := s.Store.User(ctx, change.UserID)
	if err == nil && user.PasswordLastUpdateInstant != change.Since {
		err = fa.ErrNotFound
	}
	return user, err
}

// changePasswordByID is ChangePassword by an id and what it stands for.
func (s *Service) changePasswordByID(ctx context.Context, id string, v *sent, next NewPassword) (oneTimePassword string, err error) {
	user, err := s.WhoMayChange(ctx, id)
	if err != nil {
		return "", err
	}
	return s.changePassword(ctx, user, next, v, func() error {
		return s.Identifiers.TakeIdentifier(ctx, KindPasswordChange, id, &passwordChange{})
	})
}

// ChangePassword gives a user a new password, if the tenant's rules allow it. It
// returns a one-time password to sign in with.
func (s *Service) ChangePassword(ctx context.Context, user *fa.Account, next NewPassword) (oneTimePassword string, err error) {
	return s.changePassword(ctx, user, next, &sent{}, func() error { return nil })
}

// changePassword checks everything, then commits, which may fail for whoever
// comes second, and only then changes something. v is what was sent to the user
// for this change.
func (s *Service) changePassword(ctx context.Context, user *fa.Account, next NewPassword, v *sent, commit func() error) (string, error) {
	tenant, err := s.Tenants.Get(ctx, user.TenantID)
	if err != nil {
		return "", err
	}
	if err := s.mayChange(ctx, tenant, user, next); err != nil {
		return "", err
	}
	made := &fa.Account{User: user.User}
	if err := s.setPassword(ctx, tenant, made, fa.UserRequest{Password: next.Password.Reveal()}); err != nil {
		return "", atPath(err, "password")
	}
	if err := commit(); err != nil {
		return "", err
	}
	if err := s.spendTrustToken(ctx, next.TrustToken); err != nil {
		return "", err
	}
	if err := s.storePassword(ctx, tenant, user, made.Credential, v); err != nil {
		return "", err
	}
	code := NewCode()
	ttl := time.Duration(tenant.ExternalIdentifierConfiguration.OneTimePasswordTTL) * time.Second
	change := passwordChange{UserID: user.ID, Factor: NeedsTrustToken(tenant, user)}
	return code, s.Identifiers.KeepIdentifier(ctx, kindOneTimePassword, code, ttl, change)
}

// mayChange checks a change: second factor, current password, age, rules and
// history.
func (s *Service) mayChange(ctx context.Context, tenant *fa.Tenant, user *fa.Account, next NewPassword) error {
	if err := s.checkTrustToken(ctx, tenant, user, next); err != nil {
		return err
	}
	if next.CurrentPassword != "" {
		if err := s.compare(ctx, tenant, user.Credential, next.CurrentPassword); errors.Is(err, ErrCredentials) {
			return ErrCurrentPassword
		} else if err != nil {
			return err
		}
	}
	youngest := user.PasswordLastUpdateInstant + int64(tenant.MinimumPasswordAge.Seconds)*1000
	if tenant.MinimumPasswordAge.Enabled && !user.PasswordChangeRequired && user.Scheme != "" && s.millis() < youngest {
		return fa.FieldError("password", "tooYoung", "You must wait [%d] seconds between two changes of your password.", tenant.MinimumPasswordAge.Seconds)
	}
	return s.checkPassword(ctx, tenant, user, next.Password.Reveal(), "password")
}

// storePassword puts a new password in the place of the old one, which the
// tenant may want to remember. Somebody whose password was kept elsewhere until
// the first sign-in has it here from now on.
func (s *Service) storePassword(ctx context.Context, tenant *fa.Tenant, user *fa.Account, made fa.Credential, v *sent) (err error) {
	if ctx, err = s.backWithin(ctx, tenant, v.ApplicationID); err != nil {
		return err
	}
	now, told := s.millis(), passwordUpdated
	if v.Reset { // the mail about that takes the place of the other
		told = passwordReset
		if ctx, err = s.happens(ctx, PasswordResetSuccess, &user.User, nil); err != nil {
			return err
		}
	}
	_, err = s.updateTelling(ctx, tenant, user.ID, told, func(u *fa.Account) error {
		u.Previous = remembered(tenant, u)
		u.Credential = made
		u.PasswordLastUpdateInstant = max(now, u.PasswordLastUpdateInstant+1)
		u.PasswordChangeRequired, u.PasswordChangeReason, u.BreachedPasswordStatus = false, "", ""
		u.LastUpdateInstant = now
		u.EndSessions = tenant.Revokes().OnPasswordChanged
		if tenant.Migrates(u.ConnectorID) {
			u.ConnectorID = fa.ConnectorID
		}
		if v.Email != "" && tenant.EmailConfiguration.ImplicitEmailVerificationAllowed {
			u.VerifyIdentity(fa.IdentityEmail, v.Email, fa.VerifiedImplicit, now)
		}
		return nil
	})
	if err != nil || !tenant.FailedAuthenticationConfiguration.ActionCancelPolicy.OnPasswordReset {
		return err
	}
	return s.Actions.EndLockout(ctx, user.ID)
}

// generate makes an id or a code in the form that the tenant wants.
func generate(g fa.Generator) string {
	const letters, digits = "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789" // none that look alike
	switch g.Type {
	case "randomDigits":
		return draw("0123456789", g.Length)
	case "randomAlpha":
		return draw(letters, g.Length)
	case "randomAlphaNumeric":
		return draw(letters+digits, g.Length)
	}
	b := make([]byte, g.Length)
	_, _ = rand.Read(b) // never fails: it would end the program first
	return base64.RawURLEncoding.EncodeToString(b)
}

// draw draws characters, each as likely as the others.
func draw(alphabet string, n int) string {
	out := make([]byte, 0, n)
	var b [1]byte
	for len(out) < n {
		_, _ = rand.Read(b[:])
		if int(b[0]) < 256-256%len(alphabet) {
			out = append(out, alphabet[int(b[0])%len(alphabet)])
		}
	}
	return string(out)
}

// NewCode returns 32 random bytes in base64url, FusionAuth's form for
// authorization codes and ids that nobody can guess.
func NewCode() string { return generate(fa.Generator{Type: "randomBytes", Length: 32}) }
