package oauth

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// Federation lets people in for whom a provider vouches.
type Federation interface {
	SignInThrough(ctx context.Context, t identity.Through) (*identity.Outcome, error)
	PendingLinkIn(ctx context.Context, id, browser string, tenant fa.ID) (*fa.PendingLink, error)
	CompleteLink(ctx context.Context, id string, user *fa.Account, provider *fa.IdentityProvider) (*fa.IdentityProviderLink, error)
}

// OnwardPage goes on to an address of this server by itself.
type OnwardPage struct {
	Frame
	To string
}

// answered are the parameters of an answer that count; user is Apple's.
var answered = []string{"code", "error", "iss", "state", "user"}

// callback serves GET /oauth2/callback, where providers send people back to.
//
// A browser that comes from elsewhere is asked to come once more, from here: it
// may be in the middle of a form at the provider, whose policy would not let it
// go on to the application, and it brings no cookies with what Apple posts.
func (s *Server) callback(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" {
		return s.comeAgain(w, r, q)
	}
	if err := checkAnswer(q); err != nil {
		return err
	}
	f, err := s.returned(r, q.Get("state"))
	if errors.Is(err, fa.ErrNotFound) {
		return errFederation
	}
	if err != nil {
		return err
	}
	a, err := s.authorizeRequest(r.Context(), f.Request)
	if err != nil {
		return err
	}
	r = inLanguage(r, f.Locale)
	out, err := s.signInThrough(r, a, f, q)
	switch {
	case err != nil:
		return s.refuse(w, r, a, "", err)
	case out.PendingLinkID != "":
		return s.askLink(w, r, a, f.ProviderID, out.PendingLinkID)
	}
	return s.proceed(w, r, a, out, out.LoginID)
}

// postedCallback serves POST /oauth2/callback: Apple's way.
func (s *Server) postedCallback(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	return s.comeAgain(w, r, values)
}

func (s *Server) comeAgain(w http.ResponseWriter, r *http.Request, values url.Values) error {
	if err := checkAnswer(values); err != nil {
		return err
	}
	q := url.Values{}
	for _, name := range answered {
		if values.Has(name) {
			q.Set(name, values.Get(name))
		}
	}
	s.Pages.Onward(w, r, OnwardPage{To: callbackPath + "?" + q.Encode()})
	return nil
}

func checkAnswer(q url.Values) error {
	for _, name := range answered {
		if len(q[name]) > 1 || len(q.Get(name)) > maxParameter {
			return invalidParameter(name)
		}
	}
	return nil
}

// errFederation is for whoever comes back without having been sent from here, in
// this browser and lately.
//
// RFC 9700 section 2.1: "Clients MUST prevent Cross-Site Request Forgery".
var errFederation = &Error{
	status: http.StatusBadRequest, Code: "invalid_request", Reason: "invalid_external_authentication",
	Description: "This browser has not begun to log in there, or the log-in took too long or is done already. Begin again in the application.",
}

// returned takes the request that a state leads back to, once; fa.ErrNotFound is
// for a state that is not this browser's.
func (s *Server) returned(r *http.Request, state string) (f federation, err error) {
	if err := s.Identifiers.Identifier(r.Context(), kindFederation, state, &f); err != nil {
		return f, err
	}
	browser := browserOf(r)
	if browser == "" || subtle.ConstantTimeCompare([]byte(hashOf(browser)), []byte(f.Browser)) != 1 {
		return f, fa.ErrNotFound
	}
	return f, s.Identifiers.TakeIdentifier(r.Context(), kindFederation, state, &f)
}

// inLanguage is a request in the language in which somebody was asked before.
func inLanguage(r *http.Request, locale string) *http.Request {
	u := *r.URL
	u.RawQuery = url.Values{"locale": {locale}}.Encode()
	spoken := r.Clone(r.Context())
	spoken.URL = &u
	return spoken
}

// signInThrough signs somebody in with what the provider has answered.
func (s *Server) signInThrough(r *http.Request, a *authorizeRequest, f federation, q url.Values) (*identity.Outcome, error) {
	offered, err := s.offered(r.Context(), a)
	if err != nil {
		return nil, err
	}
	p := withID(offered, f.ProviderID)
	switch {
	case p == nil:
		return nil, &identity.ExternalError{Cause: "InvalidIdentityProviderId"}
	case q.Get("error") == "access_denied":
		return nil, &identity.ExternalError{Cause: "AccessDenied"}
	case q.Get("code") == "" || fromAnother(offered, p, q.Get("iss")):
		return nil, &identity.ExternalError{Cause: p.Type + "Token"}
	}
	if p, err = p.For(a.application.ID); err != nil {
		return nil, err
	}
	browser, state := browserOf(r), q.Get("state")
	person, err := s.Upstream.Person(r.Context(), p, identity.ExternalAnswer{
		Code: q.Get("code"), RedirectURI: baseURL(r) + callbackPath, Verifier: derived(browser, state, "verifier"),
		Nonce: derived(browser, state, "nonce"), Issuer: q.Get("iss"), FromBrowser: true, AppleUser: q.Get("user"),
	})
	if err != nil {
		return nil, err
	}
	return s.Federation.SignInThrough(r.Context(), identity.Through{Attempt: attempt(r, a), Provider: p, Person: *person, Browser: hashOf(browser)})
}

// fromAnother tells whether an answer names another provider than the one to
// which the browser was sent; RFC 9700 section 4.4 is about how that comes to be.
func fromAnother(all []*fa.IdentityProvider, sentTo *fa.IdentityProvider, issuer string) bool {
	return issuer != "" && slices.ContainsFunc(all, func(p *fa.IdentityProvider) bool {
		return p.ID != sentTo.ID && p.OAuth2 != nil && p.OAuth2.Issuer == issuer && (sentTo.OAuth2 == nil || sentTo.OAuth2.Issuer != issuer)
	})
}
