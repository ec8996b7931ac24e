package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// fieldContext is the id of a sign-in that a page has interrupted.
const fieldContext = "oauth_context"

// Interrupted are sign-ins that wait for something that people do on a page.
type Interrupted interface {
	Hold(ctx context.Context, tenant *fa.Tenant, application *fa.Application, out *identity.Outcome) (id string, err error)
	Held(ctx context.Context, id string, application *fa.Application) (*fa.Account, error)
	Resume(ctx context.Context, id string, a identity.Attempt) (*identity.Outcome, error)
}

func (s *Server) mountSteps(mux *http.ServeMux, protection *http.CrossOriginProtection) {
	post := func(pattern string, h func(w http.ResponseWriter, r *http.Request) error) {
		mux.Handle("POST "+pattern, protection.Handler(s.page(h)))
	}
	mux.HandleFunc("GET /oauth2/register", s.page(s.showRegister))
	post("/oauth2/register", s.register)
	post("/oauth2/complete-registration", s.completeRegistration)
	post("/oauth2/two-factor-methods", s.factor)
	post("/oauth2/two-factor-enable", s.setUp)
	post("/oauth2/two-factor-enable-complete", s.setUpComplete)
	mux.HandleFunc("GET /oauth2/passwordless", s.page(s.showPasswordless))
	post("/oauth2/passwordless", s.passwordless)
	mux.HandleFunc("GET /oauth2/passwordless/{code}", s.page(s.openPasswordless))
	post("/oauth2/passwordless/{code}", s.followPasswordless)
	mux.HandleFunc("GET /oauth2/webauthn", s.page(s.showPasskey))
	post("/oauth2/webauthn", s.passkey)
	mux.HandleFunc("GET /oauth2/callback", s.page(s.callback))
	mux.HandleFunc("POST /oauth2/callback", s.page(s.postedCallback))
	mux.HandleFunc("GET /oauth2/webauthn-reauth", s.page(s.reauthenticate))
	post("/oauth2/webauthn-reauth", s.reauthenticated)
	post("/email/verification-required", s.emailGate)
	post("/registration/verification-required", s.registrationGate)
}

// proceed goes to the step that a sign-in waits for, or back to the
// application.
func (s *Server) proceed(w http.ResponseWriter, r *http.Request, a *authorizeRequest, out *identity.Outcome, loginID string) error {
	return s.advance(w, r, a, out, loginID, identity.VerificationIDs{})
}

// advance is proceed for somebody to whom verification ids have just been sent.
func (s *Server) advance(w http.ResponseWriter, r *http.Request, a *authorizeRequest, out *identity.Outcome, loginID string, sent identity.VerificationIDs) (err error) {
	if a.prompted("none") { // nobody may be asked anything
		if problem := silently(a, out); problem != nil {
			return a.refused(problem)
		}
	}
	switch {
	case out.PasswordChangeReason != "":
		return s.toChange(w, r, a, out)
	case out.TwoFactor != nil && len(out.TwoFactor.Methods) > 0:
		return s.askFactor(w, r, a, out.TwoFactor)
	case out.TwoFactor != nil && len(out.TwoFactor.Configurable) > 0:
		return s.askSetUp(w, r, a, out)
	case out.TwoFactor != nil:
		return s.refuseWith(w, r, a, loginID, "[TwoFactorRequired]")
	}
	if err := s.completeLink(r, a, out); err != nil {
		return s.refuse(w, r, a, loginID, err)
	}
	if out.Unverified == identity.UnverifiedIdentity {
		return s.askEmailVerification(w, r, a, out, sent)
	}
	joins := a.application.RegistrationConfiguration
	if out.Registration == nil && joins.Enabled {
		if out, err = s.SelfService.Join(r.Context(), a.tenant, a.application, out); err != nil {
			return s.refuse(w, r, a, loginID, err)
		}
	}
	if out.Registration == nil && a.application.OAuthConfiguration.RequireRegistration {
		return s.refuseWith(w, r, a, loginID, "[UserAuthorizedNotRegisteredException]")
	}
	if joins.Enabled && joins.CompleteRegistration {
		if asked, err := s.askMissing(w, r, a, out); asked || err != nil {
			return err
		}
	}
	if out.Unverified == identity.UnverifiedRegistration {
		return s.askRegistrationVerification(w, r, a, out, sent)
	}
	return s.sendBack(w, r, a, out)
}

// refuseWith shows the login page to somebody who has given everything that was
// asked for, and cannot come in all the same.
func (s *Server) refuseWith(w http.ResponseWriter, r *http.Request, a *authorizeRequest, loginID, problem string) error {
	s.showLoginPage(w, r, http.StatusForbidden, a, loginID, problem)
	return nil
}

// hold keeps a sign-in for a page, and returns the field with which its form
// goes on.
func (s *Server) hold(ctx context.Context, a *authorizeRequest, out *identity.Outcome) (Field, error) {
	id, err := s.Interrupted.Hold(ctx, a.tenant, a.application, out)
	return Field{fieldContext, id}, err
}

// interrupted reads a form of a page that has interrupted a sign-in, and whose
// it is; the user is nil when the sign-in waits no more, and the answer is
// given.
func (s *Server) interrupted(w http.ResponseWriter, r *http.Request) (a *authorizeRequest, values url.Values, user *fa.Account, err error) {
	if values, err = form(r); err != nil {
		return nil, nil, nil, err
	}
	if a, err = s.authorizeRequest(r.Context(), values); err != nil {
		return nil, nil, nil, err
	}
	user, err = s.Interrupted.Held(r.Context(), values.Get(fieldContext), a.application)
	if errors.Is(err, fa.ErrNotFound) {
		return a, values, nil, s.startOver(w, r, a, "[SSOSessionDeletedOrExpired]")
	}
	return a, values, user, err
}

// resume goes on with a sign-in that a page has interrupted.
func (s *Server) resume(w http.ResponseWriter, r *http.Request, a *authorizeRequest, values url.Values) error {
	out, err := s.Interrupted.Resume(r.Context(), values.Get(fieldContext), attempt(r, a))
	if errors.Is(err, fa.ErrNotFound) {
		return s.startOver(w, r, a, "[SSOSessionDeletedOrExpired]")
	}
	if err != nil {
		return s.refuse(w, r, a, "", err)
	}
	return s.proceed(w, r, a, out, out.LoginID)
}

// within is the context of what goes on with an authorization request, or, where
// that is nil, of what belongs to none.
func within(r *http.Request, a *authorizeRequest) context.Context {
	if a == nil {
		return r.Context()
	}
	return identity.Within(r.Context(), a.application)
}

// attempt is a sign-in to the application of a request from where it came.
func attempt(r *http.Request, a *authorizeRequest) identity.Attempt {
	return identity.Attempt{
		TenantID: a.tenant.ID, Application: a.application, TwoFactorTrustID: trustOf(r), Address: peer(r), EventInfo: eventOf(r),
	}
}
