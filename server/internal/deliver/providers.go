package deliver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// providerTime is how long an identity provider may take for one answer.
const providerTime = 10 * time.Second

// Providers asks identity providers who somebody is. What they say about
// themselves is kept for a few minutes.
type Providers struct {
	Events       EventLog
	Keys         Keys          // that Apple knows us by
	Foreign      ForeignTokens // of external JWT providers
	Now          func() time.Time
	AllowPrivate bool
	// Vendors are other places for the services whose addresses are fixed, by
	// their types: for tests.
	Vendors map[string]string

	once   sync.Once
	client *http.Client
	found  discoveries
}

// party is this server as the client of a provider.
type party struct {
	*fa.IdentityProvider
	oauth2.Config
	oidc     *oidc.Provider // nil: it cannot be discovered, and signs nothing that could be checked
	issued   bool           // it says in its answers who it is
	userinfo string         // empty: the ID token says everything
	extra    url.Values     // for the authorization request
	vendor   vendor
}

// Authorize is the URL to which the browser is sent. The provider is that of the
// application; see fa.IdentityProvider.For.
//
// Source: https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest
func (p *Providers) Authorize(ctx context.Context, provider *fa.IdentityProvider, a identity.ExternalRequest) (string, error) {
	to, err := p.party(ctx, provider, false)
	if err != nil {
		return "", p.failed(ctx, provider, "Configuration", err)
	}
	to.RedirectURL = a.RedirectURI
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(a.Verifier), oauth2.SetAuthURLParam("nonce", a.Nonce)}
	if a.LoginHint != "" {
		options = append(options, oauth2.SetAuthURLParam("login_hint", a.LoginHint))
	}
	for name := range to.extra {
		options = append(options, oauth2.SetAuthURLParam(name, to.extra.Get(name)))
	}
	return to.AuthCodeURL(a.State, options...), nil
}

// Person is who somebody is who came back with an answer. Whatever is wrong is
// an *identity.ExternalError, and in the event log unless anybody could have sent
// it, as tokens of external JWT providers.
func (p *Providers) Person(ctx context.Context, provider *fa.IdentityProvider, a identity.ExternalAnswer) (*identity.External, error) {
	if provider.Type == fa.ProviderExternalJWT {
		person, err := p.foreign(ctx, provider, a.Token)
		if err != nil {
			return nil, err
		}
		return person, p.debug(ctx, provider, person)
	}
	from, err := p.party(ctx, provider, a.NativeApp)
	if err != nil {
		return nil, p.failed(ctx, provider, "Configuration", err)
	}
	hide := veil(a.Code, a.Verifier, a.Token, from.ClientSecret)
	person, cause, err := p.ask(ctx, from, a)
	if err != nil {
		return nil, p.failed(ctx, provider, cause, errors.New(hide(err.Error())))
	}
	return person, p.debug(ctx, provider, person)
}

// ask returns who somebody is, or the step at which that failed.
func (p *Providers) ask(ctx context.Context, from *party, a identity.ExternalAnswer) (person *identity.External, cause string, err error) {
	if err := from.checkIssuer(a); err != nil {
		return nil, "Token", err
	}
	t := &tokens{}
	if a.Token != "" {
		t, err = p.presented(ctx, from, a.Token)
	} else {
		t, err = p.exchange(ctx, from, a)
	}
	if err != nil {
		return nil, "Token", err
	}
	said := t.claims
	if from.userinfo != "" {
		info, err := p.read(ctx, from.userinfo, t.access)
		if err != nil {
			return nil, "Userinfo", err
		}
		if said, err = from.join(info, t.claims); err != nil {
			return nil, "Userinfo", err
		}
	}
	if said == nil {
		return nil, "Token", errors.New("it has sent no ID token")
	}
	return from.person(t, said, a), "", nil
}

// checkIssuer keeps an answer of one provider from being taken for another's.
//
// RFC 9207 section 2.4: "clients MUST compare the result".
func (f *party) checkIssuer(a identity.ExternalAnswer) error {
	switch {
	case f.oidc == nil || a.Issuer == "" && !(f.issued && a.FromBrowser):
		return nil
	case a.Issuer != f.issuer():
		return errors.New("the answer comes from another issuer")
	}
	return nil
}

// join is what UserInfo says, and what only the ID token says; but not whether
// an address is verified of which the ID token does not speak.
//
// OpenID Connect Core 5.3.2: the subject "MUST be verified to exactly match".
func (f *party) join(info, token map[string]any) (map[string]any, error) {
	if token == nil {
		return info, nil
	}
	if sub := textOf(info["sub"]); sub != "" && sub != textOf(token["sub"]) {
		return nil, errors.New("UserInfo is about somebody else than the ID token")
	}
	said := maps.Clone(token)
	if names := f.names(); info[names.email] != nil && textOf(info[names.email]) != textOf(token[names.email]) {
		delete(said, names.verified)
	}
	maps.Copy(said, info)
	return said, nil
}

// names are the claims with who somebody is.
func (f *party) names() claimNames {
	names := f.vendor.claims
	if f.Type == fa.ProviderOpenID {
		names = claimNames{f.OAuth2.UniqueIDClaim, f.OAuth2.EmailClaim, f.OAuth2.EmailVerifiedClaim, f.OAuth2.UsernameClaim}
	}
	return claimNames{
		cmp.Or(names.id, "sub"), cmp.Or(names.email, "email"), cmp.Or(names.verified, "email_verified"), cmp.Or(names.username, "preferred_username"),
	}
}

// failed writes to the event log what went wrong, and returns what the others are
// told.
func (p *Providers) failed(ctx context.Context, provider *fa.IdentityProvider, cause string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("ask the identity provider: %w", ctx.Err())
	}
	message := fmt.Sprintf("The identity provider [%s] [%s] could not sign anybody in: %s.",
		provider.Name, provider.ID, start(err.Error(), excerpt))
	if err := p.Events.LogEvent(context.WithoutCancel(ctx), fa.EventError, message); err != nil {
		return err
	}
	return &identity.ExternalError{Kind: identity.ExternalRejected, Cause: provider.Type + cause}
}

// debug writes down who signs in, where the provider's settings ask for it.
func (p *Providers) debug(ctx context.Context, provider *fa.IdentityProvider, person *identity.External) error {
	if !provider.Debug {
		return nil
	}
	said, err := fa.Encode(person.Claims)
	if err != nil {
		return fmt.Errorf("write what an identity provider says: %w", err)
	}
	message := fmt.Sprintf("The identity provider [%s] [%s] says of [%s]:\n\n%s", provider.Name, provider.ID, person.ID, start(string(said), longest))
	return p.Events.LogEvent(context.WithoutCancel(ctx), fa.EventDebug, message)
}

// http is how providers are called: nothing private, no redirect, no long
// answer.
func (p *Providers) http() *http.Client {
	p.once.Do(func() {
		r := receiver{connect: providerTime, read: providerTime}
		config, _ := r.tls() // fails for certificates alone
		p.client = newClient(r, config, p.AllowPrivate)
		p.client.Timeout = providerTime
		p.client.Transport = shortened{p.client.Transport}
	})
	return p.client
}

func (p *Providers) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.http())
}

// person reads the claims by the names that the provider has for them.
func (f *party) person(t *tokens, said map[string]any, a identity.ExternalAnswer) *identity.External {
	names := f.names()
	e := &identity.External{
		ID: textOf(said[names.id]), Email: textOf(said[names.email]), Username: textOf(said[names.username]),
		Verified: flagOf(said[names.verified]), Token: cmp.Or(t.refresh, t.access), Claims: said, Sources: []any{said},
	}
	if f.vendor.confirmed && e.Verified == nil {
		e.Verified = new(bool)
		*e.Verified = true
	}
	switch f.Type {
	case fa.ProviderOpenID:
		e.Sources = append(e.Sources, orUndefined(t.claims), t.all())
	case fa.ProviderApple:
		addAppleUser(said, a.AppleUser)
	}
	return e
}

func orUndefined(claims map[string]any) any {
	if claims == nil {
		return nil
	}
	return claims
}

// listed are the words of a list with blanks or commas.
func listed(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' })
}

func distinct(words []string) (list []string) {
	for _, word := range words {
		if !slices.Contains(list, word) {
			list = append(list, word)
		}
	}
	return list
}
