package account

import (
	"cmp"
	"crypto/subtle"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

const (
	home          = "/account"
	kindSession   = "accountSession"
	sessionCookie = "wherry.account"
	stateCookie   = "wherry.account.state"
)

// session is what the cookie stands for.
type session struct {
	UserID        fa.ID `json:"userId"`
	ApplicationID fa.ID `json:"applicationId"`
	Since         int64 `json:"since"` // when the password was last changed
}

// visit is somebody who looks after the account.
type visit struct {
	session
	code        string // of the session
	user        *fa.Account
	tenant      *fa.Tenant
	application *fa.Application
}

// visit returns who has the session of the cookie, or fa.ErrNotFound. A session
// ends when the password is changed elsewhere, or the user may come in no more.
func (s *Server) visit(r *http.Request) (*visit, error) {
	v := &visit{code: cookieOf(r, sessionCookie)}
	err := s.Identifiers.Identifier(r.Context(), kindSession, v.code, &v.session)
	if err != nil {
		return nil, err
	}
	if v.user, err = s.Users.User(r.Context(), v.UserID); err != nil {
		return nil, err
	}
	if !v.user.Active || v.user.PasswordLastUpdateInstant != v.Since {
		return nil, fa.ErrNotFound
	}
	if v.application, err = s.Applications.Get(r.Context(), v.ApplicationID); err != nil {
		return nil, err
	}
	if v.tenant, err = s.Tenants.Get(r.Context(), v.user.TenantID); err != nil {
		return nil, err
	}
	return v, s.Access.AdmitTo(r.Context(), v.tenant, v.application)
}

// withVisit is for pages that only somebody who is signed in sees.
func (s *Server) withVisit(h handler) func(w http.ResponseWriter, r *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := s.visit(r)
		if errors.Is(err, fa.ErrNotFound) {
			return s.begin(w, r)
		}
		if err != nil {
			return err
		}
		return h(w, r.WithContext(identity.Within(r.Context(), v.application)), v)
	}
}

// arrive serves /account: the overview, or the end of a login.
func (s *Server) arrive(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if !q.Has("code") && !q.Has("error") {
		return s.withVisit(s.overview)(w, r)
	}
	state, sent := cookieOf(r, stateCookie), q.Get("state")
	if sent == "" || subtle.ConstantTimeCompare([]byte(state), []byte(sent)) != 1 || q.Get("code") == "" {
		return s.begin(w, r) // it is a login that somebody else began
	}
	user, application, err := s.SignedIn(r.Context(), q.Get("code"))
	if errors.Is(err, fa.ErrNotFound) {
		return s.begin(w, r)
	}
	if err != nil {
		return err
	}
	return s.open(w, r, user, application)
}

// open begins a session.
func (s *Server) open(w http.ResponseWriter, r *http.Request, id, application fa.ID) error {
	user, err := s.Users.User(r.Context(), id)
	if err != nil {
		return err
	}
	tenant, err := s.Tenants.Get(r.Context(), user.TenantID)
	if err != nil {
		return err
	}
	code, ttl := identity.NewCode(), time.Duration(tenant.HTTPSessionMaxInactiveInterval)*time.Second
	opened := session{UserID: user.ID, ApplicationID: application, Since: user.PasswordLastUpdateInstant}
	if err := s.Identifiers.KeepIdentifier(r.Context(), kindSession, code, ttl, opened); err != nil {
		return err
	}
	setCookie(w, r, sessionCookie, code, 0)
	setCookie(w, r, stateCookie, "", -1)
	return leave(w, r, home+localeOf(r))
}

// begin sends somebody to the login, by an application: the one that is named,
// or that was named the last time.
func (s *Server) begin(w http.ResponseWriter, r *http.Request) error {
	id, err := fa.ParseID(cmp.Or(r.URL.Query().Get("client_id"), applicationOf(cookieOf(r, stateCookie))))
	if err != nil {
		return fa.ErrNotFound
	}
	application, err := s.Applications.Get(r.Context(), id)
	if err != nil {
		return err
	}
	state := string(application.ID) + "." + identity.NewCode()
	setCookie(w, r, stateCookie, state, int((30 * time.Minute).Seconds()))
	q := url.Values{
		"client_id": {string(application.ID)}, "tenantId": {string(application.TenantID)}, "response_type": {"code"}, "redirect_uri": {home}, "state": {state},
	}
	if locale := r.URL.Query().Get("locale"); locale != "" {
		q.Set("locale", locale)
	}
	return leave(w, r, "/oauth2/authorize?"+q.Encode())
}

// applicationOf is the one that a state was made for.
func applicationOf(state string) string {
	id, _, _ := strings.Cut(state, ".")
	return id
}

// logout ends the session here; those of applications stay.
func (s *Server) logout(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := s.Identifiers.TakeIdentifier(r.Context(), kindSession, v.code, &session{}); err != nil && !errors.Is(err, fa.ErrNotFound) {
		return err
	}
	setCookie(w, r, sessionCookie, "", -1)
	s.Pages.LoggedOut(w, r, v.frame())
	return nil
}

func cookieOf(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

func setCookie(w http.ResponseWriter, r *http.Request, name, value string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: home, MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(originOf(r), "https:"),
	})
}

// leave sends the browser on.
func leave(w http.ResponseWriter, r *http.Request, to string) error {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// localeOf carries the language along.
func localeOf(r *http.Request) string {
	if locale := cmp.Or(r.PostForm.Get("locale"), r.URL.Query().Get("locale")); locale != "" {
		return "?" + url.Values{"locale": {locale}}.Encode()
	}
	return ""
}

// done goes to a page that says that something has been done.
func done(w http.ResponseWriter, r *http.Request, path, what string) error {
	q := url.Values{"done": {what}}
	if locale := cmp.Or(r.PostForm.Get("locale"), r.URL.Query().Get("locale")); locale != "" {
		q.Set("locale", locale)
	}
	return leave(w, r, path+"?"+q.Encode())
}

// originOf is the page's, as browsers say it.
func originOf(r *http.Request) string {
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// hostOf is the one by which the server was reached, without the port.
func hostOf(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		return host
	}
	return r.Host
}

func (v *visit) attempt(r *http.Request) identity.Attempt {
	address, _, _ := net.SplitHostPort(r.RemoteAddr)
	return identity.Attempt{
		TenantID: v.tenant.ID, Application: v.application, Address: address,
		EventInfo: identity.EventInfo{IPAddress: address, UserAgent: r.UserAgent(), DeviceType: "BROWSER"},
	}
}
