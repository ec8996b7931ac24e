package identity

import (
	"context"
	"errors"
	"time"

	"wherry/server/internal/fa"
)

// Presented is a refresh token that somebody has come with, and whose it is.
type Presented struct {
	Session     *fa.Session
	Value       string // the current one, which may not be the one that was presented
	Tenant      *fa.Tenant
	Application *fa.Application // nil: a session of single sign-on
	User        *fa.Account

	late bool // it was used before, a moment ago
}

// Find returns the session of a value, or fa.ErrNotFound for one that is unknown,
// revoked or too old, or belongs to another application than the one that is
// named, if one is. ErrLocked, ErrExpired and Prevented are about the user. A
// value that could be used once comes too late: for a moment it leads to the
// current one, and after that perhaps to the end of the session.
func (s *Sessions) Find(ctx context.Context, value string, application fa.ID) (*Presented, error) {
	if value == "" {
		return nil, fa.ErrNotFound
	}
	session, user, acted, err := s.Store.SessionUser(ctx, hashToken(value), s.Now().UnixMilli())
	p := &Presented{Session: session, Value: value, User: user}
	if errors.Is(err, fa.ErrNotFound) {
		acted = true // perhaps
		p, err = s.follow(ctx, value, application)
	}
	if err != nil {
		return nil, err
	}
	if application != "" && p.Session.ApplicationID != application {
		return nil, fa.ErrNotFound
	}
	if err := s.complete(ctx, p); err != nil {
		return nil, err
	}
	if s.Now().UnixMilli() >= p.expires() {
		return nil, fa.ErrNotFound
	}
	return p, s.checkUser(ctx, p.User, acted)
}

// complete looks up what the session refers to. Whatever is gone has taken it
// along.
func (s *Sessions) complete(ctx context.Context, p *Presented) (err error) {
	if p.Tenant, err = s.Tenants.Get(ctx, p.Session.TenantID); err != nil {
		return err
	}
	if id := p.Session.ApplicationID; id != "" {
		if p.Application, err = s.Applications.Get(ctx, id); err != nil {
			return err
		}
		if !p.Application.Active {
			return fa.ErrNotFound
		}
	}
	if p.User == nil {
		p.User, err = s.Users.Get(ctx, p.Session.UserID)
	}
	return err
}

func (s *Sessions) checkUser(ctx context.Context, u *fa.Account, acted bool) error {
	switch {
	case !u.Active:
		return ErrLocked
	case u.Expiry != 0 && u.Expiry <= s.Now().UnixMilli():
		return ErrExpired
	}
	if !acted {
		return nil
	}
	prevented, err := s.Actions.Preventing(ctx, u.ID)
	if err == nil && len(prevented) > 0 {
		err = &Prevented{Actions: prevented}
	}
	return err
}

// mostUses bounds how far a value is followed that was used.
const mostUses = 100

// follow goes from a value that was used to the current one.
func (s *Sessions) follow(ctx context.Context, value string, application fa.ID) (*Presented, error) {
	p := &Presented{Value: value, late: true}
	for range mostUses {
		id, used, next, err := s.Store.UsedSession(ctx, hashToken(p.Value))
		if errors.Is(err, fa.ErrNotFound) && p.Session != nil {
			return p, nil // it is the current one
		}
		if err != nil {
			return nil, err
		}
		if p.Session == nil {
			if p.Session, err = s.byID(ctx, id); err != nil {
				return nil, err
			}
			if application != "" && p.Session.ApplicationID != application {
				return nil, fa.ErrNotFound // it is nobody else's business
			}
			if err := s.complete(ctx, p); err != nil {
				return nil, err
			}
		}
		grace := time.Duration(p.config().RefreshTokenOneTimeUseConfiguration.GracePeriodInSeconds) * time.Second
		if !s.Now().Before(used.Add(grace)) {
			return nil, s.reused(ctx, p)
		}
		p.Value = opened(p.Value, next)
	}
	return nil, fa.ErrNotFound
}

// reused is what happens when a value comes back that was good for one use.
//
// RFC 9700 section 4.14.2: one of those who have it is not who should have it.
func (s *Sessions) reused(ctx context.Context, p *Presented) error {
	if p.Tenant.Revokes().OnOneTimeTokenReuse {
		if err := s.Store.EndSessions(Certainly(ctx), fa.SessionMatch{ID: p.Session.ID}); err != nil {
			return err
		}
	}
	return fa.ErrNotFound
}

func (s *Sessions) byID(ctx context.Context, id fa.ID) (*fa.Session, error) {
	found, err := s.Store.Sessions(ctx, fa.SessionMatch{ID: id})
	if err == nil && len(found) == 0 {
		err = fa.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// Refresh is Use for a session that gets somebody a token, instead of the
// original one.
func (s *Sessions) Refresh(ctx context.Context, p *Presented, address, token, original string) error {
	along, err := s.Witness.TokenRefreshed(ctx, TokenRefreshed{
		User: &p.User.User, ApplicationID: p.Session.ApplicationID, Token: token, Original: original,
	})
	if err != nil {
		return err
	}
	return s.use(along, p, address, along != ctx)
}

// Use notes that a session was used, moves its end if it slides, and gives it
// another value if that is good for one use. fa.ErrNotFound means that somebody
// else was faster.
func (s *Sessions) Use(ctx context.Context, p *Presented, address string) error {
	return s.use(ctx, p, address, false)
}

// use writes every use down that somebody is told of.
func (s *Sessions) use(ctx context.Context, p *Presented, address string, told bool) error {
	config, now := p.config(), s.Now().UnixMilli()
	rotates := p.Application != nil && config.RefreshTokenUsagePolicy == fa.RefreshTokenOneTimeUse && !p.late
	slides := p.Application == nil || config.RefreshTokenExpirationPolicy != fa.RefreshTokenFixed
	if !rotates && !told && now-p.Session.MetaData.Device.LastAccessedInstant < p.precision() {
		return nil
	}
	value := p.Value
	err := s.Store.UseSession(ctx, p.Session.Hash, func(session *fa.Session) (next []byte, err error) {
		session.MetaData.Device.LastAccessedInstant = now
		session.MetaData.Device.LastAccessedAddress = address
		if slides {
			session.StartInstant = now
		}
		if rotates {
			value = NewCode()
			session.Hash, next = hashToken(value), sealed(p.Value, value)
		}
		p.Session = session
		return next, nil
	})
	if errors.Is(err, fa.ErrNotFound) && rotates { // somebody was faster, which may be forgiven
		again, err := s.Find(ctx, p.Value, p.Session.ApplicationID)
		if err != nil {
			return err
		}
		*p = *again
		return nil
	}
	if err != nil {
		return err
	}
	p.Value = value
	return nil
}

// precision is how exact the instant of the last use has to be, in milliseconds:
// not every use is worth writing.
func (p *Presented) precision() int64 {
	return min(time.Minute.Milliseconds(), (p.expires()-p.Session.StartInstant)/100)
}

func (p *Presented) config() *fa.JWTConfiguration {
	return Grant{Tenant: p.Tenant, Application: p.Application}.Configuration()
}

// Grant is what the session entitles its user to.
func (p *Presented) Grant() Grant {
	g := Grant{
		Tenant: p.Tenant, Application: p.Application, User: &p.User.User, AuthenticationType: byRefreshToken, SessionID: p.Session.ID,
		AuthTime: time.Unix(p.Session.AuthTime, 0),
	}
	g.Registration, _ = p.User.Registration(p.Session.ApplicationID)
	return g
}

// expires is when the session ends unless it is used before, in milliseconds.
func (p *Presented) expires() int64 { return expires(p.Tenant, p.Application, p.Session) }

func expires(t *fa.Tenant, a *fa.Application, s *fa.Session) int64 {
	if s.ApplicationID == "" {
		return s.StartInstant + int64(t.HTTPSessionMaxInactiveInterval)*1000
	}
	config := Grant{Tenant: t, Application: a}.Configuration()
	end := s.StartInstant + int64(config.RefreshTokenTimeToLiveInMinutes)*60_000
	if config.RefreshTokenExpirationPolicy == fa.RefreshTokenSlidingWindowWithMaximum {
		end = min(end, s.InsertInstant+int64(config.RefreshTokenSlidingWindow.MaximumTimeToLiveInMinutes)*60_000)
	}
	return end
}

// Expires is when the session ends unless it is used before.
func (p *Presented) Expires() time.Time { return time.UnixMilli(p.expires()) }
