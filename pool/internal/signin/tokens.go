package signin

import (
	"cmp"
	"math"
	"slices"
	"time"

	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/store"
	"wherry/pool/internal/token"
)

// Tokens is AuthenticationResult.
type Tokens struct {
	AccessToken  string
	ExpiresIn    int // seconds
	TokenType    string
	RefreshToken string `json:",omitempty"`
	IDToken      string `json:"IdToken"`
}

// finish ends a sign-in with tokens.
func (s *Service) finish(a *attempt) (Result, error) {
	mint, err := s.Mints.Of(a.pool.ID)
	if err != nil {
		return Result{}, err
	}
	now := s.Now()
	grant := s.grant(a, mint.Begin(), now)
	tokens, err := issue(mint, grant)
	if err != nil {
		return Result{}, err
	}
	tokens.RefreshToken, err = mint.Seal(token.Refresh{
		ClientID: a.client.ClientID, Sub: a.user.Sub(), Session: grant.Session,
		SignedIn: now.Unix(), Expires: now.Add(a.client.RefreshLifetime()).UnixMilli(),
	})
	if err != nil {
		return Result{}, err
	}
	s.record(a, "Pass")
	return Result{Tokens: tokens}, nil
}

func (s *Service) grant(a *attempt, session uint64, signedIn time.Time) *token.Grant {
	return &token.Grant{
		User: a.user.User, Client: a.client, Groups: GroupsOf(a.pool, a.user.User),
		Session: session, SignedIn: signedIn, Now: s.Now(), NewID: s.NewID,
	}
}

func issue(mint *token.Mint, g *token.Grant) (*Tokens, error) {
	access, err := mint.Access(g)
	if err != nil {
		return nil, err
	}
	id, err := mint.ID(g)
	if err != nil {
		return nil, err
	}
	return &Tokens{AccessToken: access, IDToken: id, TokenType: "Bearer", ExpiresIn: int(g.Client.AccessLifetime().Seconds())}, nil
}

// GroupsOf is the groups of a user, the one with the highest precedence first.
func GroupsOf(p *store.Pool, u *model.User) []*model.Group {
	var groups []*model.Group
	for _, name := range u.Groups {
		if g, ok := p.Groups.Get(name); ok {
			groups = append(groups, g)
		}
	}
	slices.SortStableFunc(groups, func(a, b *model.Group) int { return cmp.Compare(rank(a), rank(b)) })
	return groups
}

func rank(g *model.Group) int {
	if g.Precedence == nil {
		return math.MaxInt
	}
	return *g.Precedence
}

// refresh is REFRESH_TOKEN_AUTH.
func (s *Service) refresh(a *attempt, given map[string]string) (Result, error) {
	if a.client.Rotates() {
		return Result{}, refuse.InvalidParameter("REFRESH_TOKEN_AUTH flow not enabled for this client")
	}
	if err := need(given, "REFRESH_TOKEN"); err != nil {
		return Result{}, err
	}
	old, err := s.openRefresh(a, given["REFRESH_TOKEN"])
	if err != nil {
		return Result{}, err
	}
	if err := CheckSecretHash(a.client, a.user.Username, given["SECRET_HASH"]); err != nil {
		return Result{}, err
	}
	return s.renew(a, old)
}

// Exchange is GetTokensFromRefreshToken.
func (s *Service) Exchange(p *store.Pool, c *model.Client, refreshToken string) (Result, error) {
	a := &attempt{pool: p, client: c}
	result, err := s.exchange(a, refreshToken)
	result.User = a.user
	return result, err
}

func (s *Service) exchange(a *attempt, refreshToken string) (Result, error) {
	old, err := s.openRefresh(a, refreshToken)
	if err != nil {
		return Result{}, err
	}
	return s.renew(a, old)
}

// openRefresh reads a refresh token, and finds the user whose it is.
func (s *Service) openRefresh(a *attempt, refreshToken string) (token.Refresh, error) {
	mint, err := s.Mints.Of(a.pool.ID)
	if err != nil {
		return token.Refresh{}, err
	}
	old, err := mint.Open(refreshToken)
	if err != nil || old.ClientID != a.client.ClientID {
		return old, refuse.NotAuthorized("Invalid Refresh Token")
	}
	user, ok := a.pool.Users.Subject(old.Sub)
	a.user = user
	switch {
	case !ok:
		return old, refuse.NotAuthorized("Invalid Refresh Token")
	case s.Now().UnixMilli() >= old.Expires:
		return old, refuse.NotAuthorized("Refresh Token has expired")
	case !user.Enabled:
		return old, refuse.NotAuthorized("User is disabled.")
	case mint.Revoked(old.Session, user.N):
		return old, refuse.NotAuthorized("Refresh Token has been revoked")
	}
	return old, nil
}

// renew gives new tokens for a refresh token; a new refresh token too where
// the client rotates them.
func (s *Service) renew(a *attempt, old token.Refresh) (Result, error) {
	mint, err := s.Mints.Of(a.pool.ID)
	if err != nil {
		return Result{}, err
	}
	next := old
	if a.client.Rotates() {
		grace := time.Duration(a.client.RefreshTokenRotation.RetryGracePeriodSeconds) * time.Second
		var ok bool
		if next.Number, ok = mint.Rotate(old.Session, old.Number, s.Now(), grace); !ok {
			return Result{}, refuse.With("RefreshTokenReuse", "Refresh token reuse detected.")
		}
	}
	tokens, err := issue(mint, s.grant(a, old.Session, time.Unix(old.SignedIn, 0)))
	if err != nil {
		return Result{}, err
	}
	if a.client.Rotates() {
		if tokens.RefreshToken, err = mint.Seal(next); err != nil {
			return Result{}, err
		}
	}
	return Result{Tokens: tokens}, nil
}

// Revoke is RevokeToken: it ends the sign-in that a refresh token belongs to.
func (s *Service) Revoke(p *store.Pool, c *model.Client, refreshToken string) (store.User, error) {
	if !c.Revokes() {
		return store.User{}, refuse.With("UnsupportedOperation", "Token revocation is disabled for this client")
	}
	mint, err := s.Mints.Of(p.ID)
	if err != nil {
		return store.User{}, err
	}
	old, err := mint.Open(refreshToken)
	switch {
	case err != nil:
		return store.User{}, refuse.With("UnsupportedTokenType", "Unsupported token type")
	case old.ClientID != c.ClientID:
		return store.User{}, refuse.With("Unauthorized", "Token is not issued to this client")
	}
	user, _ := p.Users.Subject(old.Sub)
	mint.Revoke(old.Session)
	return user, nil
}

// SignOut ends every sign-in of a user.
func (s *Service) SignOut(p *store.Pool, user store.User) error {
	mint, err := s.Mints.Of(p.ID)
	if err != nil {
		return err
	}
	mint.SignOut(user.N)
	return nil
}
