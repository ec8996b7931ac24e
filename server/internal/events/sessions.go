package events

import (
	"context"
	"errors"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// Sessions is the storage of refresh tokens, with events. What is told is for
// whoever checks access tokens without asking here: whose, or of which
// application, they are not to take any more, and for how long they would look
// good. Sessions of single sign-on have no access tokens, and no events.
type Sessions struct {
	identity.SessionStore
	Users interface {
		User(ctx context.Context, id fa.ID) (*fa.Account, error)
	}
	Tenants      identity.Lookup[fa.Tenant]
	Applications identity.Lookup[fa.Application]
	Bus          *Bus
}

// EndSessions is part of identity.SessionStore.
func (s *Sessions) EndSessions(ctx context.Context, m fa.SessionMatch) error {
	told, err := s.revoked(ctx, m)
	if err != nil {
		return err
	}
	if identity.IsCertain(ctx) {
		told = certain(told)
	}
	return s.Bus.Change(ctx, func(ctx context.Context, raise Raise) error {
		raise(told...)
		return s.SessionStore.EndSessions(ctx, m)
	})
}

// revoked is what there is to tell if the sessions that match are ended now.
func (s *Sessions) revoked(ctx context.Context, m fa.SessionMatch) ([]Event, error) {
	heard, err := s.Bus.hears(ctx, JWTRefreshTokenRevoke)
	if err != nil || !heard {
		return nil, err
	}
	if m.ID == "" && m.Hash == "" && m.UserID == "" {
		return s.ofApplication(ctx, m.ApplicationID)
	}
	found, err := s.Sessions(ctx, m)
	if err != nil {
		return nil, err
	}
	single := m.ID != "" || m.Hash != ""
	lives := map[fa.ID]int{}
	for _, session := range found {
		if session.ApplicationID == "" {
			continue
		}
		a, t, err := s.configured(ctx, session.ApplicationID)
		if err != nil {
			return nil, err
		}
		lives[a.ID] = livesFor(a, t)
	}
	if len(lives) == 0 {
		return nil, nil
	}
	u, err := s.Users.User(ctx, found[0].UserID)
	if err != nil {
		return nil, err
	}
	more := map[string]any{"applicationTimeToLiveInSeconds": lives, "applicationId": m.ApplicationID, "userId": u.ID}
	if single {
		more["applicationId"], more["refreshToken"] = found[0].ApplicationID, found[0].RefreshToken
	}
	return []Event{ofUser(JWTRefreshTokenRevoke, &u.User, more)}, nil
}

func (s *Sessions) ofApplication(ctx context.Context, id fa.ID) ([]Event, error) {
	a, t, err := s.configured(ctx, id)
	if errors.Is(err, fa.ErrNotFound) { // it has no refresh tokens
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []Event{{Type: JWTRefreshTokenRevoke, TenantID: t.ID, About: a.ID, Body: map[string]any{
		"applicationId": a.ID, "applicationTimeToLiveInSeconds": map[fa.ID]int{a.ID: livesFor(a, t)},
	}}}, nil
}

func (s *Sessions) configured(ctx context.Context, id fa.ID) (*fa.Application, *fa.Tenant, error) {
	a, err := s.Applications.Get(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	t, err := s.Tenants.Get(ctx, a.TenantID)
	return a, t, err
}

// livesFor is how long access tokens of an application are good, in seconds.
func livesFor(a *fa.Application, t *fa.Tenant) int {
	return identity.Grant{Tenant: t, Application: a}.Configuration().TimeToLiveInSeconds
}
