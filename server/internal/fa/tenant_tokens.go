package fa

// JWTConfiguration is how tokens are signed and how long they live. A tenant
// always has one; an application's counts when it is enabled.
type JWTConfiguration struct {
	AccessTokenKeyID                    ID                            `json:"accessTokenKeyId,omitzero"`
	Enabled                             bool                          `json:"enabled"`
	IDTokenKeyID                        ID                            `json:"idTokenKeyId,omitzero"`
	RefreshTokenExpirationPolicy        string                        `json:"refreshTokenExpirationPolicy,omitzero"`
	RefreshTokenOneTimeUseConfiguration OneTimeUseConfiguration       `json:"refreshTokenOneTimeUseConfiguration"`
	RefreshTokenRevocationPolicy        *RefreshTokenRevocationPolicy `json:"refreshTokenRevocationPolicy,omitzero"` // tenants only
	RefreshTokenSlidingWindow           SlidingWindowConfiguration    `json:"refreshTokenSlidingWindowConfiguration"`
	RefreshTokenTimeToLiveInMinutes     int                           `json:"refreshTokenTimeToLiveInMinutes"`
	RefreshTokenUsagePolicy             string                        `json:"refreshTokenUsagePolicy,omitzero"`
	TimeToLiveInSeconds                 int                           `json:"timeToLiveInSeconds"`
	Rest                                Rest                          `json:",embed"`
}

// How long refresh tokens live, and how often each value is good.
const (
	RefreshTokenFixed                    = "Fixed"
	RefreshTokenSlidingWindow            = "SlidingWindow"
	RefreshTokenSlidingWindowWithMaximum = "SlidingWindowWithMaximumLifetime"
	RefreshTokenReusable                 = "Reusable"
	RefreshTokenOneTimeUse               = "OneTimeUse"
)

// OneTimeUseConfiguration is how long a used refresh token may come back.
type OneTimeUseConfiguration struct {
	GracePeriodInSeconds int  `json:"gracePeriodInSeconds"`
	Rest                 Rest `json:",embed"`
}

// SlidingWindowConfiguration bounds how long a session can be kept alive.
type SlidingWindowConfiguration struct {
	MaximumTimeToLiveInMinutes int  `json:"maximumTimeToLiveInMinutes"`
	Rest                       Rest `json:",embed"`
}

// RefreshTokenRevocationPolicy is what ends a user's sessions.
type RefreshTokenRevocationPolicy struct {
	OnLoginPrevented    bool `json:"onLoginPrevented"`
	OnMultiFactorEnable bool `json:"onMultiFactorEnable"`
	OnOneTimeTokenReuse bool `json:"onOneTimeTokenReuse"`
	OnPasswordChanged   bool `json:"onPasswordChanged"`
	Rest                Rest `json:",embed"`
}

// Revokes is what ends a user's sessions in the tenant.
func (t *Tenant) Revokes() RefreshTokenRevocationPolicy {
	if p := t.JWTConfiguration.RefreshTokenRevocationPolicy; p != nil {
		return *p
	}
	return RefreshTokenRevocationPolicy{}
}

func newTenantJWTConfiguration() JWTConfiguration {
	c := newJWTConfiguration()
	c.Enabled = true
	c.RefreshTokenRevocationPolicy = &RefreshTokenRevocationPolicy{OnLoginPrevented: true, OnPasswordChanged: true}
	return c
}

func newJWTConfiguration() JWTConfiguration {
	return JWTConfiguration{
		RefreshTokenExpirationPolicy:    RefreshTokenFixed,
		RefreshTokenSlidingWindow:       SlidingWindowConfiguration{MaximumTimeToLiveInMinutes: 43_200},
		RefreshTokenTimeToLiveInMinutes: 43_200,
		RefreshTokenUsagePolicy:         RefreshTokenReusable,
		TimeToLiveInSeconds:             3600,
	}
}

func (c *JWTConfiguration) validate(errs *Errors, path string) {
	errs.Positive(c.TimeToLiveInSeconds, path+".timeToLiveInSeconds")
	errs.Positive(c.RefreshTokenTimeToLiveInMinutes, path+".refreshTokenTimeToLiveInMinutes")
	errs.OneOf(c.RefreshTokenExpirationPolicy, path+".refreshTokenExpirationPolicy",
		RefreshTokenFixed, RefreshTokenSlidingWindow, RefreshTokenSlidingWindowWithMaximum)
	errs.OneOf(c.RefreshTokenUsagePolicy, path+".refreshTokenUsagePolicy", RefreshTokenReusable, RefreshTokenOneTimeUse)
	if grace := c.RefreshTokenOneTimeUseConfiguration.GracePeriodInSeconds; grace < 0 || grace > 86_399 {
		errs.Field(path+".refreshTokenOneTimeUseConfiguration.gracePeriodInSeconds", "invalid",
			"The [%s.refreshTokenOneTimeUseConfiguration.gracePeriodInSeconds] property must be between 0 and 86399.", path)
	}
}

// ExternalIdentifierConfiguration is how long codes and ids that travel
// outside live, in seconds, and how they are made.
type ExternalIdentifierConfiguration struct {
	AuthorizationGrantIDTTL                      int       `json:"authorizationGrantIdTimeToLiveInSeconds"`
	ChangePasswordIDGenerator                    Generator `json:"changePasswordIdGenerator"`
	ChangePasswordIDTTL                          int       `json:"changePasswordIdTimeToLiveInSeconds"`
	DeviceCodeTTL                                int       `json:"deviceCodeTimeToLiveInSeconds"`
	DeviceUserCodeIDGenerator                    Generator `json:"deviceUserCodeIdGenerator"`
	EmailVerificationIDGenerator                 Generator `json:"emailVerificationIdGenerator"`
	EmailVerificationIDTTL                       int       `json:"emailVerificationIdTimeToLiveInSeconds"`
	EmailVerificationOneTimeCodeGenerator        Generator `json:"emailVerificationOneTimeCodeGenerator"`
	ExternalAuthenticationIDTTL                  int       `json:"externalAuthenticationIdTimeToLiveInSeconds"`
	LoginIntentTTL                               int       `json:"loginIntentTimeToLiveInSeconds"`
	OneTimePasswordTTL                           int       `json:"oneTimePasswordTimeToLiveInSeconds"`
	PasswordlessLoginGenerator                   Generator `json:"passwordlessLoginGenerator"`
	PasswordlessLoginOneTimeCodeGenerator        Generator `json:"passwordlessLoginOneTimeCodeGenerator"`
	PasswordlessLoginTTL                         int       `json:"passwordlessLoginTimeToLiveInSeconds"`
	PendingAccountLinkTTL                        int       `json:"pendingAccountLinkTimeToLiveInSeconds"`
	RegistrationVerificationIDGenerator          Generator `json:"registrationVerificationIdGenerator"`
	RegistrationVerificationIDTTL                int       `json:"registrationVerificationIdTimeToLiveInSeconds"`
	RegistrationVerificationOneTimeCodeGenerator Generator `json:"registrationVerificationOneTimeCodeGenerator"`
	SetupPasswordIDGenerator                     Generator `json:"setupPasswordIdGenerator"`
	SetupPasswordIDTTL                           int       `json:"setupPasswordIdTimeToLiveInSeconds"`
	TrustTokenTTL                                int       `json:"trustTokenTimeToLiveInSeconds"`
	TwoFactorIDTTL                               int       `json:"twoFactorIdTimeToLiveInSeconds"`
	TwoFactorOneTimeCodeGenerator                Generator `json:"twoFactorOneTimeCodeIdGenerator"`
	TwoFactorOneTimeCodeTTL                      int       `json:"twoFactorOneTimeCodeIdTimeToLiveInSeconds"`
	TwoFactorTrustIDTTL                          int       `json:"twoFactorTrustIdTimeToLiveInSeconds"`
	Rest                                         Rest      `json:",embed"`
}

// Generator makes ids: randomDigits, randomBytes, randomAlpha or
// randomAlphaNumeric.
type Generator struct {
	Length int    `json:"length"`
	Type   string `json:"type"`
	Rest   Rest   `json:",embed"`
}

func newExternalIdentifierConfiguration() ExternalIdentifierConfiguration {
	bytes := Generator{Length: 32, Type: "randomBytes"}
	letters, digits := Generator{Length: 6, Type: "randomAlphaNumeric"}, Generator{Length: 6, Type: "randomDigits"}
	return ExternalIdentifierConfiguration{
		AuthorizationGrantIDTTL:                      30,
		ChangePasswordIDGenerator:                    bytes,
		ChangePasswordIDTTL:                          600,
		DeviceCodeTTL:                                300,
		DeviceUserCodeIDGenerator:                    letters,
		EmailVerificationIDGenerator:                 bytes,
		EmailVerificationIDTTL:                       86_400,
		EmailVerificationOneTimeCodeGenerator:        letters,
		ExternalAuthenticationIDTTL:                  300,
		LoginIntentTTL:                               1800,
		OneTimePasswordTTL:                           60,
		PasswordlessLoginGenerator:                   bytes,
		PasswordlessLoginOneTimeCodeGenerator:        digits,
		PasswordlessLoginTTL:                         180,
		PendingAccountLinkTTL:                        3600,
		RegistrationVerificationIDGenerator:          bytes,
		RegistrationVerificationIDTTL:                86_400,
		RegistrationVerificationOneTimeCodeGenerator: letters,
		SetupPasswordIDGenerator:                     bytes,
		SetupPasswordIDTTL:                           86_400,
		TrustTokenTTL:                                180,
		TwoFactorIDTTL:                               300,
		TwoFactorOneTimeCodeGenerator:                digits,
		TwoFactorOneTimeCodeTTL:                      60,
		TwoFactorTrustIDTTL:                          2_592_000,
	}
}

func (c *ExternalIdentifierConfiguration) validate(errs *Errors, path string) {
	if c.AuthorizationGrantIDTTL < 1 || c.AuthorizationGrantIDTTL > 600 {
		errs.Field(path+".authorizationGrantIdTimeToLiveInSeconds", "invalid",
			"The [%s.authorizationGrantIdTimeToLiveInSeconds] property must be between 1 and 600.", path)
	}
	for name, ttl := range map[string]int{
		"changePasswordId": c.ChangePasswordIDTTL, "deviceCode": c.DeviceCodeTTL, "emailVerificationId": c.EmailVerificationIDTTL,
		"externalAuthenticationId": c.ExternalAuthenticationIDTTL, "loginIntent": c.LoginIntentTTL, "oneTimePassword": c.OneTimePasswordTTL,
		"passwordlessLogin": c.PasswordlessLoginTTL, "pendingAccountLink": c.PendingAccountLinkTTL, "registrationVerificationId": c.RegistrationVerificationIDTTL, "setupPasswordId": c.SetupPasswordIDTTL, "trustToken": c.TrustTokenTTL,
		"twoFactorId": c.TwoFactorIDTTL, "twoFactorOneTimeCodeId": c.TwoFactorOneTimeCodeTTL, "twoFactorTrustId": c.TwoFactorTrustIDTTL,
	} {
		errs.Positive(ttl, path+"."+name+"TimeToLiveInSeconds")
	}
	for name, generator := range map[string]Generator{
		"changePasswordId": c.ChangePasswordIDGenerator, "deviceUserCodeId": c.DeviceUserCodeIDGenerator,
		"emailVerificationId": c.EmailVerificationIDGenerator, "passwordlessLogin": c.PasswordlessLoginGenerator,
		"registrationVerificationId": c.RegistrationVerificationIDGenerator,
		"setupPasswordId":            c.SetupPasswordIDGenerator, "twoFactorOneTimeCodeId": c.TwoFactorOneTimeCodeGenerator,
	} {
		generator.validate(errs, path+"."+name+"Generator")
	}
	for name, generator := range map[string]Generator{
		"emailVerification": c.EmailVerificationOneTimeCodeGenerator, "passwordlessLogin": c.PasswordlessLoginOneTimeCodeGenerator,
		"registrationVerification": c.RegistrationVerificationOneTimeCodeGenerator,
	} {
		generator.validate(errs, path+"."+name+"OneTimeCodeGenerator")
	}
}

func (g *Generator) validate(errs *Errors, path string) {
	errs.OneOf(g.Type, path+".type", "randomDigits", "randomBytes", "randomAlpha", "randomAlphaNumeric")
	shortest, longest := 4, 12
	if g.Type == "randomBytes" {
		shortest, longest = 16, 128
	}
	if g.Length < shortest || g.Length > longest {
		errs.Field(path+".length", "invalid", "The [%s.length] property must be between %d and %d.", path, shortest, longest)
	}
}

// TenantOAuthConfiguration is what is said about the grants of a tenant.
type TenantOAuthConfiguration struct {
	ClientCredentialsAccessTokenPopulateLambdaID ID   `json:"clientCredentialsAccessTokenPopulateLambdaId,omitzero"`
	Rest                                         Rest `json:",embed"`
}
