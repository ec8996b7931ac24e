package model

// ResourceServer is an API with its own scopes.
type ResourceServer struct {
	UserPoolID string  `json:"UserPoolId"` // filled in by the store
	Identifier string  `json:"Identifier"` // often a URL
	Name       string  `json:"Name"`
	Scopes     []Scope `json:"Scopes,omitempty"`
}

// Scope is one scope of a resource server.
type Scope struct {
	ScopeName        string `json:"ScopeName"`
	ScopeDescription string `json:"ScopeDescription"`
}

// Domain is what DescribeUserPoolDomain shows as DomainDescription.
type Domain struct {
	UserPoolID             string        `json:"UserPoolId"` // filled in by the store
	AWSAccountID           string        `json:"AWSAccountId"`
	Domain                 string        `json:"Domain"` // prefix, or a whole custom name
	S3Bucket               string        `json:"S3Bucket,omitempty"`
	CloudFrontDistribution string        `json:"CloudFrontDistribution,omitempty"`
	Version                string        `json:"Version,omitempty"`
	Status                 string        `json:"Status"` // ACTIVE when empty
	CustomDomainConfig     *CustomDomain `json:"CustomDomainConfig,omitempty"`
	ManagedLoginVersion    int           `json:"ManagedLoginVersion,omitempty"` // 1 classic, 2 managed
}

// CustomDomain names the certificate of a domain of one's own.
type CustomDomain struct {
	CertificateArn string `json:"CertificateArn"`
}

// MFAConfig is what GetUserPoolMfaConfig shows besides MfaConfiguration.
type MFAConfig struct {
	SMS           Document       `json:"SmsMfaConfiguration,omitempty"`
	SoftwareToken *SoftwareToken `json:"SoftwareTokenMfaConfiguration,omitempty"`
	Email         Document       `json:"EmailMfaConfiguration,omitempty"`
	WebAuthn      Document       `json:"WebAuthnConfiguration,omitempty"`
}

// SoftwareToken says whether authenticator apps may be used.
type SoftwareToken struct {
	Enabled bool `json:"Enabled"`
}

// RiskConfiguration is threat protection for one client, or for all when
// ClientID is empty.
type RiskConfiguration struct {
	UserPoolID                              string   `json:"UserPoolId"` // filled in by the store
	ClientID                                string   `json:"ClientId,omitempty"`
	CompromisedCredentialsRiskConfiguration Document `json:"CompromisedCredentialsRiskConfiguration,omitempty"`
	AccountTakeoverRiskConfiguration        Document `json:"AccountTakeoverRiskConfiguration,omitempty"`
	RiskExceptionConfiguration              Document `json:"RiskExceptionConfiguration,omitempty"`
	LastModifiedDate                        Instant  `json:"LastModifiedDate,omitzero"`
}

// UICustomization is the look of the classic hosted pages for one client, or
// for ALL.
type UICustomization struct {
	UserPoolID       string  `json:"UserPoolId"` // filled in by the store
	ClientID         string  `json:"ClientId"`
	ImageURL         string  `json:"ImageUrl,omitempty"`
	CSS              string  `json:"CSS,omitempty"`
	CSSVersion       string  `json:"CSSVersion,omitempty"`
	LastModifiedDate Instant `json:"LastModifiedDate,omitzero"`
	CreationDate     Instant `json:"CreationDate,omitzero"`
}
