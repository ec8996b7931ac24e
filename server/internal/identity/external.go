package identity

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"wherry/server/internal/fa"
)

// External is what an identity provider says of a person.
type External struct {
	ID       string // theirs, by which a link knows the person
	Email    string
	Verified *bool // whether the address is theirs; nil: the provider does not say
	Username string
	Token    string         // the provider's, which is kept with the link; may be empty
	Claims   map[string]any // everything that it says
	Sources  []any          // what its reconcile lambda is told, in the order of the parameters
}

// displayName is what a link is shown as.
func (e *External) displayName() string {
	name := []rune(cmp.Or(e.Email, e.Username, e.ID))
	return string(name[:min(len(name), 191)])
}

// unverified tells whether the provider says that the address may be somebody
// else's.
func (e *External) unverified() bool { return e.Verified != nil && !*e.Verified }

// ExternalRequest is what the browser takes to a provider.
type ExternalRequest struct {
	RedirectURI, State, Nonce string
	Verifier                  string // of which a challenge is sent
	LoginHint                 string // who is about to sign in; may be empty
}

// ExternalAnswer is what came back from a provider.
type ExternalAnswer struct {
	Code, RedirectURI string
	Verifier          string // empty: there was no challenge
	Nonce             string // that an ID token has to have; empty: any
	Issuer            string // who has answered, by its own account (RFC 9207)
	FromBrowser       bool   // which has to bring it if the provider always tells
	Token             string // instead of a code: what a vendor's own library, or another system, has got
	AppleUser         string // what Apple says once, at the first time
	NativeApp         bool   // the code was made for Apple's bundle, not for the service
}

// Through is somebody for whom an identity provider vouches.
type Through struct {
	Attempt
	Provider *fa.IdentityProvider
	Person   External
	NoLink   bool   // only somebody who has a link is let in
	Browser  string // with which a pending link can be completed on the pages; empty: only by the API
}

// ExternalKind is why somebody for whom a provider vouches cannot come in.
type ExternalKind int

// The kinds of ExternalError.
const (
	ExternalUnusable ExternalKind = iota // what the provider says is not enough, or too much
	ExternalRejected                     // the provider does not vouch for anybody
	ExternalUnknown                      // it is nobody of ours, and nobody is to be made
)

// ExternalError lets somebody not in who comes through an identity provider.
// Cause is FusionAuth's word for it, as in
// "[ExternalAuthenticationException]UnverifiedEmail".
type ExternalError struct {
	Kind  ExternalKind
	Cause string
	Err   error // what went wrong; may be nil
}

func (e *ExternalError) Error() string {
	if e.Err != nil {
		return "identity provider: " + e.Cause + ": " + e.Err.Error()
	}
	return "identity provider: " + e.Cause
}

func (e *ExternalError) Unwrap() error { return e.Err }

// howThrough is how a sign-in through a provider was proven, as tokens say it.
var howThrough = map[string]string{
	fa.ProviderApple: "APPLE", fa.ProviderExternalJWT: "FEDERATED_JWT", fa.ProviderFacebook: "FACEBOOK", fa.ProviderGoogle: "GOOGLE",
	fa.ProviderLinkedIn: "LINKEDIN", fa.ProviderOpenID: "OPENID_CONNECT", fa.ProviderTwitch: "TWITCH",
}

// errOvertaken says that somebody else has made the user or the link meanwhile.
var errOvertaken = errors.New("the person signs in twice at this moment")

// mostOvertaken is how often that can be in earnest.
const mostOvertaken = 3

// SignInThrough is SignIn for somebody for whom an identity provider vouches:
// find who that is by the link, or by the provider's strategy; let mappings or
// the lambda renew what is known; register; then go on as everybody does. Of
// two first sign-ins of one person at once, one makes the user.
//
// Source: https://fusionauth.io/docs/lifecycle/authenticate-users/identity-providers/
func (s *Service) SignInThrough(ctx context.Context, t Through) (*Outcome, error) {
	tenant, err := s.Tenants.Get(ctx, t.TenantID)
	if err != nil {
		return nil, fmt.Errorf("tenant of the sign-in: %w", err)
	}
	if t.Person.ID == "" {
		return nil, &ExternalError{Cause: "MissingUniqueId"}
	}
	for range mostOvertaken {
		user, pending, err := s.arrive(Within(ctx, t.Application), tenant, t)
		switch {
		case errors.Is(err, errOvertaken):
			continue
		case err != nil:
			return nil, s.explainThrough(ctx, t, err)
		case pending != "":
			return &Outcome{PendingLinkID: pending}, nil
		}
		t.LoginID, t.provider = loginIDOf(&user.User), t.Provider
		return s.admit(ctx, tenant, t.Attempt, proof{user: user, how: howThrough[t.Provider.Type]})
	}
	return nil, ErrBusy
}

// arrive finds or makes the user, as the provider wants them, or a pending link.
func (s *Service) arrive(ctx context.Context, tenant *fa.Tenant, t Through) (user *fa.Account, pending string, err error) {
	user, linked, err := s.match(ctx, tenant, t)
	switch {
	case err != nil:
		return nil, "", err
	case user == nil && t.Provider.LinkingStrategy == fa.LinkPending:
		pending, err = s.keepPendingLink(ctx, tenant, t)
		return nil, pending, err
	case user == nil:
		user, err = s.createThrough(ctx, tenant, t)
		return user, "", err
	}
	if err := s.checkAccount(ctx, user); err != nil { // nobody who may not come in is linked
		return nil, "", err
	}
	user, err = s.renewThrough(ctx, t, user, linked)
	return user, "", err
}

// explainThrough writes to the event log why what a provider says cannot be
// stored: it is administrators who can do something about it.
func (s *Service) explainThrough(ctx context.Context, t Through, err error) error {
	refused, ok := errors.AsType[*fa.Errors](err)
	if _, told := errors.AsType[*ExternalError](err); !ok || told {
		return err
	}
	message := fmt.Sprintf("What the identity provider [%s] says of [%s] cannot be stored, so the login fails.\n\n%s",
		t.Provider.Name, t.Person.displayName(), refused.Details())
	if err := s.Store.LogEvent(ctx, fa.EventError, message); err != nil {
		return err
	}
	return &ExternalError{Cause: "Reconcile", Err: err}
}
