package server

import (
	"log/slog"
	"net/http"

	"wherry/server/internal/oauth"
	"wherry/server/internal/pages"
)

// site shows the pages that people see; it is the oauth package's view of the
// pages package.
type site struct {
	pages *pages.Pages
	log   *slog.Logger
}

func (s *site) mount(mux *http.ServeMux) {
	mux.Handle("GET "+pages.AssetsPath+"{name}", s.pages.Assets())
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
		Frame:   pages.Frame{Tenant: page.Tenant, Application: page.Application},
		LoginID: page.LoginID, Error: page.Problem, RedirectURLs: []string{page.RedirectURI},
		Action: "/oauth2/authorize",
	}
	for _, field := range page.Hidden {
		login.Hidden = append(login.Hidden, pages.Field(field))
	}
	s.ended(w, r, s.pages.Login(w, r, status, login))
}

// Error implements oauth.Pages.
func (s *site) Error(w http.ResponseWriter, r *http.Request, status int, err *oauth.Error) {
	s.ended(w, r, s.pages.OAuthError(w, r, status, pages.OAuthError{
		Error: err.Code, ErrorReason: err.Reason, ErrorDescription: err.Description,
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
