package model

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
