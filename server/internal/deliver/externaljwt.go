package deliver

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// ForeignTokens checks the signatures of tokens that were not issued here.
type ForeignTokens interface {
	// VerifyForeign returns the claims of a token, or fa.ErrNotFound for one that
	// none of the keys has signed. parameter is the header that names the key;
	// byDefault, which may be empty, is for tokens without it.
	VerifyForeign(ctx context.Context, token, parameter string, byDefault fa.ID) (claims []byte, err error)
}

// errToken is the same for everything that may be wrong with a token.
var errToken = &identity.ExternalError{Kind: identity.ExternalRejected, Cause: "InvalidJWT"}

// foreign returns who a token of an external JWT provider is about. It has
// to be signed, and to say until when it is good.
//
// Source: https://fusionauth.io/docs/apis/identity-providers/external-jwt
func (p *Providers) foreign(ctx context.Context, provider *fa.IdentityProvider, token string) (*identity.External, error) {
	raw, err := p.Foreign.VerifyForeign(ctx, token, cmp.Or(provider.HeaderKeyParameter, "kid"), provider.DefaultKeyID)
	if errors.Is(err, fa.ErrNotFound) {
		return nil, errToken
	}
	if err != nil {
		return nil, err
	}
	claims, err := readClaims(raw)
	if err != nil {
		return nil, errToken
	}
	now := p.Now().Unix()
	if expires, ok := seconds(claims["exp"]); !ok || expires <= now {
		return nil, errToken
	}
	if _, given := claims["nbf"]; given {
		if from, ok := seconds(claims["nbf"]); !ok || from > now {
			return nil, errToken
		}
	}
	e := &identity.External{
		ID: textOf(claims[provider.UniqueIdentityClaim]), Email: textOf(claims[mappedTo(provider, "email")]), Username: textOf(claims[mappedTo(provider, "username")]),
		Claims: claims, Sources: []any{claims},
	}
	e.Username = cmp.Or(e.Username, textOf(claims["preferred_username"]))
	if e.Email == "" && strings.Contains(e.ID, "@") { // what the claim was in its first days
		e.Email = e.ID
	}
	e.Verified = flagOf(claims["email_verified"])
	return e, nil
}

// mappedTo is the claim that goes to a property of the user; the one of the same
// name if none is mapped.
func mappedTo(p *fa.IdentityProvider, property string) string {
	for _, claim := range slices.Sorted(maps.Keys(p.ClaimMap)) {
		if p.ClaimMap[claim] == property {
			return claim
		}
	}
	return property
}

func seconds(v any) (int64, bool) {
	n, ok := v.(number)
	if !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(n), 64)
	return int64(f), err == nil && f > -1e15 && f < 1e15
}
