package identity

import (
	"context"
	"fmt"
	"time"

	"wherry/server/internal/fa"
)

// EntityGrant is an entity that may have a token of its own.
type EntityGrant struct {
	Tenant      *fa.Tenant
	Entity      *fa.Entity         // the recipient, with its type
	Targets     []*fa.Entity       // whom the token is for
	Permissions map[fa.ID][]string // by target
	Scope       string             // as it was asked for
}

// Entity makes the access token of an entity. Key and time to live are those of
// the entity's type, if it has its own.
//
// Source: https://fusionauth.io/docs/lifecycle/authenticate-users/oauth/tokens#client-credentials-access-token
func (t *Tokens) Entity(ctx context.Context, g EntityGrant) (Token, error) {
	now, key, seconds := t.Now(), g.Tenant.JWTConfiguration.AccessTokenKeyID, g.Tenant.JWTConfiguration.TimeToLiveInSeconds
	if own := g.Entity.Type.JWTConfiguration; own.Enabled {
		key, seconds = own.AccessTokenKeyID, own.TimeToLiveInSeconds
	}
	expires := now.Add(time.Duration(seconds) * time.Second)
	claims := map[string]any{
		"iss": g.Tenant.Issuer, "sub": g.Entity.ID, "jti": t.NewID(), "tid": g.Tenant.ID, "iat": now.Unix(), "exp": expires.Unix(),
	}
	setUnlessEmpty(claims, "scope", g.Scope)
	switch len(g.Targets) {
	case 0:
	case 1:
		claims["aud"] = g.Targets[0].ID
	default:
		audience := make([]fa.ID, len(g.Targets))
		for i, target := range g.Targets {
			audience[i] = target.ID
		}
		claims["aud"] = audience
	}
	if len(g.Permissions) > 0 {
		claims["permissions"] = g.Permissions
	}
	claims, expires, err := t.populateEntity(ctx, g, claims, expires)
	if err != nil {
		return Token{}, err
	}
	header := map[string]any{"gty": []string{fa.GrantClientCredentials}}
	compact, err := t.Signer.Sign(ctx, key, header, claims)
	if err != nil {
		return Token{}, fmt.Errorf("sign a token: %w", err)
	}
	return Token{Compact: compact, Expires: expires, ID: jti(claims)}, t.mark(ctx, g.Tenant.ID, key, expires)
}

func (t *Tokens) populateEntity(ctx context.Context, g EntityGrant, claims map[string]any, expires time.Time) (map[string]any, time.Time, error) {
	lambda := g.Tenant.OAuthConfiguration.ClientCredentialsAccessTokenPopulateLambdaID
	if t.Lambdas == nil || lambda == "" {
		return claims, expires, nil
	}
	claims, err := t.Lambdas.PopulateEntity(ctx, lambda, claims, g.Entity, g.Targets, g.Permissions)
	if err != nil {
		return nil, expires, fmt.Errorf("populate a token: %w", err)
	}
	if exp, ok := claims["exp"].(int64); ok {
		expires = time.Unix(exp, 0)
	}
	return claims, expires, nil
}
