package oauth

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// Providers lists the identity providers. Nobody may change what it returns.
type Providers interface {
	All(ctx context.Context) ([]*fa.IdentityProvider, error)
}

// Upstream asks identity providers who somebody is. What goes wrong is an
// *identity.ExternalError.
type Upstream interface {
	// Authorize is the URL to which the browser is sent.
	Authorize(ctx context.Context, p *fa.IdentityProvider, a identity.ExternalRequest) (string, error)
	// Person is who has come back.
	Person(ctx context.Context, p *fa.IdentityProvider, a identity.ExternalAnswer) (*identity.External, error)
}

// ProviderButton leads from the login page to a provider.
type ProviderButton struct {
	ID   fa.ID
	Text string
}

const (
	// callbackPath is where providers send people back to.
	callbackPath = "/oauth2/callback"
	// kindFederation is the kind of the identifiers of those who are away.
	kindFederation = "externalAuthenticationId"
	// browserCookie binds what is under way at a provider to the browser.
	browserCookie = "wherry.federation"
)

// federation is an authorize request whose user is away at a provider. It stands
// behind the state that was sent along.
type federation struct {
	ProviderID fa.ID      `json:"identityProviderId"`
	Browser    string     `json:"browser"`
	Locale     string     `json:"locale"`
	Request    url.Values `json:"request"`
}

// offered are the providers through which people can sign in to the application,
// by their names.
func (s *Server) offered(ctx context.Context, a *authorizeRequest) (offered []*fa.IdentityProvider, err error) {
	all, err := s.Providers.All(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		if p.Redirects() && p.Serves(a.tenant.ID, a.application.ID) {
			offered = append(offered, p)
		}
	}
	slices.SortFunc(offered, func(a, b *fa.IdentityProvider) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return offered, nil
}

// buttonsOf are those of the providers that people choose by themselves. Where
// another one manages a domain, people say first who they are.
func buttonsOf(offered []*fa.IdentityProvider, application fa.ID) (buttons []ProviderButton, first bool) {
	for _, p := range offered {
		if len(p.Domains) > 0 {
			first = true
			continue
		}
		text := p.ButtonText
		if own, err := p.For(application); err == nil {
			text = own.ButtonText
		}
		buttons = append(buttons, ProviderButton{p.ID, cmp.Or(text, p.Name)})
	}
	return buttons, first
}

// hinted is the provider to which a request sends people at once, by its id or by
// the domain of whoever is about to sign in; nil if it names none. problem is
// what is wrong with the id.
func (s *Server) hinted(ctx context.Context, a *authorizeRequest, q url.Values) (p *fa.IdentityProvider, problem string, err error) {
	id, hint := q.Get("idp_hint"), q.Get("login_hint")
	if id == "" && hint == "" {
		return nil, "", nil
	}
	offered, err := s.offered(ctx, a)
	if err != nil || id == "" {
		return managedBy(offered, hint), "", err
	}
	if p = withID(offered, fa.ID(id)); p == nil {
		problem = "[ExternalAuthenticationException]InvalidIdentityProviderId"
	}
	return p, problem, nil
}

// withID is the provider with that id, in any case; nil if there is none.
func withID(all []*fa.IdentityProvider, id fa.ID) *fa.IdentityProvider {
	for _, p := range all {
		if strings.EqualFold(string(p.ID), string(id)) {
			return p
		}
	}
	return nil
}

// toProvider is the address on this server from which people are sent to a
// provider.
func (s *Server) toProvider(r *http.Request, a *authorizeRequest, p *fa.IdentityProvider, loginHint string) string {
	q := url.Values{"locale": {s.Pages.Locale(r)}, "idp_hint": {string(p.ID)}, "login_hint": {loginHint}}
	for _, field := range slices.Concat(a.hidden, a.remembered()) {
		q.Set(field.Name, field.Value)
	}
	return "/oauth2/authorize?" + q.Encode()
}

// startProvider sends the browser to a provider. The state leads back to the
// request, in this browser alone: nonce and code verifier are made of the state
// and of what only the browser keeps.
func (s *Server) startProvider(w http.ResponseWriter, r *http.Request, a *authorizeRequest, p *fa.IdentityProvider, loginHint string) error {
	own, err := p.For(a.application.ID)
	if err != nil {
		return err
	}
	seconds := a.tenant.ExternalIdentifierConfiguration.ExternalAuthenticationIDTTL
	browser, state := s.bind(w, r, max(seconds, a.tenant.ExternalIdentifierConfiguration.PendingAccountLinkTTL)), identity.NewCode()
	to, err := s.Upstream.Authorize(r.Context(), own, identity.ExternalRequest{
		RedirectURI: baseURL(r) + callbackPath, State: state, Nonce: derived(browser, state, "nonce"), Verifier: derived(browser, state, "verifier"),
		LoginHint: loginHint,
	})
	if err != nil {
		return s.refuse(w, r, a, "", err)
	}
	f := federation{ProviderID: p.ID, Browser: hashOf(browser), Locale: s.Pages.Locale(r), Request: url.Values{}}
	for _, field := range slices.Concat(a.hidden, a.remembered()) {
		f.Request.Set(field.Name, field.Value)
	}
	if err := s.Identifiers.KeepIdentifier(r.Context(), kindFederation, state, time.Duration(seconds)*time.Second, f); err != nil {
		return err
	}
	if own.PostRequest != nil && *own.PostRequest {
		return s.post(w, r, to)
	}
	leave(w, r, to)
	return nil
}

// post sends the request to the provider as a form.
func (s *Server) post(w http.ResponseWriter, r *http.Request, to string) error {
	u, err := url.Parse(to)
	if err != nil {
		return err
	}
	page, q := PostPage{}, u.Query()
	for name := range q {
		page.Fields = append(page.Fields, Field{name, q.Get(name)})
	}
	u.RawQuery = ""
	page.Action = u.String()
	s.Pages.Post(w, r, page)
	return nil
}

// cookieName is browserCookie, which over HTTPS no other host of the domain can
// set.
func cookieName(r *http.Request) string {
	if isSecure(r) {
		return "__Host-" + browserCookie
	}
	return browserCookie
}

// bind is what this browser keeps, and goes on keeping for so many seconds.
func (s *Server) bind(w http.ResponseWriter, r *http.Request, seconds int) string {
	value := browserOf(r)
	if value == "" {
		value = identity.NewCode()
	}
	keepCookie(w, r, cookieName(r), value, seconds)
	return value
}

// browserOf is what the browser has kept; empty if that is nothing.
func browserOf(r *http.Request) string {
	c, err := r.Cookie(cookieName(r))
	if err != nil || len(c.Value) < 32 {
		return ""
	}
	return c.Value
}

// derived is a value for one purpose of one trip to a provider.
func derived(browser, state, purpose string) string {
	mac := hmac.New(sha256.New, []byte(browser))
	mac.Write([]byte(purpose + " " + state))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// hashOf is what is kept of a browser here.
func hashOf(browser string) string {
	if browser == "" {
		return ""
	}
	return derived(browser, "", "browser")
}
