package oauth

import (
	"net/http"
	"net/url"
	"strings"

	"wherry/server/internal/fa"
)

// managedBy is the provider that manages the domain of a login id, or the domain
// itself; nil if none does.
func managedBy(offered []*fa.IdentityProvider, loginID string) *fa.IdentityProvider {
	domain := strings.ToLower(strings.TrimSpace(loginID))
	domain = domain[strings.LastIndexByte(domain, '@')+1:]
	for _, p := range offered {
		for _, managed := range p.Domains {
			if managed == domain {
				return p
			}
		}
	}
	return nil
}

// takeLoginID serves the login form on which there is no password yet: whoever
// has an address of a managed domain goes to the provider, everybody else is
// asked for the password.
func (s *Server) takeLoginID(w http.ResponseWriter, r *http.Request, a *authorizeRequest, values url.Values) error {
	loginID := values.Get("loginId")
	if loginID == "" {
		s.showLoginPage(w, r, http.StatusBadRequest, a, "", "[blank]loginId")
		return nil
	}
	offered, err := s.offered(r.Context(), a)
	if err != nil {
		return err
	}
	if p := managedBy(offered, loginID); p != nil {
		s.Pages.Onward(w, r, OnwardPage{Frame: a.frame(), To: s.toProvider(r, a, p, loginID)})
		return nil
	}
	s.showLoginPage(w, r, http.StatusOK, a, loginID, "")
	return nil
}
