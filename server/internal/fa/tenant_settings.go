package fa

import (
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// TenantLoginConfiguration is what the Login API asks of callers that name no
// application.
type TenantLoginConfiguration struct {
	RequireAuthentication bool `json:"requireAuthentication"`
	Rest                  Rest `json:",embed"`
}

// TenantRegistrationConfiguration says who cannot have an account.
type TenantRegistrationConfiguration struct {
	BlockedDomains []string `json:"blockedDomains,omitzero"` // of e-mail addresses
	Rest           Rest     `json:",embed"`
}

// Check adds an error if the domain of a user's e-mail address is blocked.
func (c *TenantRegistrationConfiguration) Check(errs *Errors, email string) {
	domain := email[strings.LastIndexByte(email, '@')+1:]
	blocked := slices.ContainsFunc(c.BlockedDomains, func(d string) bool { return strings.EqualFold(strings.TrimSpace(d), domain) })
	if email != "" && blocked {
		errs.Field("user.email", "blocked", "Addresses of the domain [%s] cannot be used.", domain)
	}
}

// SSOConfiguration is about sessions that several applications share.
type SSOConfiguration struct {
	AllowAccessTokenBootstrap      bool `json:"allowAccessTokenBootstrap"`
	DeviceTrustTimeToLiveInSeconds int  `json:"deviceTrustTimeToLiveInSeconds"`
	Rest                           Rest `json:",embed"`
}

// EmailConfiguration is the tenant's mail server and templates; template ids
// that we do not act on are kept in Rest.
type EmailConfiguration struct {
	EmailTemplateIDs
	AdditionalHeaders                []Header       `json:"additionalHeaders"`
	Debug                            bool           `json:"debug"`
	DefaultFromEmail                 string         `json:"defaultFromEmail"`
	DefaultFromName                  string         `json:"defaultFromName,omitzero"`
	Host                             string         `json:"host"`
	ImplicitEmailVerificationAllowed bool           `json:"implicitEmailVerificationAllowed"`
	Password                         string         `json:"password,omitzero"`
	Port                             int            `json:"port"`
	Properties                       jsontext.Value `json:"properties,omitzero"` // of Jakarta Mail: a text with a line for each, or an object
	Security                         string         `json:"security,omitzero"`   // NONE, SSL or TLS
	Unverified                       Unverified     `json:"unverified"`
	Username                         string         `json:"username,omitzero"`
	VerificationEmailTemplateID      ID             `json:"verificationEmailTemplateId,omitzero"`
	VerificationStrategy             string         `json:"verificationStrategy"`
	VerifyEmail                      bool           `json:"verifyEmail"`
	VerifyEmailWhenChanged           bool           `json:"verifyEmailWhenChanged"`
	Rest                             Rest           `json:",embed"`
}

// PhoneConfiguration is how phone numbers are verified; what we do not act on is
// kept in Rest.
type PhoneConfiguration struct {
	MessengerID            ID              `json:"messengerId,omitzero"`
	Unverified             PhoneUnverified `json:"unverified,omitzero"`
	VerificationStrategy   string          `json:"verificationStrategy,omitzero"` // ClickableLink or FormField
	VerificationTemplateID ID              `json:"verificationTemplateId,omitzero"`
	VerifyPhoneNumber      bool            `json:"verifyPhoneNumber"`
	Rest                   Rest            `json:",embed"`
}

// PhoneUnverified is what happens to users who have not verified a phone number.
type PhoneUnverified struct {
	Behavior string `json:"behavior,omitzero"` // Allow or Gated
	Rest     Rest   `json:",embed"`
}

// The ways of proving that a message has arrived, to verify something or to sign
// in.
const (
	VerifyByLink = "ClickableLink"
	VerifyByForm = "FormField" // by a code that is typed
)

// How the connection to a mail server is encrypted: from the start, or by
// STARTTLS.
const (
	MailSSL = "SSL"
	MailTLS = "TLS"
)

func (c *EmailConfiguration) validate(errs *Errors, path string) {
	errs.Require(c.Host, path+".host")
	if c.Port < 1 || c.Port > 65_535 {
		errs.Field(path+".port", "invalid", "The [%s.port] property must be between 1 and 65535.", path)
	}
	if c.Security != "" {
		errs.OneOf(c.Security, path+".security", "NONE", MailSSL, MailTLS)
	}
	if c.DefaultFromEmail != "" && !isEmail(c.DefaultFromEmail) {
		errs.Field(path+".defaultFromEmail", "notEmail", "[%s] is not an e-mail address.", c.DefaultFromEmail)
	}
	errs.OneOf(c.VerificationStrategy, path+".verificationStrategy", VerifyByLink, VerifyByForm)
	for _, h := range c.AdditionalHeaders {
		errs.Headers(map[string]string{h.Name: h.Value}, path+".additionalHeaders")
	}
}

// Header is one additional header of a mail.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Rest  Rest   `json:",embed"`
}

// What happens to them: they sign in, or have to verify first.
const (
	BehaviorAllow = "Allow"
	BehaviorGated = "Gated"
)

// Unverified is what happens to users who have not verified an identity.
type Unverified struct {
	AllowEmailChangeWhenGated bool   `json:"allowEmailChangeWhenGated"`
	Behavior                  string `json:"behavior"` // Allow or Gated
	Rest                      Rest   `json:",embed"`
}

func newEmailConfiguration() EmailConfiguration {
	return EmailConfiguration{
		AdditionalHeaders:                []Header{},
		DefaultFromEmail:                 "change-me@example.com",
		Host:                             "localhost",
		ImplicitEmailVerificationAllowed: true,
		Port:                             25,
		Unverified:                       Unverified{Behavior: BehaviorAllow},
		VerificationStrategy:             VerifyByLink,
	}
}

// FailedAuthenticationConfiguration is the lockout; without a user action it
// is off.
type FailedAuthenticationConfiguration struct {
	ActionCancelPolicy  ActionCancelPolicy `json:"actionCancelPolicy"`
	ActionDuration      int                `json:"actionDuration"`
	ActionDurationUnit  string             `json:"actionDurationUnit"`
	EmailUser           bool               `json:"emailUser"`
	ResetCountInSeconds int                `json:"resetCountInSeconds"`
	TooManyAttempts     int                `json:"tooManyAttempts"`
	UserActionID        ID                 `json:"userActionId,omitzero"`
	Rest                Rest               `json:",embed"`
}

// ActionCancelPolicy says what ends a lockout early.
type ActionCancelPolicy struct {
	OnPasswordReset bool `json:"onPasswordReset"`
	Rest            Rest `json:",embed"`
}

func newFailedAuthenticationConfiguration() FailedAuthenticationConfiguration {
	return FailedAuthenticationConfiguration{ActionDuration: 3, ActionDurationUnit: "MINUTES", ResetCountInSeconds: 60, TooManyAttempts: 5}
}

func (c *FailedAuthenticationConfiguration) validate(errs *Errors, path string) {
	errs.OneOf(c.ActionDurationUnit, path+".actionDurationUnit", "MINUTES", "HOURS", "DAYS", "WEEKS", "MONTHS", "YEARS")
	errs.Positive(c.ActionDuration, path+".actionDuration")
	errs.Positive(c.ResetCountInSeconds, path+".resetCountInSeconds")
	errs.Positive(c.TooManyAttempts, path+".tooManyAttempts")
}

// Until is when a lockout that begins now ends.
func (c *FailedAuthenticationConfiguration) Until(now time.Time) time.Time {
	n := c.ActionDuration
	switch c.ActionDurationUnit {
	case "HOURS":
		return now.Add(time.Duration(n) * time.Hour)
	case "DAYS":
		return now.AddDate(0, 0, n)
	case "WEEKS":
		return now.AddDate(0, 0, 7*n)
	case "MONTHS":
		return now.AddDate(0, n, 0)
	case "YEARS":
		return now.AddDate(n, 0, 0)
	}
	return now.Add(time.Duration(n) * time.Minute)
}
