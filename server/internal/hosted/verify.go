package hosted

import (
	"context"
	"errors"
	"net/http"

	"wherry/server/internal/fa"
)

// verify shows the page that a mailed link leads to. Programs that look at mails
// follow links, so only the button verifies.
func (s *Server) verify(registration bool) handler {
	return func(w http.ResponseWriter, r *http.Request, v visit) error {
		s.Pages.Verify(w, r, http.StatusOK, v.verifyForm(registration, ""))
		return nil
	}
}

func (v visit) verifyForm(registration bool, problem string) Form {
	page := v.form(problem)
	page.Registration = registration
	page.AskCode = v.tenant.EmailConfiguration.VerificationStrategy == fa.VerifyByForm
	if registration {
		page.AskCode = v.application != nil && v.application.VerificationStrategy == fa.VerifyByForm
	}
	return page
}

func (s *Server) postVerifyEmail(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.postVerify(w, r, v, false, "/email/complete", func(ctx context.Context, id, code string) error {
		_, err := s.Service.VerifyEmail(ctx, id, code)
		return err
	})
}

func (s *Server) postVerifyRegistration(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.postVerify(w, r, v, true, "/registration/complete", s.Service.VerifyRegistration)
}

func (s *Server) postVerify(w http.ResponseWriter, r *http.Request, v visit, registration bool, then string, do func(ctx context.Context, id, code string) error) error {
	page := v.verifyForm(registration, "[blank]oneTimeCode")
	code := r.PostForm.Get("oneTimeCode")
	if page.AskCode && code == "" {
		s.Pages.Verify(w, r, http.StatusBadRequest, page)
		return nil
	}
	err := do(r.Context(), r.PathValue("id"), code)
	if page.AskCode && errors.Is(err, fa.ErrNotFound) {
		page.Problem = "[InvalidVerificationId]"
		s.Pages.Verify(w, r, http.StatusBadRequest, page)
		return nil
	}
	if err != nil {
		return err
	}
	v.on(w, r, then)
	return nil
}
