package signin

import (
	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/store"
	"wherry/pool/internal/token"
)

// Holder is who presents an access token.
type Holder struct {
	Pool   *store.Pool
	Client *model.Client
	User   store.User
	Claims token.Claims
}

// Holder checks an access token and says whose it is.
func (s *Service) Holder(pools *store.Store, accessToken string) (Holder, error) {
	h, mint, err := s.believe(pools, accessToken)
	if err != nil {
		return h, refuse.NotAuthorized("Invalid Access Token")
	}
	user, ok := h.Pool.Users.Subject(h.Claims.Sub)
	h.User = user
	switch {
	case h.Claims.Expired(s.Now()):
		return h, refuse.NotAuthorized("Access Token has expired")
	case !ok:
		return h, refuse.NoUser()
	case mint.Revoked(h.Claims.Session, user.N):
		return h, refuse.NotAuthorized("Access Token has been revoked")
	}
	return h, nil
}

// believe finds the pool that a token names, and checks that it made it.
func (s *Service) believe(pools *store.Store, accessToken string) (h Holder, mint *token.Mint, err error) {
	claims, err := token.Peek(accessToken)
	if err != nil {
		return h, nil, err
	}
	if h.Pool, h.Client, err = pools.Client(claims.ClientID); err != nil {
		return h, nil, err
	}
	if mint, err = s.Mints.Of(h.Pool.ID); err != nil {
		return h, nil, err
	}
	h.Claims, err = mint.Verify(accessToken)
	return h, mint, err
}
