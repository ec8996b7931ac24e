package model

// Provider is what DescribeIdentityProvider shows as IdentityProvider.
type Provider struct {
	UserPoolID       string            `json:"UserPoolId"` // filled in by the store
	ProviderName     string            `json:"ProviderName"`
	ProviderType     string            `json:"ProviderType"` // Google, Facebook, LoginWithAmazon, SignInWithApple, OIDC, SAML
	ProviderDetails  map[string]string `json:"ProviderDetails"`
	AttributeMapping map[string]string `json:"AttributeMapping,omitempty"` // pool attribute to provider's claim
	IdpIdentifiers   []string          `json:"IdpIdentifiers,omitempty"`
	LastModifiedDate Instant           `json:"LastModifiedDate"`
	CreationDate     Instant           `json:"CreationDate"`
}

// Identity is one entry of the attribute "identities".
type Identity struct {
	UserID       string  `json:"userId"`
	ProviderName string  `json:"providerName"`
	ProviderType string  `json:"providerType"`
	Issuer       *string `json:"issuer"` // the entity id of a SAML provider
	Primary      bool    `json:"primary"`
	DateCreated  int64   `json:"dateCreated"` // epoch milliseconds
}
