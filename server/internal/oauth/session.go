package oauth

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// fieldRemember is "Keep me signed in": with it, and not without, a session of
// single sign-on begins.
const fieldRemember = "rememberDevice"

// remembered is the wish to stay signed in as a hidden field of later steps.
func (a *authorizeRequest) remembered() []Field {
	if a == nil || !a.remember {
		return nil
	}
	return []Field{{fieldRemember, "true"}}
}

// ssoCookie is the name of the cookie with a tenant's session. Over HTTPS no
// other host of the domain can set it.
func ssoCookie(r *http.Request, tenant fa.ID) string {
	name := "fusionauth.sso." + string(tenant)
	if isSecure(r) {
		return "__Host-" + name
	}
	return name
}

func isSecure(r *http.Request) bool { return strings.HasPrefix(baseURL(r), "https:") }

// SignedIn is whose browser it is, or fa.ErrNotFound.
func (s *Server) SignedIn(r *http.Request, tenant fa.ID) (*identity.Presented, error) {
	c, err := r.Cookie(ssoCookie(r, tenant))
	if err != nil || c.Value == "" {
		return nil, fa.ErrNotFound
	}
	p, err := s.Sessions.Find(r.Context(), c.Value, "")
	_, prevented := errors.AsType[*identity.Prevented](err)
	switch {
	case prevented, errors.Is(err, identity.ErrLocked), errors.Is(err, identity.ErrExpired):
		return nil, fa.ErrNotFound
	case err != nil:
		return nil, err
	case p.Application != nil || p.Tenant.ID != tenant:
		return nil, fa.ErrNotFound
	}
	return p, nil
}

// signInAgain signs somebody in who is signed in already, or returns fa.ErrNotFound
// for everybody who has to be asked: also those who signed in longer ago than the
// application accepts, and whoever connects a device, lest a link does it.
//
// Source: https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest
func (s *Server) signInAgain(r *http.Request, a *authorizeRequest, hint string) (*identity.Outcome, error) {
	p, err := s.SignedIn(r, a.tenant.ID)
	if err != nil {
		return nil, err
	}
	a.remember = true // whoever has to log in again stays signed in
	age := s.Now().Unix() - p.Session.AuthTime
	switch {
	case a.prompted("login"), a.userCode != "", a.maxAge >= 0 && age > int64(a.maxAge), a.maxAge == 0:
		return nil, fa.ErrNotFound
	case hint != "" && !s.hints(r.Context(), hint, p.User.ID):
		return nil, fa.ErrNotFound
	}
	if err := s.Sessions.Use(r.Context(), p, peer(r)); err != nil {
		return nil, err
	}
	a.session, a.resumed = p.Session, true
	return s.SignIn.Continue(r.Context(), p, attempt(r, a))
}

// hints tells whether an ID token, which may have expired, is about a user.
func (s *Server) hints(ctx context.Context, token string, user fa.ID) bool {
	c, err := s.Tokens.ReadExpired(ctx, token)
	return err == nil && c.Subject == user
}

// renew ends the session that the browser brings and begins another, if the user
// wants to stay signed in: whoever knew the old one does not know the new one,
// and whoever signs in is not somebody else any more.
func (s *Server) renew(w http.ResponseWriter, r *http.Request, a *authorizeRequest, out *identity.Outcome) error {
	name := ssoCookie(r, a.tenant.ID)
	if c, err := r.Cookie(name); err == nil && c.Value != "" {
		if _, err := s.Sessions.EndByValue(r.Context(), c.Value); err != nil && !errors.Is(err, fa.ErrNotFound) {
			return err
		}
		forget(w, r, name)
	}
	if !a.remember {
		return nil
	}
	device := a.device
	device.LastAccessedAddress = peer(r)
	value, session, err := s.Sessions.StartSSO(r.Context(), identity.Grant{
		Tenant: a.tenant, User: out.User, AuthenticationType: out.AuthenticationType,
	}, device, out.Factor)
	if err != nil {
		return err
	}
	a.session = session
	keepCookie(w, r, name, value, a.tenant.HTTPSessionMaxInactiveInterval)
	return nil
}

// prolong lets the browser keep the cookie for as long as the session.
func prolong(w http.ResponseWriter, r *http.Request, tenant *fa.Tenant) {
	if c, err := r.Cookie(ssoCookie(r, tenant.ID)); err == nil {
		keepCookie(w, r, c.Name, c.Value, tenant.HTTPSessionMaxInactiveInterval)
	}
}

func keepCookie(w http.ResponseWriter, r *http.Request, name, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: isSecure(r),
	})
}

func forget(w http.ResponseWriter, r *http.Request, name string) { keepCookie(w, r, name, "", -1) }

// authTime is when the user has signed in.
func (s *Server) authTime(a *authorizeRequest) time.Time {
	if a.resumed {
		return time.Unix(a.session.AuthTime, 0)
	}
	return s.Now()
}
