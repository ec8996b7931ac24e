package oauth

import (
	"context"
	"errors"
	"net/http"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// ByMessage is signing in with what is sent to people.
type ByMessage interface {
	StartPasswordless(ctx context.Context, p identity.Passwordless) (code, oneTimeCode string, err error)
	SendPasswordless(ctx context.Context, code string) error
	SendPasswordlessTo(ctx context.Context, p identity.Passwordless) error
	PasswordlessSignIn(ctx context.Context, a *identity.Attempt, code, oneTimeCode string) (*identity.PasswordlessOutcome, error)
}

// PasswordlessPage is where somebody logs in by a message.
type PasswordlessPage struct {
	Frame
	LoginID string
	AskCode bool   // a code has to be typed
	Code    string // of the link that was followed; empty: none was
	Problem string
}

const fieldCode = "code"

// showPasswordless serves GET /oauth2/passwordless.
func (s *Server) showPasswordless(w http.ResponseWriter, r *http.Request) error {
	a, err := s.authorizeRequest(r.Context(), r.URL.Query())
	if err != nil {
		return err
	}
	if !a.application.PasswordlessConfiguration.Enabled {
		return s.refuseWith(w, r, a, "", "[PasswordlessDisabled]")
	}
	s.Pages.Passwordless(w, r, http.StatusOK, PasswordlessPage{Frame: a.frame(), LoginID: r.URL.Query().Get("login_hint")})
	return nil
}

// passwordless serves its form: it sends the message, or takes the code.
func (s *Server) passwordless(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	a, err := s.authorizeRequest(r.Context(), values)
	if err != nil {
		return err
	}
	loginID := values.Get("loginId")
	switch {
	case !a.application.PasswordlessConfiguration.Enabled:
		return s.refuseWith(w, r, a, "", "[PasswordlessDisabled]")
	case values.Get(fieldCode) != "":
		return s.takePasswordless(w, r, a, values.Get(fieldCode), values.Get(fieldOneTimeCode))
	case loginID == "":
		s.Pages.Passwordless(w, r, http.StatusBadRequest, PasswordlessPage{Frame: a.frame(), Problem: "[blank]loginId"})
		return nil
	}
	p := identity.Passwordless{Tenant: a.tenant, Application: a.application, LoginID: loginID}
	if p.State, err = fa.Encode(a.linkState()); err != nil {
		return err
	}
	if a.application.PasswordlessConfiguration.EmailLoginStrategy == fa.VerifyByForm {
		return s.askPasswordless(w, r, a, p)
	}
	err = s.ByMessage.SendPasswordlessTo(r.Context(), p)
	if errors.Is(err, identity.ErrNoTemplate) {
		return s.refuseWith(w, r, a, loginID, "[PasswordlessDisabled]")
	}
	if err != nil {
		return err
	}
	s.Pages.PasswordlessSent(w, r, a.frame())
	return nil
}

// linkState are the parameters of the request, for the link of the message.
func (a *authorizeRequest) linkState() map[string]string {
	state := map[string]string{}
	for _, field := range a.hidden {
		if field.Name != "tenantId" { // templates name it themselves
			state[field.Name] = field.Value
		}
	}
	return state
}

// askPasswordless sends a code and asks for it. Whoever is not there has an id
// with which no code goes.
func (s *Server) askPasswordless(w http.ResponseWriter, r *http.Request, a *authorizeRequest, p identity.Passwordless) error {
	code, _, err := s.ByMessage.StartPasswordless(r.Context(), p)
	if err == nil {
		err = s.ByMessage.SendPasswordless(r.Context(), code)
	}
	switch {
	case errors.Is(err, fa.ErrNotFound), errors.Is(err, identity.ErrNoAddress):
		code = identity.NewCode()
	case errors.Is(err, identity.ErrNoTemplate):
		return s.refuseWith(w, r, a, p.LoginID, "[PasswordlessDisabled]")
	case err != nil:
		return err
	}
	s.Pages.Passwordless(w, r, http.StatusOK, PasswordlessPage{Frame: a.frame(Field{fieldCode, code}), AskCode: true})
	return nil
}

// openPasswordless shows the page that the link of a message leads to. Programs
// that look at mails follow links, so only the button signs in.
func (s *Server) openPasswordless(w http.ResponseWriter, r *http.Request) error {
	a, err := s.authorizeRequest(r.Context(), r.URL.Query())
	if err != nil {
		return err
	}
	s.Pages.Passwordless(w, r, http.StatusOK, PasswordlessPage{Frame: a.frame(), Code: r.PathValue("code")})
	return nil
}

// followPasswordless serves the button of that page.
func (s *Server) followPasswordless(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	a, err := s.authorizeRequest(r.Context(), values)
	if err != nil {
		return err
	}
	return s.takePasswordless(w, r, a, r.PathValue("code"), "")
}

func (s *Server) takePasswordless(w http.ResponseWriter, r *http.Request, a *authorizeRequest, code, oneTimeCode string) error {
	at := attempt(r, a)
	out, err := s.ByMessage.PasswordlessSignIn(r.Context(), &at, code, oneTimeCode)
	if errors.Is(err, fa.ErrNotFound) && oneTimeCode != "" { // there are a few tries
		s.Pages.Passwordless(w, r, http.StatusUnauthorized, PasswordlessPage{
			Frame: a.frame(Field{fieldCode, code}), AskCode: true, Problem: "[InvalidPasswordlessLoginId]",
		})
		return nil
	}
	if errors.Is(err, fa.ErrNotFound) {
		return s.startOver(w, r, a, "[InvalidPasswordlessLoginId]")
	}
	if err != nil {
		return s.refuse(w, r, a, "", err)
	}
	return s.proceed(w, r, a, out.Outcome, out.LoginID)
}
