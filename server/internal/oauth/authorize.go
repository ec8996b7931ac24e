package oauth

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// authorization is what an authorization code stands for.
type authorization struct {
	ApplicationID      fa.ID    `json:"applicationId"`
	AuthenticationType string   `json:"authenticationType"`
	AuthTime           int64    `json:"authTime"` // seconds
	CodeChallenge      string   `json:"codeChallenge,omitzero"`
	Nonce              string   `json:"nonce,omitzero"`
	RedirectURI        string   `json:"redirectUri"`
	Scopes             []string `json:"scopes"`
	UserID             fa.ID    `json:"userId"`
}

const codeKind = "authorizationGrantId"

// showLogin serves GET /oauth2/authorize.
func (s *Server) showLogin(w http.ResponseWriter, r *http.Request) error {
	a, err := s.authorizeRequest(r.Context(), r.URL.Query())
	if err != nil {
		return err
	}
	s.showLoginPage(w, r, http.StatusOK, a, r.URL.Query().Get("login_hint"), "")
	return nil
}

func (s *Server) showLoginPage(w http.ResponseWriter, r *http.Request, status int, a *authorizeRequest, loginID, problem string) {
	s.Pages.Login(w, r, status, LoginPage{
		Tenant: a.tenant.Name, Application: a.application.Name,
		Hidden: a.hidden, LoginID: loginID, Problem: problem, RedirectURI: a.redirectURI,
	})
}

// signIn serves the login form.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	a, err := s.authorizeRequest(r.Context(), values)
	if err != nil {
		return err
	}
	loginID := values.Get("loginId")
	out, err := s.SignIn.SignIn(r.Context(), identity.Attempt{
		TenantID: a.tenant.ID, Application: a.application, LoginID: loginID, Password: values.Get("password"),
		EventInfo: identity.EventInfo{IPAddress: peer(r), UserAgent: r.UserAgent(), DeviceType: "BROWSER"},
	})
	status, problem := problemOf(out, err)
	if problem == "" && err == nil && out.Registration == nil && a.application.OAuthConfiguration.RequireRegistration {
		status, problem = http.StatusForbidden, "[UserAuthorizedNotRegisteredException]"
	}
	if problem != "" {
		s.showLoginPage(w, r, status, a, loginID, problem)
		return nil
	}
	if err != nil {
		return err
	}
	return s.sendBack(w, r, a, out)
}

// problemOf says what the page tells somebody who could not be signed in.
// An unknown user and a wrong password look the same.
func problemOf(out *identity.Outcome, err error) (status int, problem string) {
	switch {
	case errors.Is(err, identity.ErrCredentials):
		return http.StatusUnauthorized, "[InvalidLogin]"
	case errors.Is(err, identity.ErrLocked):
		return http.StatusLocked, "[UserLockedException]"
	case errors.Is(err, identity.ErrExpired):
		return http.StatusGone, "[UserExpiredException]"
	case errors.Is(err, identity.ErrBusy):
		return http.StatusServiceUnavailable, "[Busy]"
	case err == nil && out.PasswordChangeReason != "":
		return http.StatusForbidden, "[PasswordChangeRequired]"
	}
	return http.StatusOK, ""
}

// sendBack sends the browser to the application with a code.
func (s *Server) sendBack(w http.ResponseWriter, r *http.Request, a *authorizeRequest, out *identity.Outcome) error {
	code := identity.NewCode()
	ttl := time.Duration(a.tenant.ExternalIdentifierConfiguration.AuthorizationGrantIDTTL) * time.Second
	err := s.Identifiers.KeepIdentifier(r.Context(), codeKind, code, ttl, authorization{
		ApplicationID: a.application.ID, AuthenticationType: out.AuthenticationType, AuthTime: s.Now().Unix(),
		CodeChallenge: a.codeChallenge, Nonce: a.nonce, RedirectURI: a.redirectURI, Scopes: a.scopes, UserID: out.User.ID,
	})
	if err != nil {
		return err
	}
	userState := "Authenticated"
	if out.Registration == nil {
		userState = "AuthenticatedNotRegistered"
	}
	http.Redirect(w, r, a.redirectWith(url.Values{
		"code": {code}, "locale": {s.Pages.Locale(r)}, "userState": {userState},
	}), http.StatusFound)
	return nil
}

// peer is the address that the request came from.
func peer(r *http.Request) string {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	return host
}
