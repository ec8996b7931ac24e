package identity

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"strings"

	"wherry/server/internal/fa"
)

// ForeignTokens checks the signatures of tokens that were not issued here.
type ForeignTokens interface {
	// VerifyForeign returns the claims of a token, or fa.ErrNotFound for one that
	// none of the keys has signed. parameter is the header that names the key;
	// byDefault, which may be empty, is for tokens without it.
	VerifyForeign(ctx context.Context, token, parameter string, byDefault fa.ID) (claims []byte, err error)
}

// errToken is the same for everything that may be wrong with a token.
var errToken = &ExternalError{Kind: ExternalRejected, Cause: "InvalidJWT"}

// ReadForeign returns who a token of an external JWT provider is about. It has
// to be signed, and to say until when it is good.
//
// Source: https://fusionauth.io/docs/apis/identity-providers/external-jwt
func (s *Service) ReadForeign(ctx context.Context, tokens ForeignTokens, p *fa.IdentityProvider, token string) (*External, error) {
	raw, err := tokens.VerifyForeign(ctx, token, cmp.Or(p.HeaderKeyParameter, "kid"), p.DefaultKeyID)
	if errors.Is(err, fa.ErrNotFound) {
		return nil, errToken
	}
	if err != nil {
		return nil, err
	}
	claims, err := ReadClaims(raw)
	if err != nil {
		return nil, errToken
	}
	now := s.Now().Unix()
	if expires, ok := seconds(claims["exp"]); !ok || expires <= now {
		return nil, errToken
	}
	if _, given := claims["nbf"]; given {
		if from, ok := seconds(claims["nbf"]); !ok || from > now {
			return nil, errToken
		}
	}
	e := &External{
		ID: TextOf(claims[p.UniqueIdentityClaim]), Email: TextOf(claims[mappedTo(p, "email")]), Username: TextOf(claims[mappedTo(p, "username")]),
		Claims: claims, Sources: []any{claims},
	}
	e.Username = cmp.Or(e.Username, TextOf(claims["preferred_username"]))
	if e.Email == "" && strings.Contains(e.ID, "@") { // what the claim was in its first days
		e.Email = e.ID
	}
	e.Verified = FlagOf(claims["email_verified"])
	return e, nil
}

// mappedTo is the claim that goes to a property of the user; the one of the same
// name if none is mapped.
func mappedTo(p *fa.IdentityProvider, property string) string {
	for claim, to := range p.ClaimMap {
		if to == property {
			return claim
		}
	}
	return property
}

func seconds(v any) (int64, bool) {
	n, ok := v.(Number)
	if !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(n), 64)
	return int64(f), err == nil && f > -1e15 && f < 1e15
}
