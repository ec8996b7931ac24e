package oauth

import (
	"errors"
	"net"
	"net/http"
	"net/url"

	"wherry/internal/secret"
	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// showLogin serves GET /oauth2/authorize.
func (s *Server) showLogin(w http.ResponseWriter, r *http.Request) error {
	return s.open(w, r, r.URL.Query())
}

// open goes on with somebody who is signed in, and asks everybody else.
func (s *Server) open(w http.ResponseWriter, r *http.Request, q url.Values) error {
	a, err := s.authorizeRequest(r.Context(), q)
	if err != nil {
		return err
	}
	out, err := s.signInAgain(r, a, q.Get("id_token_hint"))
	switch {
	case err != nil && !errors.Is(err, fa.ErrNotFound):
		return s.refuse(w, r, a, "", err)
	case err == nil:
		return s.proceed(w, r, a, out, "")
	case a.prompted("none"):
		return a.refused(refuse("login_required", "authentication_required", "The user has to log in."))
	}
	p, problem, err := s.hinted(r.Context(), a, q)
	switch {
	case err != nil:
		return err
	case p != nil:
		return s.startProvider(w, r, a, p, q.Get("login_hint"))
	case problem != "":
		s.showLoginPage(w, r, http.StatusBadRequest, a, q.Get("login_hint"), problem)
		return nil
	}
	s.showLoginPage(w, r, http.StatusOK, a, q.Get("login_hint"), "")
	return nil
}

// postAuthorize serves POST /oauth2/authorize: the login form, which has to come
// from the login page, or a request as a form, which OpenID Connect Core 3.1.2.1
// lets applications send.
func (s *Server) postAuthorize(protection *http.CrossOriginProtection) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		values, err := form(r)
		if err != nil {
			return err
		}
		if !values.Has("loginId") && !values.Has("password") {
			return s.open(w, r, values)
		}
		if protection.Check(r) != nil {
			return errOrigin
		}
		return s.signIn(w, r, values)
	}
}

func (s *Server) showLoginPage(w http.ResponseWriter, r *http.Request, status int, a *authorizeRequest, loginID, problem string) {
	offered, err := s.offered(r.Context(), a)
	if err != nil && r.Context().Err() == nil { // who has a password can log in all the same
		s.Log.ErrorContext(r.Context(), "identity providers not read", "error", err)
	}
	buttons, first := buttonsOf(offered, a.application.ID)
	_, err = s.known(r, a)
	if err != nil && !errors.Is(err, fa.ErrNotFound) && r.Context().Err() == nil {
		s.Log.ErrorContext(r.Context(), "passkeys not read", "error", err)
	}
	s.Pages.Login(w, r, status, LoginPage{
		Providers: buttons, Linking: s.linking(r, a),
		Frame: a.loginFrame(), LoginID: loginID, RememberDevice: a.remember, Problem: problem,
		LoginIDFirst:   first && loginID == "",
		Passkey:        passkeysFor(a),
		PasskeyAgain:   err == nil,
		Passwordless:   a.application.PasswordlessConfiguration.Enabled,
		Register:       a.application.RegistrationConfiguration.Enabled,
		ForgotPassword: a.tenant.EmailTemplate(a.application, func(t fa.EmailTemplateIDs) fa.ID { return t.ForgotPasswordEmailTemplateID }) != "",
	})
}

// signIn serves the login form.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request, values url.Values) error {
	a, err := s.authorizeRequest(r.Context(), values)
	if err != nil {
		return err
	}
	if a.prompted("none") { // there was no page from which the form could come
		return a.refused(refuse("login_required", "authentication_required", "The user has to log in."))
	}
	if !values.Has("password") {
		return s.takeLoginID(w, r, a, values)
	}
	loginID, password := values.Get("loginId"), secret.String(values.Get("password"))
	if name := blank(values); name != "" {
		s.showLoginPage(w, r, http.StatusBadRequest, a, loginID, "[blank]"+name)
		return nil
	}
	out, err := s.SignIn.SignIn(r.Context(), identity.Attempt{
		TenantID: a.tenant.ID, Application: a.application, LoginID: loginID, Password: password,
		TwoFactorTrustID: trustOf(r), Address: peer(r), EventInfo: eventOf(r),
	})
	if err != nil {
		return s.refuse(w, r, a, loginID, err)
	}
	return s.proceed(w, r, a, out, loginID)
}

// refuse shows the login page to somebody who could not be signed in, if it is
// known why.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, a *authorizeRequest, loginID string, err error) error {
	refusal, known := refusalOf(err)
	if !known {
		return err
	}
	if a == nil {
		return s.startOver(w, r, nil, refusal.problem)
	}
	s.showLoginPage(w, r, refusal.status, a, loginID, refusal.problem)
	return nil
}

// blank is the field of the login form that was not filled in; no connector
// needs to hear of that.
func blank(values url.Values) string {
	for _, name := range []string{"loginId", "password"} {
		if values.Get(name) == "" {
			return name
		}
	}
	return ""
}

// refusal is what the page tells somebody who could not be signed in.
type refusal struct {
	status  int
	problem string // FusionAuth's code, for which the page has a sentence
}

// refusalOf tells whether it is known, and what it is. An unknown user and a
// wrong password look the same.
func refusalOf(err error) (refusal, bool) {
	if _, prevented := errors.AsType[*identity.Prevented](err); prevented {
		return refusal{http.StatusConflict, "[LoginPreventedException]"}, true
	}
	if link, ok := errors.AsType[*refusedLink](err); ok {
		return refusal{http.StatusForbidden, link.problem}, true
	}
	if external, ok := errors.AsType[*identity.ExternalError](err); ok {
		return refusal{http.StatusForbidden, "[ExternalAuthenticationException]" + external.Cause}, true
	}
	switch {
	case errors.Is(err, identity.ErrCredentials):
		return refusal{http.StatusUnauthorized, "[InvalidLogin]"}, true
	case errors.Is(err, identity.ErrLocked):
		return refusal{http.StatusLocked, "[UserLockedException]"}, true
	case errors.Is(err, identity.ErrExpired):
		return refusal{http.StatusGone, "[UserExpiredException]"}, true
	case errors.Is(err, identity.ErrRateLimited):
		return refusal{http.StatusTooManyRequests, "[RateLimitedException]"}, true
	case errors.Is(err, identity.ErrBusy):
		return refusal{http.StatusServiceUnavailable, "[RateLimitedException]"}, true
	case errors.Is(err, fa.ErrTransaction):
		return refusal{http.StatusGatewayTimeout, "[WebhookTransactionException]"}, true
	case fa.Refused(err): // by a lambda, whose reasons are for programs
		return refusal{http.StatusForbidden, "[LoginPreventedException]"}, true
	}
	return refusal{}, false
}

// leave sends the browser to the application. RFC 9700 section 4.12 forbids 307
// after a form with a password; 302 is FusionAuth's, and browsers forget the
// form at it as they do at 303. Nobody keeps the code or tells it further.
func leave(w http.ResponseWriter, r *http.Request, to string) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(w, r, to, http.StatusFound)
}

// peer is the address that the request came from.
func peer(r *http.Request) string {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	return host
}
