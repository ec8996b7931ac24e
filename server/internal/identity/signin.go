package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"wherry/internal/secret"
	"wherry/server/internal/fa"
)

// What a sign-in can fail with, besides Prevented. An unknown user and a wrong
// password are the same on purpose.
var (
	ErrCredentials = errors.New("the credentials are wrong")
	ErrLocked      = errors.New("the user is deactivated")
	ErrExpired     = errors.New("the user's account has expired")
	ErrBusy        = errors.New("too many people are signing in at this moment")
	ErrRateLimited = errors.New("too many attempts have failed")
)

// Attempt is somebody who tries to sign in.
type Attempt struct {
	TenantID         fa.ID
	Application      *fa.Application // nil: to the tenant alone
	LoginID          string          // as typed
	LoginIDTypes     []string        // which identities it may be; e-mail and user name when empty
	Password         secret.String
	OneTimePassword  string // from a change of password; it stands for login id and password
	TwoFactorTrustID string // of a device that was trusted earlier
	Address          string // where the attempt comes from, as far as it cannot be made up
	EventInfo        EventInfo
	NewDevice        bool
	NoJWT            bool

	provider *fa.IdentityProvider // that vouches for whoever it is; nil: none does
}

// Outcome is a proven password. Somebody who has to change it, to give a second
// factor or to verify something first is not signed in.
type Outcome struct {
	User                 *fa.User
	LoginID              string           // as typed; empty: another proof named the user
	Registration         *fa.Registration // nil: not registered for the application
	AuthenticationType   string           // as tokens say it
	PasswordChangeReason string           // not empty: the password has to be changed first
	ChangePasswordID     string           // with which it can be changed
	TwoFactor            *Challenge       // not nil: a second factor is needed first
	Unverified           Unverified       // not empty: something has to be verified first
	Factor               bool             // a second factor was given
	VerificationID       string           // with which, and a code that was sent, it can be
	PendingLinkID        string           // not empty: nobody of ours is known yet, and there is no user
}

// How a sign-in was proven.
const (
	byPassword         = "PASSWORD"
	byPing             = "PING"
	byOneTimePassword  = "ONE_TIME_PASSWORD"
	byApplicationToken = "APPLICATION_TOKEN"
	byPasskey          = "WEBAUTHN"
	byRefreshToken     = "REFRESH_TOKEN"
	byGenericConnector = "GENERIC_CONNECTOR"
	byLDAPConnector    = "LDAP_CONNECTOR"
)

// ByJWT is how somebody is signed in who came with a token of another
// application.
const ByJWT = "JWT_SSO"

func byConnector(c *fa.Connector) string {
	if c.Type == fa.ConnectorLDAP {
		return byLDAPConnector
	}
	return byGenericConnector
}

// proof is somebody who has proven to be the user.
type proof struct {
	user     *fa.Account
	how      string
	password secret.String // as typed; empty: something else was the proof
	factor   bool          // a second factor was given too
}

// maxTyped is how long a login id or a password may be, in bytes: nobody's is
// longer, and some schemes would take minutes to hash a megabyte.
const maxTyped = 1024

// SignIn is the one way in, for the Login API, the hosted pages and the
// password grant: slow down who guesses; find the user; prove the password,
// here or through a connector; count what failed; let in who may come.
func (s *Service) SignIn(ctx context.Context, a Attempt) (*Outcome, error) {
	tenant, err := s.Tenants.Get(ctx, a.TenantID)
	if err != nil {
		return nil, fmt.Errorf("tenant of the sign-in: %w", err)
	}
	if a.OneTimePassword != "" {
		p, err := s.redeem(ctx, &a)
		if err != nil {
			return nil, err
		}
		return s.admit(ctx, tenant, a, p)
	}
	if a.blank() {
		return nil, ErrCredentials
	}
	if err := s.slowDown(ctx, tenant, a); err != nil {
		return nil, err
	}
	user, err := s.find(ctx, a)
	if err != nil && !errors.Is(err, fa.ErrNotFound) {
		return nil, err
	}
	p, err := s.prove(ctx, tenant, user, a)
	if errors.Is(err, ErrCredentials) {
		return nil, s.failed(ctx, tenant, user, a)
	}
	if err != nil {
		return nil, err
	}
	if err := s.slowDown(ctx, tenant, a); err != nil { // guesses made all at once are no way around it
		return nil, err
	}
	return s.admit(ctx, tenant, a, p)
}

// admit lets in somebody who has proven to be the user: check the account; ask
// the tenant's lambda; hash the password anew if the tenant wants that; have it
// changed, a second factor given, identity or registration verified; record the
// sign-in.
func (s *Service) admit(ctx context.Context, tenant *fa.Tenant, a Attempt, p proof) (*Outcome, error) {
	ctx = Within(ctx, a.Application)
	if err := s.checkAccount(ctx, p.user); err != nil {
		return nil, err
	}
	if err := s.validateLogin(ctx, tenant, a, p.user); err != nil {
		return nil, err
	}
	if err := s.rehash(ctx, tenant, p); err != nil {
		return nil, err
	}
	out := &Outcome{User: &p.user.User, LoginID: a.LoginID, AuthenticationType: p.how, Factor: p.factor}
	out.Registration, _ = p.user.Registration(a.applicationID())
	var err error
	if out.PasswordChangeReason = s.changeReason(tenant, p); out.PasswordChangeReason != "" {
		out.ChangePasswordID, err = s.StartPasswordChange(ctx, tenant, p.user)
		return out, err
	}
	if out.TwoFactor, err = s.challenge(ctx, tenant, a, p); out.TwoFactor != nil || err != nil {
		return out, err
	}
	if out.Unverified = unverified(tenant, a, p.user); out.Unverified != "" {
		if p.how == byRegistration { // which has sent what verifies
			return out, nil
		}
		out.VerificationID, err = s.verifyAtSignIn(ctx, tenant, a, p.user, out.Unverified)
		return out, err
	}
	return out, s.record(ctx, a, p.how, p.user)
}

// checkAccount refuses accounts that are closed, for good or for a while, after
// the password was right.
func (s *Service) checkAccount(ctx context.Context, user *fa.Account) error {
	switch {
	case !user.Active:
		return ErrLocked
	case user.Expiry != 0 && user.Expiry <= s.millis():
		return ErrExpired
	}
	return s.prevented(ctx, user.ID)
}

// changeReason says why the password, which was right, has to be changed, or "".
func (s *Service) changeReason(tenant *fa.Tenant, p proof) string {
	user, age := p.user, tenant.MaximumPasswordAge
	switch {
	case user.Scheme == "": // the password is kept elsewhere
		return ""
	case user.PasswordChangeRequired && user.PasswordChangeReason != "":
		return user.PasswordChangeReason
	case user.PasswordChangeRequired:
		return fa.ReasonAdministrative
	case age.Enabled && user.PasswordLastUpdateInstant < s.Now().AddDate(0, 0, -age.Days).UnixMilli():
		return fa.ReasonExpired
	case tenant.PasswordValidationRules.ValidateOnLogin && p.password != "":
		var broken fa.Errors
		tenant.PasswordValidationRules.CheckFor(&broken, &user.User, p.password.Reveal(), "password")
		if broken.OrNil() != nil {
			return fa.ReasonValidation
		}
	}
	return ""
}

// record notes when the user, the identity and the registration were last used.
// The answer says so even when it is stored a little later.
func (s *Service) record(ctx context.Context, a Attempt, how string, user *fa.Account) (err error) {
	now := s.millis()
	note := func(u *fa.Account) {
		u.LastLoginInstant = max(u.LastLoginInstant, now)
		for i := range u.Identities {
			if id := &u.Identities[i]; id.Is(a.LoginID) {
				id.LastLoginInstant = max(id.LastLoginInstant, now)
			}
		}
		if r, ok := u.Registration(a.applicationID()); ok {
			r.LastLoginInstant = max(r.LastLoginInstant, now)
		}
	}
	read := *user
	read.Identities, read.Registrations = slices.Clone(user.Identities), slices.Clone(user.Registrations)
	note(user)
	if a.NewDevice {
		if ctx, err = s.alongNewDevice(ctx, a, user); err != nil {
			return err
		}
	}
	if err := s.keep(ctx, s.login(a, how, user), &read, note); err != nil {
		return fmt.Errorf("record the sign-in: %w", err)
	}
	return nil
}

// alongNewDevice lets a mail go out about a sign-in from a device that is new.
func (s *Service) alongNewDevice(ctx context.Context, a Attempt, user *fa.Account) (context.Context, error) {
	tenant, err := s.Tenants.Get(ctx, user.TenantID)
	if err != nil {
		return ctx, err
	}
	template := tenant.EmailTemplate(a.Application, func(t fa.EmailTemplateIDs) fa.ID { return t.LoginNewDeviceEmailTemplateID })
	return s.along(ctx, Mail{
		Tenant: tenant, Application: a.Application, User: &user.User, TemplateID: template,
		Values: map[string]any{"event": map[string]any{"info": a.EventInfo}},
	}), nil
}

// blank tells whether something is missing, or longer than anything sensible.
func (a Attempt) blank() bool {
	for _, typed := range []string{a.LoginID, a.Password.Reveal()} {
		if typed == "" || len(typed) > maxTyped {
			return true
		}
	}
	return false
}

// applicationID is "" when nobody signs in to an application.
func (a Attempt) applicationID() fa.ID {
	if a.Application == nil {
		return ""
	}
	return a.Application.ID
}

// Ping records a sign-in that happened elsewhere. Somebody who is not there or
// deactivated is fa.ErrNotFound.
func (s *Service) Ping(ctx context.Context, userID fa.ID, application *fa.Application) (registered bool, err error) {
	user, err := s.Store.User(ctx, userID)
	if err != nil {
		return false, err
	}
	a := Attempt{Application: application}
	if !user.Active || application != nil && application.TenantID != user.TenantID {
		return false, fa.ErrNotFound
	}
	_, registered = user.Registration(a.applicationID())
	return registered || application == nil, s.record(ctx, a, byPing, user)
}
