package oauth

import (
	"context"
	"errors"
	"net/http"

	"wherry/server/internal/fa"
	"wherry/server/internal/forms"
	"wherry/server/internal/identity"
)

// missing is what the application asks everybody for and somebody has not said.
func (s *Server) missing(ctx context.Context, a *authorizeRequest, u *fa.User) (forms.Form, error) {
	pages, err := s.registrationForms(ctx, a.application)
	if err != nil {
		return nil, err
	}
	whole := forms.Join(pages)
	registration, _ := u.Registration(a.application.ID)
	d, err := s.Forms.Of(ctx, whole, u, registration)
	if err != nil {
		return nil, err
	}
	return d.Missing(whole)
}

// askMissing shows the form for what is missing; it tells whether something is.
func (s *Server) askMissing(w http.ResponseWriter, r *http.Request, a *authorizeRequest, out *identity.Outcome) (asked bool, err error) {
	form, err := s.missing(r.Context(), a, out.User)
	if err != nil || len(form) == 0 {
		return false, err
	}
	if a.prompted("none") {
		return true, a.refused(refuse("interaction_required", "registration_missing_requirement", "The user has to complete the registration."))
	}
	held, err := s.hold(r.Context(), a, out)
	if err != nil {
		return false, err
	}
	s.Pages.Form(w, r, http.StatusOK, FormPage{Frame: a.frame(held), Complete: true, Form: form, Step: 1, Steps: 1})
	return true, nil
}

// completeRegistration serves the form for what is missing.
func (s *Server) completeRegistration(w http.ResponseWriter, r *http.Request) error {
	a, values, user, err := s.interrupted(w, r)
	if user == nil || err != nil {
		return err
	}
	form, err := s.missing(r.Context(), a, &user.User)
	if err != nil {
		return err
	}
	err = form.Check(values)
	if err == nil && len(form) > 0 {
		registration, _ := user.Registration(a.application.ID)
		var d forms.Documents
		if d, err = forms.Of(&user.User, registration).With(form, values); err == nil {
			said := identity.Said{User: d.User, Registration: d.Registration, Consents: d.Consents}
			err = s.SelfService.Complete(r.Context(), attempt(r, a), user, said)
		}
	}
	if refused, bad := errors.AsType[*fa.Errors](told(err)); bad {
		held := Field{fieldContext, values.Get(fieldContext)}
		s.Pages.Form(w, r, statusWith(refused.Codes()), FormPage{
			Frame: a.frame(held), Complete: true, Form: form, Values: values, Problems: refused, Step: 1, Steps: 1,
		})
		return nil
	}
	if err != nil {
		return s.refuse(w, r, a, "", err)
	}
	return s.resume(w, r, a, values)
}
