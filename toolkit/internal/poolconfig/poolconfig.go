// Package poolconfig is the configuration of a user pool: everything about it
// but its users, under Cognito's own names. It reads a pool, and keeps what it
// read as plain values. Nothing is written to Cognito.
package poolconfig

import (
	"wherry/internal/secret"
	"wherry/toolkit/internal/plan"
)

// Config is the configuration of one pool.
type Config struct {
	Pool            Pool
	MFA             MFA
	Clients         []Client
	Groups          []Group
	Providers       []Provider
	ResourceServers []ResourceServer
	UI              []UI
	Risk            Risk
	Domain          Domain

	// Unread is what could not be read, by operation: IAM did not allow it.
	// What it would have told is left out above.
	Unread map[string]error `json:"-"`
}

// Pool is what DescribeUserPool tells.
type Pool struct {
	ID                          string `json:"Id"`
	Name                        string
	EstimatedNumberOfUsers      int
	UserPoolTier                string // LITE, ESSENTIALS, PLUS
	Domain, CustomDomain        string
	MfaConfiguration            string // OFF, ON, OPTIONAL
	Policies                    Policies
	SchemaAttributes            []SchemaAttribute
	AutoVerifiedAttributes      []string
	AliasAttributes             []string
	UsernameAttributes          []string
	UsernameConfiguration       UsernameConfiguration
	AdminCreateUserConfig       AdminCreateUserConfig
	VerificationMessageTemplate VerificationMessage
	UserAttributeUpdateSettings UpdateSettings
	EmailConfiguration          EmailConfiguration
	UserPoolAddOns              AddOns
	LambdaConfig                Triggers
	DeviceConfiguration         *struct{ ChallengeRequiredOnNewDevice bool }
}

// Policies are the rules for passwords and first factors.
type Policies struct {
	PasswordPolicy PasswordPolicy
	SignInPolicy   struct{ AllowedFirstAuthFactors []string }
}

// PasswordPolicy is what new passwords must look like.
type PasswordPolicy struct {
	MinimumLength                                                      int
	RequireUppercase, RequireLowercase, RequireNumbers, RequireSymbols bool
	PasswordHistorySize                                                int
	TemporaryPasswordValidityDays                                      int
}

// SchemaAttribute declares an attribute; names of one's own begin with custom:.
type SchemaAttribute struct {
	Name              string
	AttributeDataType string
	Mutable, Required bool
}

// UsernameConfiguration says whether Jane and jane are two users.
type UsernameConfiguration struct{ CaseSensitive bool }

// AdminCreateUserConfig is about users whom administrators invite.
type AdminCreateUserConfig struct {
	AllowAdminCreateUserOnly bool
	InviteMessageTemplate    struct{ EmailMessage, EmailSubject, SMSMessage string }
}

// VerificationMessage is what people get to prove an address, and to reset a
// password. In it {####} stands for a code and {##text##} for a link.
type VerificationMessage struct {
	DefaultEmailOption         string // CONFIRM_WITH_CODE, CONFIRM_WITH_LINK
	EmailMessage, EmailSubject string
	EmailMessageByLink         string
	EmailSubjectByLink         string
	SmsMessage                 string
}

// UpdateSettings names attributes that keep their value until a new one is
// verified.
type UpdateSettings struct{ AttributesRequireVerificationBeforeUpdate []string }

// EmailConfiguration is how the pool sends mails.
type EmailConfiguration struct {
	SourceArn           string
	ReplyToEmailAddress string
	EmailSendingAccount string // COGNITO_DEFAULT, DEVELOPER
	From                string // an address, perhaps with a name
}

// AddOns is threat protection: OFF, AUDIT, ENFORCED.
type AddOns struct{ AdvancedSecurityMode string }

// MFA is what GetUserPoolMfaConfig tells.
type MFA struct {
	MfaConfiguration              string
	SmsMfaConfiguration           *struct{ SmsAuthenticationMessage string }
	SoftwareTokenMfaConfiguration struct{ Enabled bool }
	EmailMfaConfiguration         *struct{ Message, Subject string }
	WebAuthnConfiguration         *struct{ RelyingPartyID, UserVerification string }
}

// Group is a group of users.
type Group struct {
	GroupName   string
	Description string
	RoleArn     string
	Precedence  *int
}

// ResourceServer is an API with scopes of its own.
type ResourceServer struct {
	Identifier string
	Name       string
	Scopes     []struct{ ScopeName, ScopeDescription string }
}

// UI is the look of the classic hosted pages, for one client or ALL.
type UI struct {
	ClientID string `json:"ClientId"`
	ImageURL string `json:"ImageUrl"`
	CSS      string
}

// Domain is where the hosted pages are.
type Domain struct {
	Domain              string
	ManagedLoginVersion int // 1 classic, 2 managed
}

// Risk is threat protection's configuration for the pool.
type Risk struct {
	AccountTakeoverRiskConfiguration struct {
		Actions struct{ LowAction, MediumAction, HighAction struct{ EventAction string } }
	}
	RiskExceptionConfiguration struct{ SkippedIPRangeList []string }
}

// Provider is an identity provider. Its details hold secrets.
type Provider struct {
	ProviderName     string
	ProviderType     string // Google, Facebook, LoginWithAmazon, SignInWithApple, OIDC, SAML
	ProviderDetails  map[string]secret.String
	AttributeMapping map[string]string // pool attribute to claim
	IdpIdentifiers   []string
}

// Detail is a detail of the provider that is no secret, or "".
func (p Provider) Detail(name string) string { return p.ProviderDetails[name].Reveal() }

// Schema is what the mapping has to know about the pool.
func (p Pool) Schema() plan.Schema {
	s := plan.Schema{
		ID: p.ID, MfaConfiguration: p.MfaConfiguration, UsernameAttributes: p.UsernameAttributes, AliasAttributes: p.AliasAttributes,
	}
	for _, a := range p.SchemaAttributes {
		s.SchemaAttributes = append(s.SchemaAttributes, plan.SchemaAttribute{Name: a.Name, AttributeDataType: a.AttributeDataType})
	}
	return s
}
