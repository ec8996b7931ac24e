package account

import (
	"errors"
	"net/http"

	"wherry/internal/secret"
	"wherry/server/internal/fa"
	"wherry/server/internal/forms"
	"wherry/server/internal/identity"
)

func (s *Server) overview(w http.ResponseWriter, r *http.Request, v *visit) error {
	s.Pages.Overview(w, r, Overview{
		Frame: v.framed(r), Factors: v.hasFactors(), Passkeys: v.tenant.WebAuthnConfiguration.Enabled,
	})
	return nil
}

// form is the administrator's, or else the one for everybody.
func (s *Server) form(r *http.Request, v *visit) (forms.Form, error) {
	if id := v.application.FormConfiguration.SelfServiceFormID; id != "" {
		pages, err := s.Forms.Pages(r.Context(), id)
		if form := forms.Join(pages).Without(forms.Password); err != nil || len(form) > 0 {
			return form, err
		}
	}
	return forms.Profile(), nil
}

func (s *Server) edit(w http.ResponseWriter, r *http.Request, v *visit) error {
	form, err := s.form(r, v)
	if err != nil {
		return err
	}
	registration, _ := v.user.Registration(v.application.ID)
	d, err := s.Forms.Of(r.Context(), form, &v.user.User, registration)
	if err != nil {
		return err
	}
	values, err := d.Values(form)
	if err != nil {
		return err
	}
	s.Pages.Profile(w, r, http.StatusOK, Profile{Frame: v.frame(), Form: form, Values: values})
	return nil
}

func (s *Server) postEdit(w http.ResponseWriter, r *http.Request, v *visit) error {
	form, err := s.form(r, v)
	if err != nil {
		return err
	}
	err = form.Check(r.PostForm)
	if err == nil {
		registration, _ := v.user.Registration(v.application.ID)
		var d forms.Documents
		if d, err = forms.Of(&v.user.User, registration).With(form, r.PostForm); err == nil {
			said := identity.Said{User: d.User, Registration: d.Registration, Consents: d.Consents}
			err = s.Service.Complete(r.Context(), v.attempt(r), v.user, said)
		}
	}
	switch {
	case errors.Is(err, fa.ErrTransaction):
		err = fa.GeneralError("WebhookTransactionException", "A webhook did not agree.")
	case errors.Is(err, identity.ErrBusy):
		err = fa.GeneralError("RateLimitedException", "Too many passwords are being changed at this moment.")
	}
	if refused, bad := errors.AsType[*fa.Errors](err); bad {
		s.Pages.Profile(w, r, http.StatusBadRequest, Profile{Frame: v.frame(), Form: form, Values: r.PostForm, Problems: refused})
		return nil
	}
	if err != nil {
		return err
	}
	return done(w, r, home, "profile")
}

// password shows the form for a new password. Whoever has a second factor gives
// it first, on the page that asks for it.
func (s *Server) password(w http.ResponseWriter, r *http.Request, v *visit) error {
	if identity.NeedsTrustToken(v.tenant, v.user) {
		id, err := s.Service.StartPasswordChange(r.Context(), v.tenant, v.user)
		if err != nil {
			return err
		}
		return leave(w, r, "/password/change/"+id+localeOf(r))
	}
	page, err := v.passwordPage(), error(nil)
	if page.Passkey, err = s.offersPasskey(r, v); err != nil {
		return err
	}
	s.Pages.Password(w, r, http.StatusOK, page)
	return nil
}

// passwordPage asks for the current password, if there is one here.
func (v *visit) passwordPage(problems ...string) Password {
	return Password{Frame: v.frame(), AskCurrent: v.user.Scheme != "", Problems: problems}
}

func (s *Server) postPassword(w http.ResponseWriter, r *http.Request, v *visit) error {
	next := identity.NewPassword{
		Password: secret.String(r.PostForm.Get("password")), CurrentPassword: secret.String(r.PostForm.Get("currentPassword")),
	}
	page := v.passwordPage()
	switch {
	case page.AskCurrent && next.CurrentPassword == "":
		page.Problems = []string{"[blank]currentPassword"}
	case next.Password.Reveal() != r.PostForm.Get("passwordConfirm"):
		page.Problems = []string{"[doNotMatch]"}
	default:
		problems, err := problemsOf(s.changePassword(r, v, next))
		if err != nil {
			return err
		}
		page.Problems = problems
	}
	if len(page.Problems) > 0 {
		var err error
		if page.Passkey, err = s.offersPasskey(r, v); err != nil {
			return err
		}
		s.Pages.Password(w, r, http.StatusBadRequest, page)
		return nil
	}
	return done(w, r, home, "password")
}

// changePassword changes it, and keeps the session that it would end.
func (s *Server) changePassword(r *http.Request, v *visit, next identity.NewPassword) error {
	if _, err := s.Service.ChangePassword(r.Context(), v.user, next); err != nil {
		return err
	}
	user, err := s.Users.User(r.Context(), v.user.ID)
	if err != nil {
		return err
	}
	v.Since = user.PasswordLastUpdateInstant
	return s.Identifiers.ReplaceIdentifier(r.Context(), kindSession, v.code, v.session)
}

// problemsOf are the codes of what people are told, or else the error.
func problemsOf(err error) ([]string, error) {
	refused, isRefused := errors.AsType[*fa.Errors](err)
	switch {
	case errors.Is(err, identity.ErrCurrentPassword):
		return []string{"[invalid]currentPassword"}, nil
	case errors.Is(err, identity.ErrBusy), errors.Is(err, identity.ErrRateLimited):
		return []string{"[RateLimitedException]"}, nil
	case isRefused:
		return refused.Codes(), nil
	}
	return nil, err
}
