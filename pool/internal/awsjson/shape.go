package awsjson

import (
	"fmt"
	"reflect"
	"regexp"
	"unicode/utf8"
)

// shape is what the API's description says of a member's type.
type shape struct {
	min, max  int // of a text's length, a list's length or a number's value
	pattern   string
	sensitive bool     // refusals do not repeat the value
	enum      []string // the only values, if any are given
	match     *regexp.Regexp
}

// shapes are named as in the API's description; a member names its shape in
// the tag `shape:"UsernameType,required"`.
var shapes = compiled(map[string]shape{
	"UserPoolIdType":               {min: 1, max: 55, pattern: `[\w-]+_[0-9a-zA-Z]+`},
	"UserPoolNameType":             {min: 1, max: 128, pattern: `[\w\s+=,.@-]+`},
	"ClientIdType":                 {min: 1, max: 128, pattern: `[\w+]+`, sensitive: true},
	"ClientNameType":               {min: 1, max: 128, pattern: `[\w\s+=,.@-]+`},
	"ClientSecretType":             {min: 24, max: 64, pattern: `[\w+]+`, sensitive: true},
	"UsernameType":                 {min: 1, max: 128, pattern: `[\p{L}\p{M}\p{S}\p{N}\p{P}]+`, sensitive: true},
	"PasswordType":                 {max: 256, pattern: `[\S]+.*[\S]+`, sensitive: true},
	"SecretHashType":               {min: 1, max: 128, pattern: `[\w+=/]+`, sensitive: true},
	"ConfirmationCodeType":         {min: 1, max: 2048, pattern: `[\S]+`},
	"SoftwareTokenMFAUserCode":     {min: 6, max: 6, pattern: `[0-9]+`, sensitive: true},
	"SessionType":                  {min: 20, max: 2048, sensitive: true},
	"TokenModelType":               {min: 1, max: 1 << 16, pattern: `[A-Za-z0-9-_=.]+`, sensitive: true},
	"AttributeNameType":            {min: 1, max: 32, pattern: `[\p{L}\p{M}\p{S}\p{N}\p{P}]+`},
	"AttributeValueType":           {max: 2048, sensitive: true},
	"GroupNameType":                {min: 1, max: 128, pattern: `[\p{L}\p{M}\p{S}\p{N}\p{P}]+`},
	"DescriptionType":              {max: 2048},
	"PrecedenceType":               {min: 0, max: 1 << 30},
	"ProviderNameType":             {min: 1, max: 32, pattern: `[\p{L}\p{M}\p{S}\p{N}\p{P}\p{Z}]+`},
	"ResourceServerIdentifierType": {min: 1, max: 256, pattern: `[\x21\x23-\x5B\x5D-\x7E]+`},
	"ResourceServerNameType":       {min: 1, max: 256, pattern: `[\w\s+=,.@-]+`},
	"DomainType":                   {min: 1, max: 63, pattern: `[a-z0-9](?:[a-z0-9\-.]{0,61}[a-z0-9])?`},
	"DeviceKeyType":                {min: 1, max: 55, pattern: `[\w-]+_[0-9a-f-]+`},
	"UserFilterType":               {max: 256},
	"SearchPaginationTokenType":    {min: 1, max: 1 << 16, pattern: `[\S]+`},
	"PaginationKey":                {min: 1, max: 131072, pattern: `[\S]+`},
	"QueryLimitType":               {min: 0, max: 60},
	"QueryLimit":                   {min: 1, max: 60},
	"PoolQueryLimitType":           {min: 1, max: 60},
	"ListProvidersLimitType":       {min: 0, max: 60},
	"ListResourceServersLimitType": {min: 1, max: 50},
	"AuthFlowType": {enum: []string{
		"USER_SRP_AUTH", "REFRESH_TOKEN_AUTH", "REFRESH_TOKEN", "CUSTOM_AUTH", "ADMIN_NO_SRP_AUTH",
		"USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "USER_AUTH",
	}},
	"ChallengeNameType": {enum: []string{
		"SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA", "SELECT_MFA_TYPE", "MFA_SETUP",
		"PASSWORD_VERIFIER", "CUSTOM_CHALLENGE", "SELECT_CHALLENGE", "DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER",
		"ADMIN_NO_SRP_AUTH", "NEW_PASSWORD_REQUIRED", "SMS_OTP", "PASSWORD", "WEB_AUTHN", "PASSWORD_SRP",
	}},
	"UserPoolMfaType":          {enum: []string{"OFF", "ON", "OPTIONAL"}},
	"MessageActionType":        {enum: []string{"RESEND", "SUPPRESS"}},
	"IdentityProviderTypeType": {enum: []string{"SAML", "Facebook", "Google", "LoginWithAmazon", "SignInWithApple", "OIDC"}},
})

func compiled(all map[string]shape) map[string]shape {
	for name, s := range all {
		if s.pattern != "" {
			s.match = regexp.MustCompile(`^(?:` + s.pattern + `)$`)
			all[name] = s
		}
	}
	return all
}

// fault says what is wrong with a value, or "".
func (s shape) fault(v reflect.Value) string {
	size, unit := 0, "length"
	switch v.Kind() {
	case reflect.String:
		size = utf8.RuneCountInString(v.String())
	case reflect.Int:
		size, unit = int(v.Int()), "value"
	default:
		return ""
	}
	switch {
	case s.enum != nil:
		return s.outside(v.String())
	case size < s.min:
		return fmt.Sprintf("Member must have %s greater than or equal to %d", unit, s.min)
	case size > s.max:
		return fmt.Sprintf("Member must have %s less than or equal to %d", unit, s.max)
	case s.match != nil && size > 0 && !s.match.MatchString(v.String()):
		return "Member must satisfy regular expression pattern: " + s.pattern
	default:
		return ""
	}
}

func (s shape) outside(value string) string {
	list := ""
	for _, one := range s.enum {
		if one == value {
			return ""
		}
		list += ", " + one
	}
	return "Member must satisfy enum value set: [" + list[2:] + "]"
}
