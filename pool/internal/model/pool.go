package model

// Document is a part of the configuration that the pool keeps and shows but
// does not interpret, such as LambdaConfig.
type Document = map[string]any

// Pool is what DescribeUserPool shows as UserPool.
type Pool struct {
	ID                     string            `json:"Id"` // such as us-east-1_AbCdEf123
	Name                   string            `json:"Name"`
	Arn                    string            `json:"Arn"` // filled in by the store when empty
	CreationDate           Instant           `json:"CreationDate"`
	LastModifiedDate       Instant           `json:"LastModifiedDate"`
	EstimatedNumberOfUsers int               `json:"EstimatedNumberOfUsers"` // computed when shown
	UserPoolTier           string            `json:"UserPoolTier,omitempty"` // LITE, ESSENTIALS, PLUS
	DeletionProtection     string            `json:"DeletionProtection,omitempty"`
	UserPoolTags           map[string]string `json:"UserPoolTags,omitempty"`
	Domain                 string            `json:"Domain,omitempty"`       // prefix
	CustomDomain           string            `json:"CustomDomain,omitempty"` // whole name

	MfaConfiguration       string          `json:"MfaConfiguration"` // OFF, ON, OPTIONAL
	Policies               Policies        `json:"Policies"`
	SchemaAttributes       []Schema        `json:"SchemaAttributes"` // standard ones are filled in by the store
	AutoVerifiedAttributes []string        `json:"AutoVerifiedAttributes,omitempty"`
	AliasAttributes        []string        `json:"AliasAttributes,omitempty"`    // email, phone_number, preferred_username
	UsernameAttributes     []string        `json:"UsernameAttributes,omitempty"` // email, phone_number
	UsernameConfiguration  *UsernameConfig `json:"UsernameConfiguration,omitempty"`
	AdminCreateUserConfig  AdminCreateUser `json:"AdminCreateUserConfig"`
	UserPoolAddOns         *AddOns         `json:"UserPoolAddOns,omitempty"`

	UserAttributeUpdateSettings Document `json:"UserAttributeUpdateSettings,omitempty"`
	AccountRecoverySetting      Document `json:"AccountRecoverySetting,omitempty"`
	VerificationMessageTemplate Document `json:"VerificationMessageTemplate,omitempty"`
	SmsAuthenticationMessage    string   `json:"SmsAuthenticationMessage,omitempty"`
	EmailConfiguration          Document `json:"EmailConfiguration,omitempty"`
	SmsConfiguration            Document `json:"SmsConfiguration,omitempty"`
	DeviceConfiguration         Document `json:"DeviceConfiguration,omitempty"`
	LambdaConfig                Document `json:"LambdaConfig,omitempty"`
}

// Policies is the rules for passwords and for first factors.
type Policies struct {
	PasswordPolicy PasswordPolicy `json:"PasswordPolicy"`
	SignInPolicy   *SignInPolicy  `json:"SignInPolicy,omitempty"`
}

// PasswordPolicy is what a new password must look like.
type PasswordPolicy struct {
	MinimumLength                 int  `json:"MinimumLength"` // 6 to 99, default 8
	RequireUppercase              bool `json:"RequireUppercase"`
	RequireLowercase              bool `json:"RequireLowercase"`
	RequireNumbers                bool `json:"RequireNumbers"`
	RequireSymbols                bool `json:"RequireSymbols"`
	PasswordHistorySize           int  `json:"PasswordHistorySize,omitempty"`
	TemporaryPasswordValidityDays int  `json:"TemporaryPasswordValidityDays"` // default 7
}

// SignInPolicy lists the first factors of USER_AUTH.
type SignInPolicy struct {
	AllowedFirstAuthFactors []string `json:"AllowedFirstAuthFactors"`
}

// Schema describes one attribute; custom ones are named "custom:x".
type Schema struct {
	Name                       string       `json:"Name"`
	AttributeDataType          string       `json:"AttributeDataType"` // String, Number, DateTime, Boolean
	DeveloperOnlyAttribute     bool         `json:"DeveloperOnlyAttribute"`
	Mutable                    bool         `json:"Mutable"`
	Required                   bool         `json:"Required"`
	StringAttributeConstraints *StringLimit `json:"StringAttributeConstraints,omitempty"`
	NumberAttributeConstraints *NumberLimit `json:"NumberAttributeConstraints,omitempty"`
}

// StringLimit bounds the length of a String attribute; "" is no bound.
type StringLimit struct {
	MinLength string `json:"MinLength,omitempty"`
	MaxLength string `json:"MaxLength,omitempty"`
}

// NumberLimit bounds the value of a Number attribute; "" is no bound.
type NumberLimit struct {
	MinValue string `json:"MinValue,omitempty"`
	MaxValue string `json:"MaxValue,omitempty"`
}

// UsernameConfig says whether Jane and jane are two users. A pool without it
// is case sensitive.
type UsernameConfig struct {
	CaseSensitive bool `json:"CaseSensitive"`
}

// AdminCreateUser is the rules for users that administrators make.
type AdminCreateUser struct {
	AllowAdminCreateUserOnly  bool     `json:"AllowAdminCreateUserOnly"`
	UnusedAccountValidityDays int      `json:"UnusedAccountValidityDays,omitempty"`
	InviteMessageTemplate     Document `json:"InviteMessageTemplate,omitempty"`
}

// AddOns is threat protection: OFF, AUDIT or ENFORCED.
type AddOns struct {
	AdvancedSecurityMode            string   `json:"AdvancedSecurityMode"`
	AdvancedSecurityAdditionalFlows Document `json:"AdvancedSecurityAdditionalFlows,omitempty"`
}

// CaseSensitive tells whether usernames and aliases compare with their case.
func (p *Pool) CaseSensitive() bool {
	return p.UsernameConfiguration == nil || p.UsernameConfiguration.CaseSensitive
}
