package poolconfig

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"wherry/internal/secret"
)

// Client is what DescribeUserPoolClient tells of an app client.
type Client struct {
	ClientID             string `json:"ClientId"`
	ClientName           string
	ClientSecret         secret.String
	ExplicitAuthFlows    []string
	AccessTokenValidity  int
	IDTokenValidity      int `json:"IdTokenValidity"`
	RefreshTokenValidity int
	TokenValidityUnits   struct {
		AccessToken, RefreshToken string
		IDToken                   string `json:"IdToken"`
	}
	RefreshTokenRotation struct {
		Feature                 string // ENABLED, DISABLED
		RetryGracePeriodSeconds int
	}
	PreventUserExistenceErrors string // ENABLED, LEGACY
	ReadAttributes             []string

	AllowedOAuthFlowsUserPoolClient bool
	AllowedOAuthFlows               []string // code, implicit, client_credentials
	AllowedOAuthScopes              []string
	CallbackURLs, LogoutURLs        []string
	DefaultRedirectURI              string
	SupportedIdentityProviders      []string
}

// Machine tells whether the client is a program that signs in as itself, and
// not on behalf of users.
func (c Client) Machine() bool { return c.flow("client_credentials") }

// Hosted tells whether users sign in to the client on the hosted pages.
func (c Client) Hosted() bool { return c.flow("code") || c.flow("implicit") }

// Code and Implicit tell how.
func (c Client) Code() bool     { return c.flow("code") }
func (c Client) Implicit() bool { return c.flow("implicit") }

func (c Client) flow(name string) bool {
	return c.AllowedOAuthFlowsUserPoolClient && slices.Contains(c.AllowedOAuthFlows, name)
}

// Allows tells whether the client may use a flow of Cognito's API, such as
// USER_PASSWORD_AUTH. Without any, three are allowed, none of them with
// passwords.
func (c Client) Allows(flow string) bool {
	if len(c.ExplicitAuthFlows) == 0 {
		return slices.Contains([]string{"REFRESH_TOKEN_AUTH", "USER_SRP_AUTH", "CUSTOM_AUTH"}, flow)
	}
	names := []string{"ALLOW_" + flow, flow}
	if flow == "ADMIN_USER_PASSWORD_AUTH" {
		names = append(names, "ADMIN_NO_SRP_AUTH")
	}
	return slices.ContainsFunc(c.ExplicitAuthFlows, func(allowed string) bool { return slices.Contains(names, allowed) })
}

// Passwords tells whether the client signs users in with their passwords
// through Cognito's API.
func (c Client) Passwords() bool {
	return c.Allows("USER_PASSWORD_AUTH") || c.Allows("ADMIN_USER_PASSWORD_AUTH")
}

// Refreshes tells whether the client's users stay signed in.
func (c Client) Refreshes() bool { return c.Code() || c.Allows("REFRESH_TOKEN_AUTH") }

// Rotates tells whether each refresh gives another refresh token.
func (c Client) Rotates() bool { return c.RefreshTokenRotation.Feature == "ENABLED" }

// Reads tells whether the client may read an attribute. Without a list it
// reads the standard ones.
func (c Client) Reads(attribute string) bool {
	if len(c.ReadAttributes) == 0 {
		return !strings.Contains(attribute, ":")
	}
	return slices.Contains(c.ReadAttributes, attribute)
}

// AccessLifetime is how long access tokens are good.
func (c Client) AccessLifetime() time.Duration {
	return lifetime(c.AccessTokenValidity, cmp.Or(c.TokenValidityUnits.AccessToken, "hours"), time.Hour)
}

// IDLifetime is how long ID tokens are good.
func (c Client) IDLifetime() time.Duration {
	return lifetime(c.IDTokenValidity, cmp.Or(c.TokenValidityUnits.IDToken, "hours"), time.Hour)
}

// RefreshLifetime is how long refresh tokens are good.
func (c Client) RefreshLifetime() time.Duration {
	return lifetime(c.RefreshTokenValidity, cmp.Or(c.TokenValidityUnits.RefreshToken, "days"), 30*24*time.Hour)
}

func lifetime(n int, unit string, usual time.Duration) time.Duration {
	if n == 0 {
		return usual
	}
	return time.Duration(n) * map[string]time.Duration{
		"seconds": time.Second, "minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour,
	}[unit]
}

// CustomScopes are the scopes of resource servers that the client may ask for.
func (c Client) CustomScopes() []string {
	return slices.DeleteFunc(slices.Clone(c.AllowedOAuthScopes), func(s string) bool {
		return !strings.Contains(s, "/")
	})
}
