package fa

import (
	"slices"
	"strings"
)

// Tenant is an isolated set of applications and users.
//
// Source: https://fusionauth.io/docs/apis/tenants
type Tenant struct {
	BaseURL                           string                            `json:"baseURL,omitzero"` // of the links in mails
	Configured                        bool                              `json:"configured"`
	AccessControlConfiguration        AccessControlConfiguration        `json:"accessControlConfiguration,omitzero"`
	ConnectorPolicies                 []ConnectorPolicy                 `json:"connectorPolicies"`
	Data                              Data                              `json:"data"`
	EmailConfiguration                EmailConfiguration                `json:"emailConfiguration"`
	EventConfiguration                EventConfiguration                `json:"eventConfiguration"`
	ExternalIdentifierConfiguration   ExternalIdentifierConfiguration   `json:"externalIdentifierConfiguration"`
	FailedAuthenticationConfiguration FailedAuthenticationConfiguration `json:"failedAuthenticationConfiguration"`
	HTTPSessionMaxInactiveInterval    int                               `json:"httpSessionMaxInactiveInterval"` // seconds
	ID                                ID                                `json:"id,omitzero"`
	InsertInstant                     int64                             `json:"insertInstant,omitzero"`
	Issuer                            string                            `json:"issuer,omitzero"` // any string; OIDC clients want a URL
	JWTConfiguration                  JWTConfiguration                  `json:"jwtConfiguration"`
	LastUpdateInstant                 int64                             `json:"lastUpdateInstant,omitzero"`
	LambdaConfiguration               TenantLambdaConfiguration         `json:"lambdaConfiguration,omitzero"`
	LoginConfiguration                TenantLoginConfiguration          `json:"loginConfiguration"`
	LogoutURL                         string                            `json:"logoutURL,omitzero"`
	MaximumPasswordAge                MaximumPasswordAge                `json:"maximumPasswordAge"`
	MinimumPasswordAge                MinimumPasswordAge                `json:"minimumPasswordAge"`
	MultiFactorConfiguration          MultiFactorConfiguration          `json:"multiFactorConfiguration"`
	Name                              string                            `json:"name"`
	OAuthConfiguration                TenantOAuthConfiguration          `json:"oauthConfiguration,omitzero"`
	PasswordEncryptionConfiguration   PasswordEncryptionConfiguration   `json:"passwordEncryptionConfiguration"`
	PasswordValidationRules           PasswordValidationRules           `json:"passwordValidationRules"`
	PhoneConfiguration                PhoneConfiguration                `json:"phoneConfiguration,omitzero"`
	RateLimitConfiguration            RateLimitConfiguration            `json:"rateLimitConfiguration"`
	RegistrationConfiguration         TenantRegistrationConfiguration   `json:"registrationConfiguration,omitzero"`
	SSOConfiguration                  SSOConfiguration                  `json:"ssoConfiguration"`
	State                             string                            `json:"state"`
	ThemeID                           ID                                `json:"themeId,omitzero"`
	WebAuthnConfiguration             WebAuthnConfiguration             `json:"webAuthnConfiguration"`
	Rest                              Rest                              `json:",embed"`

	// WebhookIDs is what a request says beside the tenant: webhooks that are to
	// hear of it.
	WebhookIDs []ID `json:"-"`
}

// The states of tenants and applications.
const (
	StateActive        = "Active"
	StateInactive      = "Inactive"
	StatePendingDelete = "PendingDelete"
)

// NewTenant returns a tenant with every default filled in.
func NewTenant() Tenant {
	return Tenant{
		Configured:                        true,
		ConnectorPolicies:                 []ConnectorPolicy{},
		Data:                              Data{},
		EmailConfiguration:                newEmailConfiguration(),
		EventConfiguration:                EventConfiguration{Events: map[string]EventSetting{}},
		ExternalIdentifierConfiguration:   newExternalIdentifierConfiguration(),
		FailedAuthenticationConfiguration: newFailedAuthenticationConfiguration(),
		HTTPSessionMaxInactiveInterval:    3600,
		JWTConfiguration:                  newTenantJWTConfiguration(),
		LoginConfiguration:                TenantLoginConfiguration{RequireAuthentication: true},
		MaximumPasswordAge:                MaximumPasswordAge{Days: 180},
		MinimumPasswordAge:                MinimumPasswordAge{Seconds: 30},
		MultiFactorConfiguration:          newMultiFactorConfiguration(),
		PasswordEncryptionConfiguration:   newPasswordEncryptionConfiguration(),
		PasswordValidationRules:           newPasswordValidationRules(),
		RateLimitConfiguration:            newRateLimitConfiguration(),
		SSOConfiguration:                  SSOConfiguration{DeviceTrustTimeToLiveInSeconds: 31_536_000},
		State:                             StateActive,
		ThemeID:                           DefaultThemeID,
		WebAuthnConfiguration:             newWebAuthnConfiguration(),
	}
}

// Normalize brings the tenant into the form in which it is stored.
func (t *Tenant) Normalize() {
	t.Name = strings.TrimSpace(t.Name)
	t.Data.Normalize()
	if t.Issuer == "" { // tokens always name one
		t.Issuer = "acme.com"
	}
	t.ConnectorPolicies = normalizePolicies(t.ConnectorPolicies)
	if !t.EmailConfiguration.VerifyEmail {
		t.EmailConfiguration.VerifyEmailWhenChanged = false
		t.EmailConfiguration.VerificationEmailTemplateID = ""
	}
}

// Validate reports everything that FusionAuth would refuse.
func (t *Tenant) Validate() error {
	var errs Errors
	errs.Name(t.Name, "tenant.name")
	errs.Positive(t.HTTPSessionMaxInactiveInterval, "tenant.httpSessionMaxInactiveInterval")
	validatePolicies(&errs, t.ConnectorPolicies)
	t.EmailConfiguration.validate(&errs, "tenant.emailConfiguration")
	t.EventConfiguration.validate(&errs, "tenant.eventConfiguration")
	t.ExternalIdentifierConfiguration.validate(&errs, "tenant.externalIdentifierConfiguration")
	t.FailedAuthenticationConfiguration.validate(&errs, "tenant.failedAuthenticationConfiguration")
	t.JWTConfiguration.validate(&errs, "tenant.jwtConfiguration")
	t.MultiFactorConfiguration.validate(&errs, "tenant.multiFactorConfiguration")
	t.PasswordEncryptionConfiguration.validate(&errs, "tenant.passwordEncryptionConfiguration")
	t.PasswordValidationRules.validate(&errs, "tenant.passwordValidationRules")
	t.RateLimitConfiguration.validate(&errs, "tenant.rateLimitConfiguration")
	t.WebAuthnConfiguration.validate(&errs, "tenant.webAuthnConfiguration")
	if t.MaximumPasswordAge.Enabled {
		errs.Positive(t.MaximumPasswordAge.Days, "tenant.maximumPasswordAge.days")
	}
	if t.MinimumPasswordAge.Enabled {
		errs.Positive(t.MinimumPasswordAge.Seconds, "tenant.minimumPasswordAge.seconds")
	}
	return errs.OrNil()
}

// ConnectorPolicy says which connector answers for which e-mail domains. The
// order of the policies is the order in which connectors are asked.
//
// Source: https://fusionauth.io/docs/lifecycle/migrate-users/connectors
type ConnectorPolicy struct {
	ConnectorID ID       `json:"connectorId"`
	Data        Data     `json:"data,omitempty"`
	Domains     []string `json:"domains"`
	Migrate     bool     `json:"migrate"` // keep the user, ask the connector no more
	Rest        Rest     `json:",embed"`
}

// Covers tells whether the policy applies to a login id.
func (p *ConnectorPolicy) Covers(loginID string) bool {
	at := strings.LastIndexByte(loginID, '@')
	return slices.Contains(p.Domains, "*") || at >= 0 && slices.Contains(p.Domains, strings.ToLower(loginID[at+1:]))
}

// Migrates tells whether the users of a connector become the tenant's own at
// their first sign-in.
func (t *Tenant) Migrates(connector ID) bool {
	return slices.ContainsFunc(t.ConnectorPolicies, func(p ConnectorPolicy) bool { return p.ConnectorID == connector && p.Migrate })
}

func normalizePolicies(policies []ConnectorPolicy) []ConnectorPolicy {
	if len(policies) == 0 {
		return []ConnectorPolicy{{ConnectorID: ConnectorID, Domains: []string{"*"}}}
	}
	for i := range policies {
		p := &policies[i]
		for j, domain := range p.Domains {
			p.Domains[j] = strings.ToLower(strings.TrimSpace(domain))
		}
		if p.ConnectorID == ConnectorID {
			p.Migrate = false
		}
		if len(p.Domains) == 0 || p.ConnectorID == ConnectorID {
			p.Domains = []string{"*"}
		}
	}
	return policies
}

func validatePolicies(errs *Errors, policies []ConnectorPolicy) {
	const path = "tenant.connectorPolicies"
	seen := map[ID]bool{}
	for _, p := range policies {
		switch {
		case p.ConnectorID == "":
			errs.Field(path, "missing", "Each policy needs a [connectorId].")
		case seen[p.ConnectorID]:
			errs.Field(path, "duplicate", "The connector [%s] can only be used in one policy.", p.ConnectorID)
		}
		seen[p.ConnectorID] = true
	}
}
