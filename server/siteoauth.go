package server

import (
	"net/http"

	"wherry/server/internal/oauth"
	"wherry/server/internal/pages"
)

// Consent implements oauth.Pages.
func (s *site) Consent(w http.ResponseWriter, r *http.Request, status int, page oauth.ConsentPage) {
	consent := pages.Consent{
		Frame: s.frame(r, page.Tenant, page.Application), Action: "/oauth2/consent", Hidden: fields(page.Hidden), RedirectURLs: []string{page.RedirectURI},
	}
	for _, scope := range page.Scopes {
		consent.Scopes = append(consent.Scopes, pages.Scope(scope))
	}
	s.ended(w, r, s.pages.Consent(w, r, status, consent))
}

// Device implements oauth.Pages.
func (s *site) Device(w http.ResponseWriter, r *http.Request, status int, page oauth.DevicePage) {
	s.ended(w, r, s.pages.Device(w, r, status, pages.Device{
		Frame: s.frame(r, page.Tenant, page.Application), Action: "/oauth2/device", UserCode: page.UserCode, Error: page.Problem, Done: page.Done,
	}))
}

// Logout implements oauth.Pages.
func (s *site) Logout(w http.ResponseWriter, r *http.Request, page oauth.LogoutPage) {
	s.ended(w, r, s.pages.Logout(w, r, pages.Logout{Frame: s.frame(r, page.Tenant, nil), URLs: page.Frames, To: page.To}))
}

// Post implements oauth.Pages.
func (s *site) Post(w http.ResponseWriter, r *http.Request, page oauth.PostPage) {
	form := pages.FormPost{Action: page.Action}
	for _, field := range page.Fields {
		form.Fields = append(form.Fields, pages.Field(field))
	}
	s.ended(w, r, s.pages.FormPost(w, r, form))
}

// Onward implements oauth.Pages.
func (s *site) Onward(w http.ResponseWriter, r *http.Request, page oauth.OnwardPage) {
	s.ended(w, r, s.pages.Onward(w, r, pages.Onward{Frame: s.frame(r, page.Tenant, page.Application), To: page.To}))
}

// Link implements oauth.Pages.
func (s *site) Link(w http.ResponseWriter, r *http.Request, page oauth.LinkPage) {
	link := pages.LinkAccount{
		Frame: s.frame(r, page.Tenant, page.Application), Provider: page.Provider, As: page.As,
		LoginURL:  along(r, "/oauth2/authorize", page.Hidden),
		CancelURL: along(r, "/oauth2/authorize", without(page.Hidden, "pendingIdPLinkId")),
	}
	if page.Register {
		link.RegisterURL = along(r, "/oauth2/register", page.Hidden)
	}
	s.ended(w, r, s.pages.LinkAccount(w, r, link))
}
