package server

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"

	"wherry/server/internal/fa"
	"wherry/server/internal/oauth"
	"wherry/server/internal/pages"
)

// site shows the pages that people see; it is the oauth package's view of the
// pages package.
type site struct {
	pages  *pages.Pages
	themes interface {
		Get(ctx context.Context, id fa.ID) (*fa.Theme, error)
	}
	log *slog.Logger
}

func (s *site) mount(mux *http.ServeMux) {
	mux.Handle("GET "+pages.AssetsPath+"{name}", s.pages.Assets())
	mux.HandleFunc("GET "+themesPath+"{name}", s.stylesheet)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		s.ended(w, r, s.pages.Index(w, r, pages.Index{}))
	})
}

func (s *site) notFound(w http.ResponseWriter, r *http.Request) {
	s.ended(w, r, s.pages.NotFound(w, r, pages.NotFound{}))
}

// Login implements oauth.Pages.
func (s *site) Login(w http.ResponseWriter, r *http.Request, status int, page oauth.LoginPage) {
	login := pages.Login{
		Frame:   s.frame(r, page.Tenant, page.Application),
		LoginID: page.LoginID, Error: page.Problem, RedirectURLs: []string{page.RedirectURI}, OfferRememberDevice: !page.LoginIDFirst, LoginIDFirst: page.LoginIDFirst, RememberDevice: page.RememberDevice,
		Action: "/oauth2/authorize", Hidden: fields(page.Hidden),
	}
	if page.ForgotPassword {
		login.ForgotURL = along(r, "/password/forgot", page.Hidden)
	}
	if page.PasskeyAgain {
		login.PasskeyURL = along(r, "/oauth2/webauthn-reauth", page.Hidden)
	} else if page.Passkey {
		login.PasskeyURL = along(r, "/oauth2/webauthn", page.Hidden)
	}
	if page.Passwordless {
		login.PasswordlessURL = along(r, "/oauth2/passwordless", page.Hidden)
	}
	for _, p := range page.Providers {
		to := append(page.Hidden[:len(page.Hidden):len(page.Hidden)], oauth.Field{Name: "idp_hint", Value: string(p.ID)})
		login.Providers = append(login.Providers, pages.Link{URL: along(r, "/oauth2/authorize", to), Text: p.Text})
	}
	login.Linking = page.Linking
	if page.Register {
		login.RegisterURL = along(r, "/oauth2/register", page.Hidden)
	}
	s.ended(w, r, s.pages.Login(w, r, status, login))
}

// Factor implements oauth.Pages.
func (s *site) Factor(w http.ResponseWriter, r *http.Request, status int, page oauth.FactorPage) {
	factor := pages.Factor{
		Frame:  s.frame(r, page.Tenant, page.Application),
		Action: "/oauth2/two-factor", Hidden: fields(page.Hidden), Authenticator: page.Authenticator, Sent: page.Sent,
		OfferTrust: page.OfferTrust, Error: page.Problem, RedirectURLs: []string{page.RedirectURI},
	}
	for _, m := range page.Methods {
		factor.Methods = append(factor.Methods, pages.FactorMethod(m))
	}
	s.ended(w, r, s.pages.Factor(w, r, status, factor))
}

// ChangePassword implements oauth.Pages.
func (s *site) ChangePassword(w http.ResponseWriter, r *http.Request, status int, page oauth.ChangePasswordPage) {
	s.ended(w, r, s.pages.ChangePassword(w, r, status, pages.ChangePassword{
		Frame:  s.frame(r, page.Tenant, page.Application),
		Action: page.Action, Hidden: fields(page.Hidden), LoginID: page.LoginID, Reason: page.Reason, Errors: page.Problems,
		MinLength: page.MinLength, Done: page.Done, RedirectURLs: []string{page.RedirectURI},
	}))
}

func fields(hidden []oauth.Field) (list []pages.Field) {
	for _, field := range hidden {
		list = append(list, pages.Field(field))
	}
	return list
}

// along is the address of another page that goes on with the same request, in
// the same language.
func along(r *http.Request, path string, hidden []oauth.Field) string {
	q := url.Values{"locale": {pages.Locale(r)}}
	for _, field := range hidden {
		q.Set(field.Name, field.Value)
	}
	return path + "?" + q.Encode()
}

// Error implements oauth.Pages.
func (s *site) Error(w http.ResponseWriter, r *http.Request, status int, err *oauth.Error) {
	s.ended(w, r, s.pages.OAuthError(w, r, status, pages.OAuthError{
		Error: err.Code, ErrorReason: err.Reason, ErrorDescription: err.Description,
	}))
}

// Unauthorized implements account.Pages and hosted.Pages: it says what Error says
// of requests from addresses that are not allowed.
func (s *site) Unauthorized(w http.ResponseWriter, r *http.Request) {
	s.ended(w, r, s.pages.OAuthError(w, r, http.StatusForbidden, pages.OAuthError{
		Error: "access_denied", ErrorReason: "unauthorized", ErrorDescription: "The pages may not be used from this address.",
	}))
}

// Locale implements oauth.Pages.
func (s *site) Locale(r *http.Request) string { return pages.Locale(r) }

// ended answers for a page that could not be rendered; nothing has been
// written then.
func (s *site) ended(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		s.log.ErrorContext(r.Context(), "page failed", "route", r.Pattern, "error", err)
		w.WriteHeader(http.StatusInternalServerError)
	}
}
