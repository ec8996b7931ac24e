package account

import (
	"errors"
	"net/http"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// hasFactors tells whether there is anything to do about second factors.
func (v *visit) hasFactors() bool {
	return len(v.user.TwoFactor.Methods) > 0 || len(v.tenant.MultiFactorConfiguration.Methods()) > 0
}

func (s *Server) factors(w http.ResponseWriter, r *http.Request, v *visit) error {
	s.Pages.Factors(w, r, Factors{
		Frame: v.framed(r), Methods: v.user.TwoFactor.Shown(), More: len(v.tenant.MultiFactorConfiguration.Methods()) > 0,
	})
	return nil
}

// enable sets up another second factor, step by step.
func (s *Server) enable(w http.ResponseWriter, r *http.Request, v *visit) error {
	now, err := s.Service.ContinueSetUp(r.Context(), v.user, v.application, identity.ReadSetUp(r.PostForm.Get))
	if err != nil {
		return err
	}
	switch {
	case now.Enabled != nil && len(now.Enabled.RecoveryCodes) > 0:
		s.Pages.RecoveryCodes(w, r, RecoveryCodes{Frame: v.frame(), Codes: now.Enabled.RecoveryCodes})
		return nil
	case now.Enabled != nil:
		return done(w, r, home+"/two-factor", "factor")
	}
	status := http.StatusOK
	if now.Problem != "" {
		status = http.StatusBadRequest
	}
	s.Pages.SetUp(w, r, status, SetUp{Frame: v.frame(), SettingUp: now})
	return nil
}

// disable asks for a code of the factor that is to be taken away.
func (s *Server) disable(w http.ResponseWriter, r *http.Request, v *visit) error {
	m, there := v.user.TwoFactor.Method(r.URL.Query().Get("methodId"))
	if !there {
		return fa.ErrNotFound
	}
	s.Pages.Disable(w, r, http.StatusOK, Disable{Frame: v.frame(), Method: *m})
	return nil
}

func (s *Server) postDisable(w http.ResponseWriter, r *http.Request, v *visit) error {
	m, there := v.user.TwoFactor.Method(r.PostForm.Get("methodId"))
	if !there {
		return fa.ErrNotFound
	}
	page, err := Disable{Frame: v.frame(), Method: *m}, error(nil)
	if r.PostForm.Get("action") == "send" {
		err = s.Service.SendToDisable(r.Context(), v.user, v.application, m.ID)
		page.Sent = err == nil
	} else if err = s.Service.DisableMethod(r.Context(), v.user, m.ID, r.PostForm.Get("code")); err == nil {
		return done(w, r, home+"/two-factor", "disabled")
	}
	switch {
	case errors.Is(err, identity.ErrCode):
		page.Problem = "[invalid]code"
	case errors.Is(err, identity.ErrRateLimited):
		page.Problem = "[RateLimitedException]"
	case fa.Refused(err):
		page.Problem = "[MessengerError]"
	case err != nil:
		return err
	}
	status := http.StatusOK
	if page.Problem != "" {
		status = http.StatusBadRequest
	}
	s.Pages.Disable(w, r, status, page)
	return nil
}
