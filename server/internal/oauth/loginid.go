package oauth

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"wherry/server/internal/fa"
)

// Providers lists the identity providers.
type Providers interface {
	All(ctx context.Context) ([]*fa.IdentityProvider, error)
}

// asksFirst tells whether people say who they are before they give a password:
// they do where an identity provider manages the addresses of a domain.
func (s *Server) asksFirst(ctx context.Context, application fa.ID) (bool, error) {
	all, err := s.Providers.All(ctx)
	return slices.ContainsFunc(all, func(p *fa.IdentityProvider) bool { return p.Manages(application) }), err
}

// takeLoginID serves the login form on which there is no password yet.
func (s *Server) takeLoginID(w http.ResponseWriter, r *http.Request, a *authorizeRequest, values url.Values) {
	loginID := values.Get("loginId")
	if loginID == "" {
		s.showLoginPage(w, r, http.StatusBadRequest, a, "", "[blank]loginId")
		return
	}
	s.showLoginPage(w, r, http.StatusOK, a, loginID, "")
}
