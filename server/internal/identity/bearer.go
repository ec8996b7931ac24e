package identity

import (
	"context"
	"encoding/json"

	"wherry/server/internal/fa"
)

// bearerClaims are what an access token says of whom it is for.
type bearerClaims struct {
	Audience  fa.ID  `json:"aud"` // the application, if one was named
	Expires   int64  `json:"exp"`
	Subject   fa.ID  `json:"sub"`
	Tenant    fa.ID  `json:"tid"`
	TokenHash string `json:"at_hash"` // only ID tokens have one
}

// Bearer returns the user and the tenant of an access token, or fa.ErrNotFound
// for anything that is none, or not any more. The key must be the one that such
// tokens are signed with today: other keys may be known to other people.
func (t *Tokens) Bearer(ctx context.Context, token string) (user, tenant fa.ID, err error) {
	key, claims, err := t.Verifier.Verify(ctx, token)
	if err != nil {
		return "", "", err
	}
	var c bearerClaims
	if json.Unmarshal(claims, &c) != nil || c.Subject == "" || c.TokenHash != "" || c.Expires <= t.Now().Unix() {
		return "", "", fa.ErrNotFound
	}
	var g Grant
	if g.Tenant, err = t.Tenants.Get(ctx, c.Tenant); err == nil && c.Audience != "" {
		g.Application, err = t.Applications.Get(ctx, c.Audience)
	}
	switch {
	case err != nil:
		return "", "", err
	case g.Application != nil && g.Application.TenantID != c.Tenant, g.config().AccessTokenKeyID != key:
		return "", "", fa.ErrNotFound
	}
	return c.Subject, c.Tenant, nil
}
