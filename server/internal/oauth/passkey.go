package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// Passkeys is signing in with a passkey.
type Passkeys interface {
	FindUser(ctx context.Context, tenant fa.ID, loginID string) (*fa.Account, error)
	StartLogin(ctx context.Context, ask identity.AskPasskey) (json.RawMessage, error)
	SignIn(ctx context.Context, a identity.PasskeyAttempt) (*identity.FactorOutcome, error)
	CanReauthenticate(ctx context.Context, user *fa.Account, a *fa.Application, host string) (bool, error)
}

// PasskeyPage is where somebody logs in with a passkey.
type PasskeyPage struct {
	Frame
	LoginID string
	Again   bool   // somebody who is known shows who it is
	Options string // for the browser; empty: say who it is first
	Problem string
}

func passkeysFor(a *authorizeRequest) bool {
	config := a.tenant.WebAuthnConfiguration
	return config.Enabled && config.BootstrapWorkflow.Enabled && a.application.WebAuthnConfiguration.Allows(fa.WorkflowBootstrap)
}

// known is who has a session of single sign-on, and a passkey with which to show
// that it is still the same person, where the application asks anew; else
// fa.ErrNotFound.
func (s *Server) known(r *http.Request, a *authorizeRequest) (*fa.Account, error) {
	if config := a.tenant.WebAuthnConfiguration; !config.Enabled || !config.ReauthenticationWorkflow.Enabled {
		return nil, fa.ErrNotFound
	}
	p, err := s.SignedIn(r, a.tenant.ID)
	if err != nil {
		return nil, err
	}
	can, err := s.Passkeys.CanReauthenticate(r.Context(), p.User, a.application, hostOf(r))
	if err == nil && !can {
		err = fa.ErrNotFound
	}
	return p.User, err
}

// reauthenticate serves GET /oauth2/webauthn-reauth: the browser asks for a
// passkey of the user whose session it has.
func (s *Server) reauthenticate(w http.ResponseWriter, r *http.Request) error {
	a, err := s.authorizeRequest(r.Context(), r.URL.Query())
	if err != nil {
		return err
	}
	user, err := s.known(r, a)
	if errors.Is(err, fa.ErrNotFound) {
		return s.refuseWith(w, r, a, "", "[NoPasskey]")
	}
	if err != nil {
		return err
	}
	a.remember = true // whoever has to log in again stays signed in
	options, err := s.Passkeys.StartLogin(r.Context(), identity.AskPasskey{
		User: user, Application: a.application, Workflow: fa.WorkflowReauthentication, Host: hostOf(r),
	})
	if err != nil {
		return err
	}
	s.Pages.Passkey(w, r, http.StatusOK, PasskeyPage{Frame: a.frame(), Again: true, Options: string(options)})
	return nil
}

// reauthenticated serves its form.
func (s *Server) reauthenticated(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	a, err := s.authorizeRequest(r.Context(), values)
	if err != nil {
		return err
	}
	return s.takePasskey(w, r, a, values.Get("webAuthnRequest"), true)
}

// showPasskey serves GET /oauth2/webauthn.
func (s *Server) showPasskey(w http.ResponseWriter, r *http.Request) error {
	a, err := s.authorizeRequest(r.Context(), r.URL.Query())
	if err != nil {
		return err
	}
	if !passkeysFor(a) {
		return s.refuseWith(w, r, a, "", "[WebAuthnDisabled]")
	}
	s.Pages.Passkey(w, r, http.StatusOK, PasskeyPage{Frame: a.frame(), LoginID: r.URL.Query().Get("login_hint")})
	return nil
}

// passkey serves its form: who somebody is, or what the authenticator says.
func (s *Server) passkey(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	a, err := s.authorizeRequest(r.Context(), values)
	if err != nil {
		return err
	}
	answer := values.Get("webAuthnRequest")
	switch {
	case !passkeysFor(a):
		return s.refuseWith(w, r, a, "", "[WebAuthnDisabled]")
	case answer != "":
		return s.takePasskey(w, r, a, answer, false)
	}
	return s.askPasskey(w, r, a, values.Get("loginId"))
}

// askPasskey has the browser ask for a passkey of somebody. Who is not there and
// who has none look the same.
func (s *Server) askPasskey(w http.ResponseWriter, r *http.Request, a *authorizeRequest, loginID string) error {
	page := PasskeyPage{Frame: a.frame(), LoginID: loginID}
	if loginID == "" {
		page.Problem = "[blank]loginId"
		s.Pages.Passkey(w, r, http.StatusBadRequest, page)
		return nil
	}
	user, err := s.Passkeys.FindUser(r.Context(), a.tenant.ID, loginID)
	var options json.RawMessage
	if err == nil {
		options, err = s.Passkeys.StartLogin(r.Context(), identity.AskPasskey{
			User: user, Application: a.application, Workflow: fa.WorkflowBootstrap, Host: hostOf(r),
		})
	}
	if errors.Is(err, fa.ErrNotFound) {
		page.Problem = "[NoPasskey]"
		s.Pages.Passkey(w, r, http.StatusUnauthorized, page)
		return nil
	}
	if err != nil {
		return err
	}
	page.Options = string(options)
	s.Pages.Passkey(w, r, http.StatusOK, page)
	return nil
}

func (s *Server) takePasskey(w http.ResponseWriter, r *http.Request, a *authorizeRequest, answer string, again bool) error {
	at := identity.PasskeyAttempt{
		Origin: baseURL(r), Application: a.application, TwoFactorTrustID: trustOf(r), Address: peer(r), EventInfo: eventOf(r),
	}
	err := json.Unmarshal([]byte(answer), &at.Answer)
	var out *identity.FactorOutcome
	if err == nil {
		out, err = s.Passkeys.SignIn(r.Context(), at)
	} else {
		err = identity.ErrCredentials // no browser sends that
	}
	if errors.Is(err, identity.ErrCredentials) || errors.Is(err, fa.ErrNotFound) {
		s.Pages.Passkey(w, r, http.StatusUnauthorized, PasskeyPage{Frame: a.frame(), Again: again, Problem: "[InvalidPasskey]"})
		return nil
	}
	if err != nil {
		return s.refuse(w, r, a, "", err)
	}
	return s.proceed(w, r, a, out.Outcome, out.LoginID)
}

// hostOf is the one by which the server was reached, without the port.
func hostOf(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		return host
	}
	return r.Host
}
