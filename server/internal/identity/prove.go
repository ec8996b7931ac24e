package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"wherry/server/internal/fa"
)

// Find looks somebody up by login id, of any of the types; e-mail address and
// user name when there are none.
func (s *Service) Find(ctx context.Context, tenant fa.ID, loginID string, types []string) (*fa.Account, error) {
	return s.find(ctx, Attempt{TenantID: tenant, LoginID: loginID, LoginIDTypes: types})
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

// prove proves the password, wherever it is kept. user is nil for somebody who
// is not known here.
func (s *Service) prove(ctx context.Context, tenant *fa.Tenant, user *fa.Account, a Attempt) (proof, error) {
	if user == nil {
		return s.askPolicies(ctx, tenant, nil, a)
	}
	if a.isToken(user) {
		return proof{user: user, how: byApplicationToken}, nil
	}
	if user.ConnectorID == fa.ConnectorID {
		return proof{user: user, how: byPassword, password: a.Password}, s.compare(ctx, tenant, user.Credential, a.Password)
	}
	connector, err := s.Connectors.Get(ctx, user.ConnectorID)
	if errors.Is(err, fa.ErrNotFound) { // the connector was deleted: the policies decide again
		return s.askPolicies(ctx, tenant, user, a)
	}
	if err != nil {
		return proof{}, err
	}
	return s.ask(ctx, tenant, connector, tenant.Migrates(connector.ID), user, a)
}

// isToken tells whether somebody gives the authentication token of the
// registration instead of the password.
func (a Attempt) isToken(user *fa.Account) bool {
	if a.Application == nil || !a.Application.AuthenticationTokenConfiguration.Enabled {
		return false
	}
	r, registered := user.Registration(a.Application.ID)
	return registered && r.AuthenticationToken != "" && a.Password.Equal(r.AuthenticationToken)
}

// askPolicies asks the connectors of the tenant's policies, in their order,
// about somebody who has no place yet. user is nil, or somebody whose
// connector is gone.
func (s *Service) askPolicies(ctx context.Context, tenant *fa.Tenant, user *fa.Account, a Attempt) (proof, error) {
	for _, policy := range tenant.ConnectorPolicies {
		if policy.ConnectorID == fa.ConnectorID || !policy.Covers(a.LoginID) {
			continue
		}
		connector, err := s.Connectors.Get(ctx, policy.ConnectorID)
		if errors.Is(err, fa.ErrNotFound) {
			continue
		}
		if err != nil {
			return proof{}, err
		}
		p, err := s.ask(ctx, tenant, connector, policy.Migrate, user, a)
		if !errors.Is(err, ErrCredentials) {
			return p, err
		}
	}
	// An unknown user must take as long as a wrong password.
	return proof{}, s.compare(ctx, tenant, fa.Credential{}, a.Password)
}

// ask asks one connector and, when it knows the user, stores what it said. No
// database connection is held while it is waited for.
func (s *Service) ask(ctx context.Context, tenant *fa.Tenant, c *fa.Connector, migrate bool, known *fa.Account, a Attempt) (proof, error) {
	request := ConnectorRequest{
		ApplicationID: a.applicationID(), EventInfo: a.EventInfo, LoginID: a.LoginID, LoginIDTypes: a.LoginIDTypes,
		NewDevice: a.NewDevice, NoJWT: a.NoJWT, Password: a.Password,
	}
	theirs, err := s.Outside.Authenticate(ctx, c, request)
	if err != nil {
		return proof{}, err
	}
	if c.Type == fa.ConnectorFusionAuth {
		if err := s.dropForeign(ctx, tenant.ID, theirs); err != nil {
			return proof{}, err
		}
	}
	user, err := s.adopt(ctx, tenant, c, migrate, known, theirs, a)
	if err == nil {
		return proof{user: user, how: byConnector(c), password: a.Password}, nil
	}
	if !fa.Refused(err) && !errors.Is(err, errMismatch) {
		return proof{}, err
	}
	if err := s.Store.LogEvent(ctx, fa.EventError, refusedUser(c, a, err)); err != nil {
		return proof{}, err
	}
	return proof{}, ErrCredentials
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

// redeem takes a one-time password, which stands for login id and password.
func (s *Service) redeem(ctx context.Context, a *Attempt) (proof, error) {
	var change passwordChange
	err := s.Identifiers.TakeIdentifier(ctx, kindOneTimePassword, a.OneTimePassword, &change)
	if errors.Is(err, fa.ErrNotFound) {
		return proof{}, ErrCredentials
	}
	if err != nil {
		return proof{}, err
	}
	user, err := s.Store.User(ctx, change.UserID)
	if errors.Is(err, fa.ErrNotFound) || err == nil && user.TenantID != a.TenantID {
		return proof{}, ErrCredentials
	}
	return proof{user: user, how: byOneTimePassword, factor: change.Factor}, err
}
