package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"wherry/internal/secret"
	"wherry/server/internal/fa"
)

// What a sign-in can fail with. An unknown user and a wrong password are the
// same on purpose.
var (
	ErrCredentials = errors.New("the credentials are wrong")
	ErrLocked      = errors.New("the user is deactivated")
	ErrExpired     = errors.New("the user's account has expired")
	ErrBusy        = errors.New("too many people are signing in at this moment")
)

// Attempt is somebody who tries to sign in.
type Attempt struct {
	TenantID     fa.ID
	Application  *fa.Application // nil: to the tenant alone
	LoginID      string          // as typed
	LoginIDTypes []string        // which identities it may be; e-mail and user name when empty
	Password     secret.String
	EventInfo    EventInfo
	NewDevice    bool
	NoJWT        bool
}

// Outcome is a proven password. A user who has to change it first is not
// signed in.
type Outcome struct {
	User                 *fa.User
	Registration         *fa.Registration // nil: not registered for the application
	AuthenticationType   string           // as tokens say it
	PasswordChangeReason string           // not empty: the password has to be changed first
}

// How a password was proven.
const (
	byPassword         = "PASSWORD"
	byGenericConnector = "GENERIC_CONNECTOR"
)

// maxTyped is how long a login id or a password may be, in bytes: nobody's is
// longer, and some schemes would take minutes to hash a megabyte.
const maxTyped = 1024

// SignIn is the one way in, for the Login API, the hosted pages and the
// password grant: find the user; ask the connector that the user is bound to,
// or the tenant's policies in their order; migrate or synchronise; check the
// account; record the sign-in.
func (s *Service) SignIn(ctx context.Context, a Attempt) (*Outcome, error) {
	for _, typed := range []string{a.LoginID, a.Password.Reveal()} {
		if typed == "" || len(typed) > maxTyped {
			return nil, ErrCredentials
		}
	}
	tenant, err := s.Tenants.Get(ctx, a.TenantID)
	if err != nil {
		return nil, fmt.Errorf("tenant of the sign-in: %w", err)
	}
	user, how, err := s.authenticate(ctx, tenant, a)
	if err != nil {
		return nil, err
	}
	if err := s.admit(user); err != nil {
		return nil, err
	}
	out := &Outcome{User: &user.User, AuthenticationType: how, PasswordChangeReason: s.changeReason(tenant, user, a.Password.Reveal())}
	if out.PasswordChangeReason != "" {
		return out, nil
	}
	if err := s.record(ctx, a, out, user); err != nil {
		return nil, err
	}
	return out, nil
}

// authenticate proves the password, wherever it is kept.
func (s *Service) authenticate(ctx context.Context, tenant *fa.Tenant, a Attempt) (*fa.Account, string, error) {
	user, err := s.find(ctx, a)
	if err != nil && !errors.Is(err, fa.ErrNotFound) {
		return nil, "", err
	}
	if user == nil {
		return s.askPolicies(ctx, tenant, nil, a)
	}
	if user.ConnectorID == fa.ConnectorID {
		return user, byPassword, s.compare(ctx, tenant, user.Credential, a.Password)
	}
	connector, err := s.Connectors.Get(ctx, user.ConnectorID)
	if errors.Is(err, fa.ErrNotFound) { // the connector was deleted: the policies decide again
		return s.askPolicies(ctx, tenant, user, a)
	}
	if err != nil {
		return nil, "", err
	}
	migrate := slices.ContainsFunc(tenant.ConnectorPolicies, func(p fa.ConnectorPolicy) bool {
		return p.ConnectorID == connector.ID && p.Migrate
	})
	return s.ask(ctx, tenant, connector, migrate, user, a)
}

// find looks for the user by each type of login id in turn.
func (s *Service) find(ctx context.Context, a Attempt) (*fa.Account, error) {
	kinds := a.LoginIDTypes
	if len(kinds) == 0 {
		kinds = []string{fa.IdentityEmail, fa.IdentityUsername}
	}
	for _, kind := range kinds {
		user, err := s.Store.UserByIdentity(ctx, a.TenantID, kind, a.LoginID)
		if err == nil || !errors.Is(err, fa.ErrNotFound) {
			return user, err
		}
	}
	return nil, fa.ErrNotFound
}

// askPolicies asks the connectors of the tenant's policies, in their order,
// about somebody who has no place yet. user is nil, or somebody whose
// connector is gone.
func (s *Service) askPolicies(ctx context.Context, tenant *fa.Tenant, user *fa.Account, a Attempt) (*fa.Account, string, error) {
	for _, p := range tenant.ConnectorPolicies {
		if p.ConnectorID == fa.ConnectorID || !p.Covers(a.LoginID) {
			continue
		}
		connector, err := s.Connectors.Get(ctx, p.ConnectorID)
		if errors.Is(err, fa.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		found, how, err := s.ask(ctx, tenant, connector, p.Migrate, user, a)
		if !errors.Is(err, ErrCredentials) {
			return found, how, err
		}
	}
	// An unknown user must take as long as a wrong password.
	return nil, "", s.compare(ctx, tenant, fa.Credential{}, a.Password)
}

// ask asks one connector and, when it knows the user, stores what it said. No
// database connection is held while it is waited for.
func (s *Service) ask(ctx context.Context, tenant *fa.Tenant, c *fa.Connector, migrate bool, known *fa.Account, a Attempt) (*fa.Account, string, error) {
	request := ConnectorRequest{
		ApplicationID: a.applicationID(), EventInfo: a.EventInfo, LoginID: a.LoginID, LoginIDTypes: a.LoginIDTypes,
		NewDevice: a.NewDevice, NoJWT: a.NoJWT, Password: a.Password,
	}
	theirs, err := s.Outside.Authenticate(ctx, c, request)
	if err != nil {
		return nil, "", err
	}
	user, err := s.adopt(ctx, tenant, c, migrate, known, theirs, a)
	if err == nil {
		return user, byGenericConnector, nil
	}
	if !fa.Refused(err) && !errors.Is(err, errMismatch) {
		return nil, "", err
	}
	if err := s.Store.LogEvent(ctx, fa.EventError, refusedUser(c, a, err)); err != nil {
		return nil, "", err
	}
	return nil, "", ErrCredentials
}

// refusedUser is the entry of the event log for a user that a connector
// returned and that cannot be stored.
func refusedUser(c *fa.Connector, a Attempt, err error) string {
	reason := err.Error()
	if refused, ok := errors.AsType[*fa.Errors](err); ok {
		reason = refused.Details()
	}
	hide := strings.NewReplacer(a.Password.Reveal(), "[secret]") // people type it as login id, endpoints send it back
	return fmt.Sprintf("The user that the connector [%s] returned for [%s] cannot be stored, so the login fails.\n\n%s",
		c.Name, hide.Replace(a.LoginID), hide.Replace(reason))
}

// admit refuses accounts that are closed, after the password was right.
func (s *Service) admit(user *fa.Account) error {
	switch {
	case !user.Active:
		return ErrLocked
	case user.Expiry != 0 && user.Expiry <= s.millis():
		return ErrExpired
	}
	return nil
}

// changeReason says why the password, which was right, has to be changed, or "".
func (s *Service) changeReason(tenant *fa.Tenant, user *fa.Account, password string) string {
	age, rules := tenant.MaximumPasswordAge, tenant.PasswordValidationRules
	var broken fa.Errors
	rules.Check(&broken, password, "password")
	switch {
	case user.Scheme == "": // the password is kept elsewhere
		return ""
	case user.PasswordChangeRequired && user.PasswordChangeReason != "":
		return user.PasswordChangeReason
	case user.PasswordChangeRequired:
		return fa.ReasonAdministrative
	case age.Enabled && user.PasswordLastUpdateInstant < s.Now().AddDate(0, 0, -age.Days).UnixMilli():
		return fa.ReasonExpired
	case rules.ValidateOnLogin && broken.OrNil() != nil:
		return fa.ReasonValidation
	}
	return ""
}

// record notes when the user, the identity and the registration were last used.
// The answer says so even when it is stored a little later.
func (s *Service) record(ctx context.Context, a Attempt, out *Outcome, user *fa.Account) error {
	now := s.millis()
	note := func(u *fa.Account) error {
		u.LastLoginInstant = max(u.LastLoginInstant, now)
		for i := range u.Identities {
			if id := &u.Identities[i]; id.Is(a.LoginID) {
				id.LastLoginInstant = max(id.LastLoginInstant, now)
			}
		}
		if r, ok := u.Registration(a.applicationID()); ok {
			r.LastLoginInstant = max(r.LastLoginInstant, now)
		}
		return nil
	}
	_ = note(user)
	out.Registration, _ = user.Registration(a.applicationID())
	if err := s.Store.NoteUser(ctx, user.ID, note); err != nil {
		return fmt.Errorf("record the sign-in: %w", err)
	}
	return nil
}

// applicationID is "" when nobody signs in to an application.
func (a Attempt) applicationID() fa.ID {
	if a.Application == nil {
		return ""
	}
	return a.Application.ID
}
