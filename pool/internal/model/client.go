package model

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Client is what DescribeUserPoolClient shows as UserPoolClient. Secrets of a
// stand-in are made up, and the API shows them, so ClientSecret is plain text.
type Client struct {
	ClientID          string   `json:"ClientId"`
	ClientName        string   `json:"ClientName"`
	UserPoolID        string   `json:"UserPoolId"` // filled in by the store
	ClientSecret      string   `json:"ClientSecret,omitempty"`
	CreationDate      Instant  `json:"CreationDate"`
	LastModifiedDate  Instant  `json:"LastModifiedDate"`
	ExplicitAuthFlows []string `json:"ExplicitAuthFlows,omitempty"` // empty: SRP, custom and refresh

	AccessTokenValidity  int                   `json:"AccessTokenValidity,omitempty"` // 0: 60 minutes
	IDTokenValidity      int                   `json:"IdTokenValidity,omitempty"`     // 0: 60 minutes
	RefreshTokenValidity int                   `json:"RefreshTokenValidity"`          // 0: 30 days
	TokenValidityUnits   *TokenValidityUnits   `json:"TokenValidityUnits,omitempty"`
	RefreshTokenRotation *RefreshTokenRotation `json:"RefreshTokenRotation,omitempty"`
	AuthSessionValidity  int                   `json:"AuthSessionValidity,omitempty"` // minutes, 3 to 15; 0: 3

	EnableTokenRevocation      *bool    `json:"EnableTokenRevocation,omitempty"`      // nil: true
	PreventUserExistenceErrors string   `json:"PreventUserExistenceErrors,omitempty"` // ENABLED; "" is LEGACY
	ReadAttributes             []string `json:"ReadAttributes,omitempty"`             // nil: the standard ones
	WriteAttributes            []string `json:"WriteAttributes,omitempty"`            // nil: the standard ones

	AllowedOAuthFlowsUserPoolClient          bool     `json:"AllowedOAuthFlowsUserPoolClient"`
	AllowedOAuthFlows                        []string `json:"AllowedOAuthFlows,omitempty"`
	AllowedOAuthScopes                       []string `json:"AllowedOAuthScopes,omitempty"`
	CallbackURLs                             []string `json:"CallbackURLs,omitempty"`
	LogoutURLs                               []string `json:"LogoutURLs,omitempty"`
	DefaultRedirectURI                       string   `json:"DefaultRedirectURI,omitempty"`
	SupportedIdentityProviders               []string `json:"SupportedIdentityProviders,omitempty"`
	EnablePropagateAdditionalUserContextData bool     `json:"EnablePropagateAdditionalUserContextData,omitempty"`
	AnalyticsConfiguration                   Document `json:"AnalyticsConfiguration,omitempty"`
}

// TokenValidityUnits are seconds, minutes, hours or days; "" is hours for
// access and ID tokens, days for refresh tokens.
type TokenValidityUnits struct {
	AccessToken  string `json:"AccessToken,omitempty"`
	IDToken      string `json:"IdToken,omitempty"`
	RefreshToken string `json:"RefreshToken,omitempty"`
}

// RefreshTokenRotation says whether each refresh gives a new refresh token.
type RefreshTokenRotation struct {
	Feature                 string `json:"Feature"` // ENABLED or DISABLED
	RetryGracePeriodSeconds int    `json:"RetryGracePeriodSeconds,omitempty"`
}

// AccessLifetime is how long access tokens last.
func (c *Client) AccessLifetime() time.Duration {
	return lifetime(c.AccessTokenValidity, c.units().AccessToken, "hours", time.Hour)
}

// IDLifetime is how long ID tokens last.
func (c *Client) IDLifetime() time.Duration {
	return lifetime(c.IDTokenValidity, c.units().IDToken, "hours", time.Hour)
}

// RefreshLifetime is how long refresh tokens last.
func (c *Client) RefreshLifetime() time.Duration {
	return lifetime(c.RefreshTokenValidity, c.units().RefreshToken, "days", 30*24*time.Hour)
}

// SessionLifetime is how long a challenge waits for its answer.
func (c *Client) SessionLifetime() time.Duration {
	return time.Duration(cmp.Or(c.AuthSessionValidity, 3)) * time.Minute
}

func (c *Client) units() TokenValidityUnits {
	if c.TokenValidityUnits == nil {
		return TokenValidityUnits{}
	}
	return *c.TokenValidityUnits
}

func lifetime(n int, unit, usual string, fallback time.Duration) time.Duration {
	if n == 0 {
		return fallback
	}
	return time.Duration(n) * units[cmp.Or(unit, usual)]
}

var units = map[string]time.Duration{"seconds": time.Second, "minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour}

// Rotates tells whether a refresh also gives a new refresh token.
func (c *Client) Rotates() bool {
	return c.RefreshTokenRotation != nil && c.RefreshTokenRotation.Feature == "ENABLED"
}

// Revokes tells whether tokens of this client can be revoked.
func (c *Client) Revokes() bool {
	return c.EnableTokenRevocation == nil || *c.EnableTokenRevocation
}

// HidesUsers tells whether an unknown user looks like a wrong password.
func (c *Client) HidesUsers() bool { return c.PreventUserExistenceErrors == "ENABLED" }

// Reads tells whether the client may read an attribute: without a list, the
// standard ones only.
func (c *Client) Reads(attribute string) bool { return permits(c.ReadAttributes, attribute) }

// Writes tells whether the client may write an attribute: without a list, the
// standard ones only.
func (c *Client) Writes(attribute string) bool { return permits(c.WriteAttributes, attribute) }

func permits(list []string, attribute string) bool {
	if len(list) == 0 {
		return !strings.Contains(attribute, ":")
	}
	return attribute == "sub" || attribute == "identities" || slices.Contains(list, attribute)
}
