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

// askCode asks for a code of a second factor: of the one that is to be taken
// away, or, for new recovery codes, of any, the first unless another one is
// named.
func (s *Server) askCode(renew bool) handler {
	return func(w http.ResponseWriter, r *http.Request, v *visit) error {
		id := r.URL.Query().Get("methodId")
		if renew && id == "" && len(v.user.TwoFactor.Methods) > 0 {
			id = v.user.TwoFactor.Methods[0].ID
		}
		m, there := v.user.TwoFactor.Method(id)
		if !there {
			return fa.ErrNotFound
		}
		s.Pages.FactorCode(w, r, http.StatusOK, FactorCode{Frame: v.frame(), Method: *m, Renew: renew})
		return nil
	}
}

func (s *Server) postDisable(w http.ResponseWriter, r *http.Request, v *visit) error {
	return s.withCode(w, r, v, false, func(methodID, code string) error {
		if err := s.Service.DisableMethod(r.Context(), v.user, methodID, code); err != nil {
			return err
		}
		return done(w, r, home+"/two-factor", "disabled")
	})
}

func (s *Server) postRenew(w http.ResponseWriter, r *http.Request, v *visit) error {
	return s.withCode(w, r, v, true, func(methodID, code string) error {
		codes, err := s.Service.RenewOwnRecoveryCodes(r.Context(), v.user, methodID, code)
		if err != nil {
			return err
		}
		s.Pages.RecoveryCodes(w, r, RecoveryCodes{Frame: v.frame(), Codes: codes, Renewed: true})
		return nil
	})
}

// withCode sends a code, or does what it is needed for.
func (s *Server) withCode(w http.ResponseWriter, r *http.Request, v *visit, renew bool, do func(methodID, code string) error) error {
	m, there := v.user.TwoFactor.Method(r.PostForm.Get("methodId"))
	if !there {
		return fa.ErrNotFound
	}
	page, err := FactorCode{Frame: v.frame(), Method: *m, Renew: renew}, error(nil)
	if r.PostForm.Get("action") == "send" {
		err = s.Service.SendToDisable(r.Context(), v.user, v.application, m.ID)
		page.Sent = err == nil
	} else if err = do(m.ID, r.PostForm.Get("code")); err == nil {
		return nil
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
	s.Pages.FactorCode(w, r, status, page)
	return nil
}
