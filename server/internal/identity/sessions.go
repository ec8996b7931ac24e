package identity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"wherry/server/internal/fa"
)

// Sessions gives out refresh tokens and takes them back. A session of single
// sign-on is a refresh token of no application. All fields are required.
//
// Source: https://fusionauth.io/docs/lifecycle/authenticate-users/oauth/tokens#refresh-token
type Sessions struct {
	Store        SessionStore
	Users        Lookup[fa.Account]
	Tenants      Lookup[fa.Tenant]
	Applications Lookup[fa.Application]
	Actions      Actions
	Witness      SessionWitness
	Now          func() time.Time
	NewID        func() fa.ID
}

// SessionStore keeps sessions by the hashes of their values. What is not there is
// fa.ErrNotFound.
type SessionStore interface {
	CreateSession(ctx context.Context, s *fa.Session) error
	Session(ctx context.Context, hash string) (*fa.Session, error)
	// SessionUser is Session with the user, and whether an action on him is in
	// effect at the instant now, in milliseconds.
	SessionUser(ctx context.Context, hash string, now int64) (s *fa.Session, u *fa.Account, acted bool, err error)
	Sessions(ctx context.Context, m fa.SessionMatch) ([]*fa.Session, error)
	EndSessions(ctx context.Context, m fa.SessionMatch) error
	// UseSession runs change in a transaction, perhaps more than once. A hash that
	// it changes is remembered as used, with next.
	UseSession(ctx context.Context, hash string, change func(*fa.Session) (next []byte, err error)) error
	UsedSession(ctx context.Context, hash string) (id fa.ID, used time.Time, next []byte, err error)
	// ImportSessions stores all or none; refuse is told who is not registered.
	ImportSessions(ctx context.Context, sessions []*fa.Session, refuse func(i int) error) error
	Hashes(ctx context.Context, hashes []string) (taken map[string]bool, err error)
}

// TokenRefreshed is an access token that somebody gets for a refresh token.
type TokenRefreshed struct {
	User          *fa.User
	ApplicationID fa.ID
	Token         string
	Original      string // the one before, as far as the client says
}

// SessionWitness hears of refresh tokens.
type SessionWitness interface {
	// TokenRefreshed is told before the token goes out. What the context that it
	// returns carries is kept with the use of the session; its error prevents it.
	TokenRefreshed(ctx context.Context, r TokenRefreshed) (context.Context, error)
}

// Start makes a refresh token for a grant, and returns its value, which is kept
// nowhere.
func (s *Sessions) Start(ctx context.Context, g Grant, from fa.Device, factor, public bool) (value string, session *fa.Session, err error) {
	return s.make(ctx, g, from, func(made *fa.Session) {
		made.ApplicationID, made.Factor, made.Public = g.Application.ID, factor, public
		made.MetaData.Scopes = append(made.MetaData.Scopes, g.Scopes...)
	})
}

// StartSSO makes a session of single sign-on.
func (s *Sessions) StartSSO(ctx context.Context, g Grant, from fa.Device, factor bool) (value string, session *fa.Session, err error) {
	return s.make(ctx, g, from, func(made *fa.Session) { made.Factor = factor })
}

func (s *Sessions) make(ctx context.Context, g Grant, from fa.Device, more func(*fa.Session)) (value string, session *fa.Session, err error) {
	value, now := NewCode(), s.Now()
	made := fa.NewSession()
	made.ID, made.TenantID, made.UserID, made.Hash = s.NewID(), g.Tenant.ID, g.User.ID, hashToken(value)
	made.InsertInstant, made.StartInstant = now.UnixMilli(), now.UnixMilli()
	if !g.Since.IsZero() {
		made.StartInstant = g.Since.UnixMilli()
	}
	made.AuthTime, made.AuthenticationType, made.GrantTypes = now.Unix(), g.AuthenticationType, g.GrantTypes
	if !g.AuthTime.IsZero() {
		made.AuthTime = g.AuthTime.Unix()
	}
	made.MetaData.Device = from
	made.MetaData.Device.LastAccessedInstant = now.UnixMilli()
	more(&made)
	if err := s.Store.CreateSession(ctx, &made); err != nil {
		return "", nil, err
	}
	return value, &made, nil
}

// Live returns the sessions that match and have not expired, oldest first.
func (s *Sessions) Live(ctx context.Context, m fa.SessionMatch) ([]*fa.Session, error) {
	all, err := s.Store.Sessions(ctx, m)
	if err != nil {
		return nil, err
	}
	tenants, applications := memo[fa.Tenant]{get: s.Tenants.Get}, memo[fa.Application]{get: s.Applications.Get}
	now, gone := s.Now().UnixMilli(), error(nil)
	all = slices.DeleteFunc(all, func(session *fa.Session) bool {
		t, err := tenants.Get(ctx, session.TenantID)
		var a *fa.Application
		if err == nil && session.ApplicationID != "" {
			a, err = applications.Get(ctx, session.ApplicationID)
		}
		if err != nil {
			gone = errors.Join(gone, err)
			return true
		}
		return expires(t, a, session) <= now
	})
	if gone != nil {
		return nil, fmt.Errorf("find out when refresh tokens expire: %w", gone)
	}
	return all, nil
}

// End revokes the sessions that match.
func (s *Sessions) End(ctx context.Context, m fa.SessionMatch) error {
	return s.Store.EndSessions(ctx, m)
}

// EndByValue revokes the session with a value, or with one that it had, and
// returns it; or fa.ErrNotFound.
func (s *Sessions) EndByValue(ctx context.Context, value string) (*fa.Session, error) {
	session, err := s.ByValue(ctx, value)
	if err != nil {
		return nil, err
	}
	return session, s.Store.EndSessions(ctx, fa.SessionMatch{ID: session.ID})
}

// ByValue returns the session with a value, or with one that it had, expired or
// not; or fa.ErrNotFound.
func (s *Sessions) ByValue(ctx context.Context, value string) (*fa.Session, error) {
	session, err := s.Store.Session(ctx, hashToken(value))
	if !errors.Is(err, fa.ErrNotFound) {
		return session, err
	}
	id, _, _, err := s.Store.UsedSession(ctx, hashToken(value))
	if err != nil {
		return nil, err
	}
	return s.byID(ctx, id)
}

// hashToken is how the values of refresh tokens are kept.
func hashToken(value string) string {
	sum := sha256.Sum256([]byte("refresh token " + value))
	return hex.EncodeToString(sum[:])
}
