package fa

import "slices"

// MultiFactorConfiguration is the tenant's second factors.
type MultiFactorConfiguration struct {
	Authenticator AuthenticatorConfiguration `json:"authenticator"`
	Email         FactorConfiguration        `json:"email"`
	LoginPolicy   string                     `json:"loginPolicy"` // Disabled, Enabled or Required
	SMS           FactorConfiguration        `json:"sms"`
	Rest          Rest                       `json:",embed"`
}

// The login policies: nobody is asked for a second factor, those who have one,
// or everybody.
const (
	FactorsDisabled = "Disabled"
	FactorsEnabled  = "Enabled"
	FactorsRequired = "Required"
)

// The trust policies of applications: a device is trusted whatever application
// it was trusted for, only for this one, or never.
const (
	TrustAny  = "Any"
	TrustThis = "This"
	TrustNone = "None"
)

// AuthenticatorConfiguration is TOTP, RFC 6238.
type AuthenticatorConfiguration struct {
	Algorithm  string `json:"algorithm"`
	CodeLength int    `json:"codeLength"`
	Enabled    bool   `json:"enabled"`
	TimeStep   int    `json:"timeStep"` // seconds
	Rest       Rest   `json:",embed"`
}

// FactorConfiguration is a factor whose code is sent to the user.
type FactorConfiguration struct {
	Enabled     bool `json:"enabled"`
	MessengerID ID   `json:"messengerId,omitzero"`
	TemplateID  ID   `json:"templateId,omitzero"`
	Rest        Rest `json:",embed"`
}

func newMultiFactorConfiguration() MultiFactorConfiguration {
	return MultiFactorConfiguration{
		Authenticator: AuthenticatorConfiguration{Algorithm: "HmacSHA1", CodeLength: 6, Enabled: true, TimeStep: 30},
		LoginPolicy:   FactorsEnabled,
	}
}

// knownFactorPolicies has the policies that weigh risk too: without anybody to
// weigh it they are Enabled.
var knownFactorPolicies = []string{FactorsDisabled, FactorsEnabled, FactorsRequired, "ChallengeOnMediumRisk", "ChallengeOnHighRisk"}

func (c *MultiFactorConfiguration) validate(errs *Errors, path string) {
	errs.OneOf(c.LoginPolicy, path+".loginPolicy", knownFactorPolicies...)
	if c.Email.Enabled {
		errs.Require(string(c.Email.TemplateID), path+".email.templateId")
	}
	if c.SMS.Enabled {
		errs.Require(string(c.SMS.MessengerID), path+".sms.messengerId")
		errs.Require(string(c.SMS.TemplateID), path+".sms.templateId")
	}
}

// Methods are the methods that users can set up.
func (c *MultiFactorConfiguration) Methods() []string {
	methods := []string{}
	for method, enabled := range map[string]bool{
		MethodAuthenticator: c.Authenticator.Enabled, MethodEmail: c.Email.Enabled, MethodSMS: c.SMS.Enabled,
	} {
		if enabled {
			methods = append(methods, method)
		}
	}
	slices.Sort(methods)
	return methods
}

// ApplicationMultiFactorConfiguration is what an application asks for instead of
// its tenant.
type ApplicationMultiFactorConfiguration struct {
	Email       TemplateReference `json:"email"`
	LoginPolicy string            `json:"loginPolicy,omitzero"` // empty: the tenant's
	SMS         TemplateReference `json:"sms"`
	TrustPolicy string            `json:"trustPolicy,omitzero"` // Any, This or None; only with a login policy
	Rest        Rest              `json:",embed"`
}

// TemplateReference names a template that stands in for the tenant's.
type TemplateReference struct {
	TemplateID ID   `json:"templateId,omitzero"`
	Rest       Rest `json:",embed"`
}

func (c *ApplicationMultiFactorConfiguration) normalize() {
	if c.LoginPolicy == "" {
		c.TrustPolicy = ""
	} else if c.TrustPolicy == "" {
		c.TrustPolicy = TrustAny
	}
}

func (c *ApplicationMultiFactorConfiguration) validate(errs *Errors, path string) {
	if c.LoginPolicy != "" {
		errs.OneOf(c.LoginPolicy, path+".loginPolicy", knownFactorPolicies...)
		errs.OneOf(c.TrustPolicy, path+".trustPolicy", TrustAny, TrustThis, TrustNone)
	}
}

// ApplicationExternalIdentifierConfiguration is what lives longer or shorter in
// an application than in its tenant; zero is the tenant's.
type ApplicationExternalIdentifierConfiguration struct {
	TwoFactorTrustIDTTL int  `json:"twoFactorTrustIdTimeToLiveInSeconds,omitzero"`
	Rest                Rest `json:",embed"`
}

// RateLimitConfiguration is how often something may happen. What we do not act
// on is kept in Rest.
type RateLimitConfiguration struct {
	FailedLogin   RateLimit `json:"failedLogin"`
	SendTwoFactor RateLimit `json:"sendTwoFactor"`
	Rest          Rest      `json:",embed"`
}

// RateLimit is a number of times in a period.
type RateLimit struct {
	Enabled             bool `json:"enabled"`
	Limit               int  `json:"limit"`
	TimePeriodInSeconds int  `json:"timePeriodInSeconds"`
	Rest                Rest `json:",embed"`
}

func newRateLimitConfiguration() RateLimitConfiguration {
	limit := RateLimit{Limit: 5, TimePeriodInSeconds: 60}
	return RateLimitConfiguration{FailedLogin: limit, SendTwoFactor: limit}
}

func (c *RateLimitConfiguration) validate(errs *Errors, path string) {
	for name, limit := range map[string]RateLimit{"failedLogin": c.FailedLogin, "sendTwoFactor": c.SendTwoFactor} {
		if limit.Enabled {
			errs.Positive(limit.Limit, path+"."+name+".limit")
			errs.Positive(limit.TimePeriodInSeconds, path+"."+name+".timePeriodInSeconds")
		}
	}
}
