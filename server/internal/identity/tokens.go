package identity

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"wherry/server/internal/fa"
)

// Tokens makes the JWTs of FusionAuth.
//
// Source: https://fusionauth.io/docs/lifecycle/authenticate-users/oauth/tokens
type Tokens struct {
	Signer      Signer
	Verifier    Verifier
	Identifiers TokenIdentifiers
	Bearers     Bearers
	Lambdas     Populator // nil: none are run
	Groups      Groups
	Tenants     Lookup[fa.Tenant]
	Clients     Clients
	Now         func() time.Time
	NewID       func() fa.ID

	seen   seen
	marked sync.Map // which keys sign tokens of which tenants, and until when that is known
}

// Clients finds applications by their client ids.
type Clients interface {
	Client(ctx context.Context, clientID string) (*fa.Application, error)
}

// TokenIdentifiers keeps what has to be known of tokens that are out.
type TokenIdentifiers interface {
	KeepIdentifier(ctx context.Context, kind, code string, ttl time.Duration, value any) error
	ProlongIdentifier(ctx context.Context, kind, code string, ttl time.Duration) error
	Identifier(ctx context.Context, kind, code string, value any) error
}

// Bearers looks up those who come with access tokens.
type Bearers interface {
	// Bearer returns a user, nil if there is none, and whether a code of a kind is
	// kept, both as they are at this moment. The pointer stays the same as long as
	// the user does, whom nobody may change.
	Bearer(ctx context.Context, user fa.ID, kind, code string) (u *fa.User, kept bool, err error)
}

// Signer signs claims with one of the keys of Key Master.
type Signer interface {
	// Sign returns the compact form; header is added to the usual members.
	Sign(ctx context.Context, key fa.ID, header, claims map[string]any) (string, error)
	// Hash is the left half of the hash that OpenID Connect Core 3.1.3.6 asks
	// for, with the hash function of the key's algorithm.
	Hash(ctx context.Context, key fa.ID, value string) (string, error)
}

// Verifier checks the signatures of tokens that come back.
type Verifier interface {
	// Verify returns the claims of a token and which key has signed it, or
	// fa.ErrNotFound.
	Verify(ctx context.Context, token string) (key fa.ID, claims []byte, err error)
}

// Populator lets a lambda change the claims of a token.
type Populator interface {
	Populate(ctx context.Context, lambda fa.ID, claims map[string]any, u *fa.User, r *fa.Registration) (map[string]any, error)
	PopulateEntity(ctx context.Context, lambda fa.ID, claims map[string]any, recipient *fa.Entity, targets []*fa.Entity, permissions map[fa.ID][]string) (map[string]any, error)
	// PopulateUserInfo lets a lambda change what the UserInfo endpoint says.
	PopulateUserInfo(ctx context.Context, lambda fa.ID, info map[string]any, u *fa.User, r *fa.Registration, claims []byte) (map[string]any, error)
}

// populate lets the application's lambda, if it has one, change claims, and
// returns them with the time at which the token expires then.
func (t *Tokens) populate(ctx context.Context, g Grant, which func(fa.ApplicationLambdaConfiguration) fa.ID, claims map[string]any, expires time.Time) (map[string]any, time.Time, error) {
	if t.Lambdas == nil || g.Application == nil || which(g.Application.LambdaConfiguration) == "" {
		return claims, expires, nil
	}
	claims, err := t.Lambdas.Populate(ctx, which(g.Application.LambdaConfiguration), claims, g.User, g.Registration)
	if err != nil {
		return nil, expires, fmt.Errorf("populate a token: %w", err)
	}
	if exp, ok := claims["exp"].(int64); ok {
		expires = time.Unix(exp, 0)
	}
	return claims, expires, nil
}

// Grant is somebody who may have tokens.
type Grant struct {
	Tenant             *fa.Tenant
	Application        *fa.Application // nil: none was named
	ClientID           string          // what the client calls itself; empty: the application's id
	User               *fa.User
	Registration       *fa.Registration // nil: not registered
	AuthenticationType string
	AuthTime           time.Time // zero: now
	GrantTypes         []string  // for the gty header; empty outside OAuth
	Scopes             []string  // empty outside OAuth
	Nonce              string
	Code               string        // the authorization code, for c_hash
	SessionID          fa.ID         // of the refresh token that goes with it; empty: none
	SSOID              fa.ID         // of the session of single sign-on; empty: none
	Shorter            time.Duration // how long it is to live, if that is shorter; 0: as long as it may
	Until              time.Time     // when it expires at the latest; zero: when it does
	Since              time.Time     // when its refresh token began; zero: now
}

// Token is a signed JWT.
type Token struct {
	Compact string
	Expires time.Time
	ID      string // its jti
}

// Access makes an access token.
func (t *Tokens) Access(ctx context.Context, g Grant) (Token, error) {
	config := g.Configuration()
	claims, expires := t.common(g, config)
	claims["authenticationType"] = g.AuthenticationType
	if g.Registration != nil {
		claims["applicationId"] = g.Registration.ApplicationID
		roles, err := t.roles(ctx, g)
		if err != nil {
			return Token{}, err
		}
		claims["roles"] = roles
	}
	if len(g.Scopes) > 0 {
		claims["scope"] = strings.Join(g.Scopes, " ")
	}
	setUnlessEmpty(claims, "sid", string(g.SessionID))
	if g.compatible() {
		addEmail(claims, g.User)
		setUnlessEmpty(claims, "preferred_username", g.User.Username)
	}
	claims, expires, err := t.populate(ctx, g, func(l fa.ApplicationLambdaConfiguration) fa.ID { return l.AccessTokenPopulateID }, claims, expires)
	if err != nil {
		return Token{}, err
	}
	return t.sign(ctx, config.AccessTokenKeyID, g, claims, expires)
}

// ID makes an ID token that goes with access, an access token.
//
// Source: https://openid.net/specs/openid-connect-core-1_0.html#IDToken
func (t *Tokens) ID(ctx context.Context, g Grant, access string) (Token, error) {
	config := g.Configuration()
	claims, expires := t.common(g, config)
	claims["authenticationType"] = g.AuthenticationType
	claims["scope"] = strings.Join(g.Scopes, " ")
	setUnlessEmpty(claims, "nonce", g.Nonce)
	setUnlessEmpty(claims, "sid", string(g.SSOID))
	for name, value := range map[string]string{"at_hash": access, "c_hash": g.Code} {
		if value == "" {
			continue
		}
		hash, err := t.Signer.Hash(ctx, config.IDTokenKeyID, value)
		if err != nil {
			return Token{}, fmt.Errorf("hash for %s: %w", name, err)
		}
		claims[name] = hash
	}
	addProfile(claims, g.User, g.Scopes)
	claims, expires, err := t.populate(ctx, g, func(l fa.ApplicationLambdaConfiguration) fa.ID { return l.IDTokenPopulateID }, claims, expires)
	if err != nil {
		return Token{}, err
	}
	return t.sign(ctx, config.IDTokenKeyID, g, claims, expires)
}

// roles are those of the registration that the application still has.
func (g Grant) roles() []string {
	return slices.DeleteFunc(slices.Clone(g.Registration.Roles), func(name string) bool {
		_, there := g.Application.Role(name)
		return !there
	})
}

// Configuration is the application's when it has one of its own, else the tenant's.
func (g Grant) Configuration() *fa.JWTConfiguration {
	if g.Application == nil || !g.Application.JWTConfiguration.Enabled {
		return &g.Tenant.JWTConfiguration
	}
	config := g.Application.JWTConfiguration
	config.AccessTokenKeyID = cmp.Or(config.AccessTokenKeyID, g.Tenant.JWTConfiguration.AccessTokenKeyID)
	config.IDTokenKeyID = cmp.Or(config.IDTokenKeyID, g.Tenant.JWTConfiguration.IDTokenKeyID)
	return &config
}

// compatible tells whether tokens carry what they carried before scopes.
func (g Grant) compatible() bool {
	return g.Application != nil && g.Application.OAuthConfiguration.ScopeHandlingPolicy == fa.ScopesCompatibility
}

func (t *Tokens) common(g Grant, config *fa.JWTConfiguration) (claims map[string]any, expires time.Time) {
	now := t.Now()
	authTime := g.AuthTime
	if authTime.IsZero() {
		authTime = now
	}
	lives := time.Duration(config.TimeToLiveInSeconds) * time.Second
	if g.Shorter > 0 {
		lives = min(lives, g.Shorter)
	}
	if expires = now.Add(lives); !g.Until.IsZero() && g.Until.Before(expires) {
		expires = g.Until
	}
	claims = map[string]any{
		"iss": g.Tenant.Issuer, "sub": g.User.ID, "jti": t.NewID(), "tid": g.Tenant.ID,
		"iat": now.Unix(), "exp": expires.Unix(), "auth_time": authTime.Unix(),
	}
	if g.Application != nil {
		claims["aud"] = cmp.Or(g.ClientID, string(g.Application.ID))
	}
	return claims, expires
}

func (t *Tokens) sign(ctx context.Context, key fa.ID, g Grant, claims map[string]any, expires time.Time) (Token, error) {
	header := map[string]any{}
	if len(g.GrantTypes) > 0 {
		header["gty"] = g.GrantTypes
	}
	compact, err := t.Signer.Sign(ctx, key, header, claims)
	if err != nil {
		return Token{}, fmt.Errorf("sign a token: %w", err)
	}
	return Token{Compact: compact, Expires: expires, ID: jti(claims)}, t.mark(ctx, g.Tenant.ID, key, expires)
}

// jti is the id of a token, which a lambda may have changed.
func jti(claims map[string]any) string {
	switch id := claims["jti"].(type) {
	case fa.ID:
		return string(id)
	case string:
		return id
	}
	return ""
}

func splitScope(scope string) []string { return strings.Fields(scope) }

// addProfile adds the claims of each scope that was granted.
func addProfile(claims map[string]any, u *fa.User, scopes []string) {
	if slices.Contains(scopes, "email") {
		addEmail(claims, u)
	}
	if slices.Contains(scopes, "phone") {
		addPhone(claims, u)
	}
	if slices.Contains(scopes, "profile") {
		for name, value := range map[string]string{
			"given_name": u.FirstName, "middle_name": u.MiddleName, "family_name": u.LastName, "name": u.FullName,
			"preferred_username": u.Username, "birthdate": u.BirthDate, "picture": u.ImageURL, "zoneinfo": u.Timezone,
		} {
			setUnlessEmpty(claims, name, value)
		}
		if len(u.PreferredLanguages) > 0 {
			claims["locale"] = u.PreferredLanguages[0]
		}
	}
}

func addEmail(claims map[string]any, u *fa.User) {
	if u.Email != "" {
		claims["email"], claims["email_verified"] = u.Email, u.IsVerified(fa.IdentityEmail)
	}
}

func addPhone(claims map[string]any, u *fa.User) {
	switch {
	case u.PhoneNumber != "":
		claims["phone_number"], claims["phone_number_verified"] = u.PhoneNumber, u.IsVerified(fa.IdentityPhoneNumber)
	case u.MobilePhone != "":
		claims["phone_number"] = u.MobilePhone
	}
}

func setUnlessEmpty(claims map[string]any, name, value string) {
	if value != "" {
		claims[name] = value
	}
}

// Vend signs claims of somebody's choice, with a key or, if none is named, with
// the tenant's, for as long as is said or, if nothing is, as the tenant says.
func (t *Tokens) Vend(ctx context.Context, tenant *fa.Tenant, key fa.ID, claims map[string]any, ttl time.Duration) (Token, error) {
	config, now := tenant.JWTConfiguration, t.Now()
	if ttl <= 0 {
		ttl = time.Duration(config.TimeToLiveInSeconds) * time.Second
	}
	expires := now.Add(ttl)
	vended := maps.Clone(claims)
	if vended == nil {
		vended = map[string]any{}
	}
	vended["jti"], vended["iat"], vended["exp"] = t.NewID(), now.Unix(), expires.Unix()
	if _, said := vended["iss"]; !said {
		vended["iss"] = tenant.Issuer
	}
	compact, err := t.Signer.Sign(ctx, cmp.Or(key, config.AccessTokenKeyID), nil, vended)
	if err != nil {
		return Token{}, fmt.Errorf("sign a token: %w", err)
	}
	return Token{Compact: compact, Expires: expires}, nil
}

// UserInfo is what the UserInfo endpoint tells of a user: what the scopes of the
// token say or, for applications from before there were scopes, everything.
//
// Source: https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse
func UserInfo(u *fa.User, c *Claims, everything bool) map[string]any {
	info, scopes := map[string]any{"sub": u.ID}, splitScope(c.Scope)
	if everything {
		scopes = []string{"email", "phone", "profile"}
	}
	addProfile(info, u, scopes)
	return info
}
