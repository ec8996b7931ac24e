package oauth

import (
	"errors"
	"net/http"
	"slices"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// fieldPendingLink is the id of a link to a provider that waits for its user.
const fieldPendingLink = "pendingIdPLinkId"

// LinkPage asks somebody who is known to a provider who of ours that is.
type LinkPage struct {
	Frame
	Provider string // its name
	As       string // who somebody is there
	Register bool   // people may make an account by themselves
}

// askLink shows the page from which somebody goes on to log in, or to register,
// and is linked then.
func (s *Server) askLink(w http.ResponseWriter, r *http.Request, a *authorizeRequest, provider fa.ID, id string) error {
	a.pendingLink = id
	a.hidden = append(slices.DeleteFunc(a.hidden, isPendingLink), Field{fieldPendingLink, id})
	pending, p, err := s.pending(r, a)
	if err != nil {
		return err
	}
	s.Pages.Link(w, r, LinkPage{Frame: a.frame(), Provider: p.Name, As: pending.DisplayName, Register: a.application.RegistrationConfiguration.Enabled})
	return nil
}

func isPendingLink(f Field) bool { return f.Name == fieldPendingLink }

// pending is the link that waits in this browser, and its provider.
func (s *Server) pending(r *http.Request, a *authorizeRequest) (*fa.PendingLink, *fa.IdentityProvider, error) {
	l, err := s.Federation.PendingLinkIn(r.Context(), a.pendingLink, hashOf(browserOf(r)), a.tenant.ID)
	if err != nil {
		return nil, nil, err
	}
	all, err := s.Providers.All(r.Context())
	if err != nil {
		return nil, nil, err
	}
	p := withID(all, l.IdentityProviderID)
	if p == nil {
		return nil, nil, identity.ErrPendingLink
	}
	return l, p, nil
}

// linking is the name of the provider of the link that waits; empty if none does.
func (s *Server) linking(r *http.Request, a *authorizeRequest) string {
	if a.pendingLink == "" {
		return ""
	}
	_, p, err := s.pending(r, a)
	if err != nil { // who logs in is told
		return ""
	}
	return p.Name
}

// completeLink links whoever has signed in to the user of a provider who waits
// for that.
func (s *Server) completeLink(r *http.Request, a *authorizeRequest, out *identity.Outcome) error {
	if a.pendingLink == "" {
		return nil
	}
	_, p, err := s.pending(r, a)
	if err == nil {
		_, err = s.Federation.CompleteLink(r.Context(), a.pendingLink, &fa.Account{User: *out.User}, p)
	}
	a.pendingLink, a.hidden = "", slices.DeleteFunc(a.hidden, isPendingLink)
	switch refused, _ := errors.AsType[*fa.Errors](err); {
	case errors.Is(err, fa.ErrConflict):
		return &identity.ExternalError{Cause: "ExistingUserAlreadyLinked"}
	case refused != nil && slices.Contains(refused.Codes(), "[LinkCountExceeded]"):
		return &refusedLink{"[LinkCountExceeded]"}
	case refused != nil:
		return &refusedLink{"[InvalidPendingIdPLinkId]"}
	}
	return err
}

// refusedLink says why a link could not be completed.
type refusedLink struct{ problem string }

func (e *refusedLink) Error() string { return "pending link: " + e.problem }
