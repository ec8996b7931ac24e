package identity

import (
	"context"
	"errors"
	"fmt"

	"wherry/server/internal/fa"
)

// LookUp asks a connector whether it knows somebody, with no password.
type LookUp struct {
	ApplicationID fa.ID     `json:"applicationId,omitzero"`
	EventInfo     EventInfo `json:"eventInfo"`
	LoginID       string    `json:"loginId"`
	LoginIDTypes  []string  `json:"loginIdTypes"`
}

// fetch brings somebody across who has forgotten the password before the first
// sign-in: the connectors that migrate, and that may be asked, say whether they
// know the login id. The account has no password here and stays bound to the
// connector, so the old password works until a new one is set, and whoever asks
// for a mail on behalf of somebody else changes nothing for them.
//
// FusionAuth has no such thing; see docs/migrate/connector.md.
func (s *Service) fetch(ctx context.Context, f Forgotten) (*fa.Account, error) {
	if f.LoginID == "" || len(f.LoginID) > maxTyped {
		return nil, fa.ErrNotFound
	}
	request := LookUp{EventInfo: f.EventInfo, LoginID: f.LoginID, LoginIDTypes: f.LoginIDTypes}
	if f.Application != nil {
		request.ApplicationID = f.Application.ID
	}
	for _, p := range f.Tenant.ConnectorPolicies {
		if !p.Migrate || !p.Covers(f.LoginID) {
			continue
		}
		c, err := s.Connectors.Get(ctx, p.ConnectorID)
		if errors.Is(err, fa.ErrNotFound) || err == nil && !c.LooksUp() {
			continue
		}
		if err != nil {
			return nil, err
		}
		theirs, err := s.Outside.Known(ctx, c, request)
		if err == nil {
			return s.receive(ctx, f.Tenant, c, theirs, Attempt{TenantID: f.Tenant.ID, Application: f.Application, LoginID: f.LoginID, LoginIDTypes: f.LoginIDTypes})
		}
		if !errors.Is(err, fa.ErrNotFound) {
			return nil, err
		}
	}
	return nil, fa.ErrNotFound
}

// receive stores somebody whom a connector knows and who has proven nothing.
func (s *Service) receive(ctx context.Context, tenant *fa.Tenant, c *fa.Connector, theirs *fa.User, a Attempt) (*fa.Account, error) {
	u := &fa.Account{User: *theirs}
	err := s.complete(ctx, tenant, &u.User)
	if err == nil && !u.HasIdentity(a.LoginID) {
		err = errMismatch
	}
	if err == nil {
		u.ConnectorID = c.ID
		err = s.Store.CreateUser(ctx, u)
	}
	if err == nil {
		return u, nil
	}
	if !fa.Refused(err) && !errors.Is(err, errMismatch) {
		return nil, fmt.Errorf("store whom a connector knows: %w", err)
	}
	if there, found := s.find(ctx, a); found == nil { // somebody else has brought the account across meanwhile
		return there, nil
	}
	reason := err.Error()
	if refused, ok := errors.AsType[*fa.Errors](err); ok {
		reason = refused.Details()
	}
	message := fmt.Sprintf("The user that the connector [%s] knows as [%s] cannot be stored, so no mail is sent.\n\n%s", c.Name, a.LoginID, reason)
	if err := s.Store.LogEvent(ctx, fa.EventError, message); err != nil {
		return nil, err
	}
	return nil, fa.ErrNotFound
}
