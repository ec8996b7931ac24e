package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"wherry/server/internal/fa"
)

// Claims are what a token says that was issued here.
type Claims struct {
	Audience  Audience `json:"aud"`
	Expires   int64    `json:"exp"` // seconds
	ID        string   `json:"jti"`
	Scope     string   `json:"scope"`
	SessionID fa.ID    `json:"sid"`
	Subject   fa.ID    `json:"sub"`
	Tenant    fa.ID    `json:"tid"`
	TokenHash string   `json:"at_hash"` // only ID tokens have one

	JSON []byte `json:"-"` // all of them
}

// Audience is whom a token is for: JSON has one text, or a list.
type Audience []string

// UnmarshalJSON reads either form.
func (a *Audience) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*a = Audience{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(a))
}

// ClientID is of the application that a user's token is for; empty if it is for
// none.
func (c *Claims) ClientID() string {
	if len(c.Audience) == 0 {
		return ""
	}
	return c.Audience[0]
}

// Read returns what a token says, or fa.ErrNotFound for anything that is none,
// or not any more. Its key must be one that signs tokens of the tenant, or has
// done so until a moment ago: other keys may be known to other people.
func (t *Tokens) Read(ctx context.Context, token string) (*Claims, error) {
	c, err := t.ReadExpired(ctx, token)
	if err != nil {
		return nil, err
	}
	if c.Expires <= t.Now().Unix() {
		return nil, fa.ErrNotFound
	}
	err = t.Identifiers.Identifier(ctx, kindRevoked, c.ID, new(struct{}))
	if !errors.Is(err, fa.ErrNotFound) {
		return nil, errors.Join(err, fa.ErrNotFound)
	}
	return c, nil
}

// ReadWithUser is Read with the user whom the token is about, without
// registrations and memberships; nil if there is none. For the same token the
// pointers stay the same as long as nothing changes.
func (t *Tokens) ReadWithUser(ctx context.Context, token string) (*Claims, *fa.User, error) {
	c, err := t.ReadExpired(ctx, token)
	if err != nil {
		return nil, nil, err
	}
	if c.Expires <= t.Now().Unix() {
		return nil, nil, fa.ErrNotFound
	}
	u, revoked, err := t.Bearers.Bearer(ctx, c.Subject, kindRevoked, c.ID)
	if err == nil && revoked {
		err = fa.ErrNotFound
	}
	return c, u, err
}

// ReadExpired is Read for a token of which it does not matter when it has ended.
func (t *Tokens) ReadExpired(ctx context.Context, token string) (*Claims, error) {
	return t.seen.get(token, func() (*Claims, error) {
		key, claims, err := t.Verifier.Verify(ctx, token)
		if err != nil {
			return nil, err
		}
		c := &Claims{JSON: claims}
		if json.Unmarshal(claims, c) != nil || c.Subject == "" || c.Tenant == "" {
			return nil, fa.ErrNotFound
		}
		return c, t.Identifiers.Identifier(ctx, kindTokenKey, markOf(c.Tenant, key), new(struct{}))
	})
}

// Forget drops what is known of tokens: keys have changed.
func (t *Tokens) Forget() { t.seen.drop() }

const (
	kindTokenKey = "tokenKey"     // a key that signs tokens of a tenant
	kindRevoked  = "revokedToken" // the jti of a token that must not be used any more
)

func markOf(tenant, key fa.ID) string { return string(tenant) + " " + string(key) }

// markFor is how long a key counts after it has signed its last token, beside
// what that token may live.
const markFor = 48 * time.Hour

// mark writes down, every now and then, that a key signs tokens of a tenant:
// they are good until they expire, whatever key comes after it.
func (t *Tokens) mark(ctx context.Context, tenant, key fa.ID, expires time.Time) error {
	mark, now := markOf(tenant, key), t.Now()
	if until, known := t.marked.Load(mark); known && until.(time.Time).After(expires) {
		return nil
	}
	until := expires.Add(markFor)
	err := t.Identifiers.KeepIdentifier(ctx, kindTokenKey, mark, until.Sub(now), struct{}{})
	if errors.Is(err, fa.ErrConflict) {
		err = t.Identifiers.ProlongIdentifier(ctx, kindTokenKey, mark, until.Sub(now))
	}
	if err != nil {
		return fmt.Errorf("note the key of a token: %w", err)
	}
	t.marked.Store(mark, until)
	return nil
}

// Revoke makes an access token useless wherever this server is asked about it.
func (t *Tokens) Revoke(ctx context.Context, jti string, expires time.Time) error {
	left := expires.Sub(t.Now())
	if jti == "" || left <= 0 {
		return nil
	}
	err := t.Identifiers.KeepIdentifier(ctx, kindRevoked, jti, left, struct{}{})
	if errors.Is(err, fa.ErrConflict) { // it is revoked already
		return nil
	}
	return err
}

// Bearer returns the user and the tenant of an access token, or fa.ErrNotFound
// for anything that is none, or not any more.
func (t *Tokens) Bearer(ctx context.Context, token string) (user, tenant fa.ID, err error) {
	c, err := t.Read(ctx, token)
	if err != nil {
		return "", "", err
	}
	if c.TokenHash != "" {
		return "", "", fa.ErrNotFound
	}
	if id := c.ClientID(); id != "" {
		application, err := t.Clients.Client(ctx, id)
		if err != nil {
			return "", "", err
		}
		if application.TenantID != c.Tenant {
			return "", "", fa.ErrNotFound
		}
	}
	return c.Subject, c.Tenant, nil
}

// Has tells whether a scope was granted.
func (c *Claims) Has(scope string) bool { return slices.Contains(splitScope(c.Scope), scope) }
