package fusionauth

import (
	"context"
	"net/http"
	"net/url"
)

// IdentityProvider is somebody else whom users can sign in with.
type IdentityProvider struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"` // Google, Facebook, Apple, OpenIDConnect, SAMLv2, …
}

// IdentityProviders lists the identity providers of all tenants.
//
// Source: https://fusionauth.io/docs/apis/identity-providers/
func (c *Client) IdentityProviders(ctx context.Context) ([]IdentityProvider, error) {
	var found struct {
		Providers []IdentityProvider `json:"identityProviders"`
	}
	err := c.do(ctx, call{method: http.MethodGet, path: "/api/identity-provider"}, &found)
	return found.Providers, err
}

// Link links a user with an identity provider's user. When there is a link
// already, the user's own or somebody else's, the answer is a 409. The call is
// not repeated, so that its caller knows whose doing a link is.
//
// Source: https://fusionauth.io/docs/apis/identity-providers/links#link-a-user
func (c *Client) Link(ctx context.Context, l UserLink) error {
	body := envelope{"identityProviderLink": envelope{
		"identityProviderId": l.ProviderID, "identityProviderUserId": l.ProviderUserID, "userId": l.UserID,
	}}
	return c.do(ctx, call{method: http.MethodPost, path: "/api/identity-provider/link", body: body}, nil)
}

// LinkTo returns the link that an identity provider's user has.
func (c *Client) LinkTo(ctx context.Context, providerID, providerUserID string) (UserLink, error) {
	query := url.Values{"identityProviderId": {providerID}, "identityProviderUserId": {providerUserID}}
	return object[UserLink](ctx, c, call{method: http.MethodGet, path: "/api/identity-provider/link", query: query}, "identityProviderLink")
}

// Unlink removes a link.
func (c *Client) Unlink(ctx context.Context, l UserLink) error {
	query := url.Values{"identityProviderId": {l.ProviderID}, "identityProviderUserId": {l.ProviderUserID}, "userId": {l.UserID}}
	return c.do(ctx, call{method: http.MethodDelete, path: "/api/identity-provider/link", query: query}, nil)
}
