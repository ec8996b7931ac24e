package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"wherry/internal/secret"
	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// ChangePasswordPage is what the page for a new password shows.
type ChangePasswordPage struct {
	Frame
	LoginID   string
	Reason    string // why the password has to be changed; a code or empty
	Problems  []string
	MinLength int
	Action    string
	Done      bool // it was changed, and the browser need go nowhere
}

const (
	changePath  = "/password/change/"
	fieldReason = "changePasswordReason"
)

// toChange sends the browser to the page for a new password.
func (s *Server) toChange(w http.ResponseWriter, r *http.Request, a *authorizeRequest, out *identity.Outcome) error {
	query := url.Values{fieldReason: {out.PasswordChangeReason}}
	for _, field := range append(a.remembered(), a.hidden...) {
		query.Set(field.Name, field.Value)
	}
	query.Set("locale", s.Pages.Locale(r))
	leave(w, r, changePath+url.PathEscape(out.ChangePasswordID)+"?"+query.Encode())
	return nil
}

// openChange serves the page for a new password. Whoever has a second factor
// gives it before.
func (s *Server) openChange(w http.ResponseWriter, r *http.Request) error {
	values := r.URL.Query()
	a, err := s.flow(r.Context(), values)
	if err != nil {
		return err
	}
	id := r.PathValue(fieldChangeID)
	user, tenant, err := s.mayChange(r.Context(), a, id)
	if errors.Is(err, fa.ErrNotFound) {
		return s.startOver(w, r, a, "[InvalidChangePasswordId]")
	}
	if err != nil {
		return err
	}
	reason := keep(values, fieldReason)
	if !identity.NeedsTrustToken(tenant, user) {
		return s.showChange(w, r, a, id, reason)
	}
	c, _, err := s.Steps.Start(r.Context(), identity.StartTwoFactor{User: user})
	if err != nil {
		return err
	}
	return s.askFactor(w, r, a, c, append(reason, Field{fieldChangeID, id})...)
}

// mayChange is who may change the password by an id, or fa.ErrNotFound. Whoever
// comes by a link, and with no application, has to come from where the tenant
// allows it.
func (s *Server) mayChange(ctx context.Context, a *authorizeRequest, id string) (*fa.Account, *fa.Tenant, error) {
	user, err := s.Steps.WhoMayChange(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	tenant, err := s.Tenants.Get(ctx, user.TenantID)
	if err == nil && a == nil {
		err = s.admit(ctx, tenant, nil)
	}
	return user, tenant, err
}

// showChange shows the page for a new password.
func (s *Server) showChange(w http.ResponseWriter, r *http.Request, a *authorizeRequest, id string, hidden []Field, problems ...string) error {
	user, tenant, err := s.mayChange(r.Context(), a, id)
	if errors.Is(err, fa.ErrNotFound) {
		return s.startOver(w, r, a, "[InvalidChangePasswordId]")
	}
	if err != nil {
		return err
	}
	page := ChangePasswordPage{
		Frame: a.frame(hidden...), Problems: problems, MinLength: tenant.PasswordValidationRules.MinLength,
		Action: changePath + url.PathEscape(id), Reason: reasonOf(hidden),
	}
	for _, loginID := range []string{user.PhoneNumber, user.Username, user.Email} { // the best one last
		if loginID != "" {
			page.LoginID = loginID
		}
	}
	page.Tenant = tenant
	s.Pages.ChangePassword(w, r, statusWith(problems), page)
	return nil
}

// tooBusy is FusionAuth's code for which the page says to come back in a while.
const tooBusy = "[RateLimitedException]"

// statusWith is the status of a form that is shown with problems.
func statusWith(problems []string) int {
	switch {
	case len(problems) == 0:
		return http.StatusOK
	case slices.Contains(problems, tooBusy):
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}

// reasonOf is the code for the reason that the page was opened with.
func reasonOf(hidden []Field) string {
	for _, field := range hidden {
		if field.Name != fieldReason {
			continue
		}
		switch field.Value {
		case fa.ReasonAdministrative:
			return "[PasswordChangeRequired]"
		case fa.ReasonBreached, fa.ReasonExpired, fa.ReasonValidation:
			return "[PasswordChangeReason" + field.Value + "]"
		}
	}
	return ""
}

// changePassword serves the form for a new password, and goes on with the
// sign-in that it has interrupted.
func (s *Server) changePassword(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	a, err := s.flow(r.Context(), values)
	if err != nil {
		return err
	}
	id, hidden := r.PathValue(fieldChangeID), keep(values, fieldReason, fieldTrustToken)
	if values.Get("password") != values.Get("passwordConfirm") {
		return s.showChange(w, r, a, id, hidden, "[doNotMatch]")
	}
	if _, _, err := s.mayChange(r.Context(), a, id); errors.Is(err, fa.ErrNotFound) {
		return s.startOver(w, r, a, "[InvalidChangePasswordId]")
	} else if err != nil {
		return err
	}
	next := identity.NewPassword{Password: secret.String(values.Get("password")), TrustToken: values.Get(fieldTrustToken)}
	code, _, err := s.Steps.ResetPassword(within(r, a), id, next)
	switch {
	case errors.Is(err, fa.ErrNotFound):
		return s.startOver(w, r, a, "[InvalidChangePasswordId]")
	case errors.Is(err, identity.ErrTrustToken):
		return s.startOver(w, r, a, "[TwoFactorTimeout]")
	case errors.Is(err, identity.ErrBusy):
		return s.showChange(w, r, a, id, hidden, tooBusy)
	case fa.Refused(err):
		return s.showChange(w, r, a, id, hidden, codesOf(err)...)
	case err != nil:
		return err
	case a == nil:
		s.Pages.ChangePassword(w, r, http.StatusOK, ChangePasswordPage{Done: true})
		return nil
	}
	out, err := s.SignIn.SignIn(r.Context(), identity.Attempt{
		TenantID: a.tenant.ID, Application: a.application, OneTimePassword: code, TwoFactorTrustID: trustOf(r), Address: peer(r), EventInfo: eventOf(r),
	})
	if err != nil {
		return s.refuse(w, r, a, "", err)
	}
	return s.proceed(w, r, a, out, "")
}

// codesOf lists the codes of errors, each reason once.
func codesOf(err error) []string {
	refused, _ := errors.AsType[*fa.Errors](err)
	var codes []string
	for _, list := range refused.FieldErrors {
		for _, e := range list {
			reason, _, _ := strings.Cut(e.Code, "]")
			codes = append(codes, reason+"]")
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}
