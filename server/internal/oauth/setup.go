package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// SettingUp is how people who need a second factor get their first.
type SettingUp interface {
	Challenged(ctx context.Context, id string) (*fa.Account, error)
	ContinueSetUp(ctx context.Context, user *fa.Account, application *fa.Application, step identity.SetUp) (*identity.SettingUp, error)
	MeetChallenge(ctx context.Context, user *fa.Account, id string) (code string, err error)
}

// SetUpPage is where somebody sets up a second factor.
type SetUpPage struct {
	Frame
	*identity.SettingUp
}

// RecoveryCodesPage tells somebody the recovery codes.
type RecoveryCodesPage struct {
	Frame
	Codes []string
}

// askSetUp shows the page for a first second factor.
func (s *Server) askSetUp(w http.ResponseWriter, r *http.Request, a *authorizeRequest, out *identity.Outcome) error {
	return s.continueSetUp(w, r, a, &fa.Account{User: *out.User}, url.Values{fieldChallenge: {out.TwoFactor.ID}})
}

// setUp serves its form.
func (s *Server) setUp(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	a, err := s.authorizeRequest(r.Context(), values)
	if err != nil {
		return err
	}
	user, err := s.SettingUp.Challenged(r.Context(), values.Get(fieldChallenge))
	if errors.Is(err, fa.ErrNotFound) || err == nil && len(user.TwoFactor.Methods) > 0 { // who has one has to give it
		return s.startOver(w, r, a, "[TwoFactorTimeout]")
	}
	if err != nil {
		return err
	}
	return s.continueSetUp(w, r, a, user, values)
}

func (s *Server) continueSetUp(w http.ResponseWriter, r *http.Request, a *authorizeRequest, user *fa.Account, values url.Values) error {
	now, err := s.SettingUp.ContinueSetUp(r.Context(), user, a.application, identity.ReadSetUp(values.Get))
	if err != nil {
		return err
	}
	challenge := values.Get(fieldChallenge)
	if now.Enabled != nil {
		return s.enabled(w, r, a, user, challenge, now.Enabled)
	}
	status := http.StatusOK
	if now.Problem != "" {
		status = http.StatusBadRequest
	}
	s.Pages.SetUp(w, r, status, SetUpPage{Frame: a.frame(Field{fieldChallenge, challenge}), SettingUp: now})
	return nil
}

// enabled meets the challenge with the new factor, and shows the recovery codes
// before it goes on.
func (s *Server) enabled(w http.ResponseWriter, r *http.Request, a *authorizeRequest, user *fa.Account, challenge string, e *identity.Enabled) error {
	code, err := s.SettingUp.MeetChallenge(r.Context(), user, challenge)
	if err != nil {
		return s.startOver(w, r, a, "[TwoFactorTimeout]")
	}
	out, err := s.Steps.SignInWithFactor(r.Context(), identity.FactorAttempt{
		ID: challenge, Code: code, Application: a.application, Address: peer(r), EventInfo: eventOf(r),
	})
	if err != nil {
		return s.refuse(w, r, a, "", err)
	}
	if len(e.RecoveryCodes) == 0 {
		return s.proceed(w, r, a, out.Outcome, out.LoginID)
	}
	held, err := s.hold(r.Context(), a, out.Outcome)
	if err != nil {
		return err
	}
	s.Pages.RecoveryCodes(w, r, RecoveryCodesPage{Frame: a.frame(held), Codes: e.RecoveryCodes})
	return nil
}

// setUpComplete goes on after the recovery codes.
func (s *Server) setUpComplete(w http.ResponseWriter, r *http.Request) error {
	a, values, user, err := s.interrupted(w, r)
	if user == nil || err != nil {
		return err
	}
	return s.resume(w, r, a, values)
}
