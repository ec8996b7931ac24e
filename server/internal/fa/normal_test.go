package fa_test

import (
	"reflect"
	"testing"

	"wherry/server/internal/fa"
)

// TestDocumentsAreNormalized writes each document as a client would, and looks
// only at what the row is about.
func TestDocumentsAreNormalized(t *testing.T) {
	t.Parallel()
	tests := []struct{ kind, name, document, want string }{
		{"tenant", "name", `{"name":" T "}`, `{"name":"T"}`},
		{"tenant", "data", `{"data":{"a":null,"b":{"c":null},"d":0}}`, `{"data":{"b":{"c":null},"d":0}}`},
		{
			"tenant", "no policies", `{"connectorPolicies":[]}`,
			`{"connectorPolicies":[{"connectorId":"e3306678-a53a-4964-9040-1c96f36dda72","domains":["*"],"migrate":false}]}`,
		},
		{
			"tenant", "FusionAuth's own policy", `{"connectorPolicies":[{"connectorId":"e3306678-a53a-4964-9040-1c96f36dda72","domains":["x"],"migrate":true}]}`,
			`{"connectorPolicies":[{"connectorId":"e3306678-a53a-4964-9040-1c96f36dda72","domains":["*"],"migrate":false}]}`,
		},
		{
			"tenant", "policies stay in order",
			`{"connectorPolicies":[{"connectorId":"00000000-0000-0000-0000-00000000000B","domains":[" Example.COM "],"migrate":true},
				{"connectorId":"00000000-0000-0000-0000-00000000000a"}]}`,
			`{"connectorPolicies":[{"connectorId":"00000000-0000-0000-0000-00000000000b","domains":["example.com"],"migrate":true},
				{"connectorId":"00000000-0000-0000-0000-00000000000a","domains":["*"],"migrate":false}]}`,
		},
		{
			"tenant", "verification that is off",
			`{"emailConfiguration":{"verifyEmailWhenChanged":true,"verificationEmailTemplateId":"00000000-0000-0000-0000-00000000000a"}}`,
			`{"emailConfiguration":{"verifyEmail":false,"verifyEmailWhenChanged":false,"verificationEmailTemplateId":null}}`,
		},

		{"application", "name", `{"name":" A "}`, `{"name":"A"}`},
		{
			"application", "client id", `{"id":"00000000-0000-0000-0000-00000000000A","oauthConfiguration":{"clientId":"00000000-0000-0000-0000-00000000000b"}}`,
			`{"oauthConfiguration":{"clientId":"00000000-0000-0000-0000-00000000000a"}}`,
		},
		{"application", "roles by name", `{"roles":["user","admin"]}`, `{"roles":[{"name":"admin"},{"name":"user"}]}`},
		{"application", "active", `{"state":"Inactive"}`, `{"active":true,"state":"Active"}`},
		{"application", "inactive", `{"active":false}`, `{"active":false,"state":"Inactive"}`},
		{
			"application", "no policy, secret", `{}`,
			`{"oauthConfiguration":{"clientAuthenticationPolicy":"Required","requireClientAuthentication":true}}`,
		},
		{
			"application", "no policy, no secret", `{"oauthConfiguration":{"requireClientAuthentication":false}}`,
			`{"oauthConfiguration":{"clientAuthenticationPolicy":"NotRequired","requireClientAuthentication":false}}`,
		},
		{
			"application", "the policy wins", `{"oauthConfiguration":{"clientAuthenticationPolicy":"NotRequiredWhenUsingPKCE"}}`,
			`{"oauthConfiguration":{"clientAuthenticationPolicy":"NotRequiredWhenUsingPKCE","requireClientAuthentication":false}}`,
		},
		{
			"application", "revocation is the tenant's", `{"jwtConfiguration":{"refreshTokenRevocationPolicy":{"onLoginPrevented":true}}}`,
			`{"jwtConfiguration":{"refreshTokenRevocationPolicy":null}}`,
		},

		{"connector", "name and data", `{"name":" C ","data":{"a":null}}`, `{"name":"C","data":{"a":null}}`},
		{
			"apiKey", "keys among other permissions", `{"name":" K ","permissions":{"endpoints":{"/api/api-key":["GET"],"/api/user":["GET"]}}}`,
			`{"name":"K","permissions":{"endpoints":{"/api/api-key":null,"/api/user":["GET"]}}}`,
		},

		{
			"user", "identities", `{"email":" Ada@Example.COM ","parentEmail":" P@Example.com","username":" Ada ","phoneNumber":"303-555-0100"}`,
			`{"email":"ada@example.com","parentEmail":"p@example.com","username":"Ada","phoneNumber":"+13035550100"}`,
		},
		{
			"user", "names", `{"firstName":" a ","middleName":" b ","lastName":" c ","fullName":" d ","mobilePhone":" 1 "}`,
			`{"firstName":"a","middleName":"b","lastName":"c","fullName":"d","mobilePhone":"1"}`,
		},
		{"user", "languages", `{"preferredLanguages":["de","","de",null,"en"]}`, `{"preferredLanguages":["de","en"]}`},
		{
			"user", "memberships", `{"memberships":[{},{"groupId":"00000000-0000-0000-0000-00000000000a"}]}`,
			`{"memberships":[{"groupId":"00000000-0000-0000-0000-00000000000a"}]}`,
		},
		{
			"user", "factors",
			`{"twoFactor":{"methods":[{"method":"authenticator","email":"x","mobilePhone":"x","secret":"x"},
				{"method":"email","email":"x","mobilePhone":"x","secret":"x"},{"method":"sms","email":"x","mobilePhone":"x","secret":"x"},
				{"method":"voice","email":"x","mobilePhone":"x","secret":"x"}]}}`,
			`{"twoFactor":{"methods":[{"method":"authenticator","email":null,"mobilePhone":null,"secret":"x"},
				{"method":"email","email":"x","mobilePhone":null,"secret":null},{"method":"sms","email":null,"mobilePhone":"x","secret":null},
				{"method":"voice","email":"x","mobilePhone":"x","secret":"x"}]}}`,
		},
	}
	for _, test := range tests {
		t.Run(test.kind+"/"+test.name, func(t *testing.T) {
			t.Parallel()
			d := blanks[test.kind]()
			if err := fa.Decode([]byte(test.document), d); err != nil {
				t.Fatal(err)
			}
			d.Normalize()
			first, err := fa.EncodeWhole(d)
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range lost("", tree(t, []byte(test.want)), tree(t, first)) {
				t.Errorf("%s is not as it should be: %s", path, first)
			}
			d.Normalize()
			if second, err := fa.EncodeWhole(d); err != nil || !reflect.DeepEqual(first, second) {
				t.Errorf("normalised twice it becomes another: %s, %v", second, err)
			}
		})
	}
}

func TestRegistrationsAreNormalized(t *testing.T) {
	t.Parallel()
	var u struct{ Registrations []fa.Registration }
	err := fa.Decode([]byte(`{"Registrations":[{"username":" ada ","authenticationToken":" ","data":{"a":null},"preferredLanguages":["de","de"]}]}`), &u)
	if err != nil {
		t.Fatal(err)
	}
	r := u.Registrations[0]
	r.Normalize()
	got, err := fa.Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"data":{},"preferredLanguages":["de"],"roles":[],"tokens":{},"username":"ada","usernameStatus":"ACTIVE","verified":false}`
	if string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestDefaults has what FusionAuth documents as the default.
func TestDefaults(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{
		"tenant": `{
			"connectorPolicies":[],"data":{},"httpSessionMaxInactiveInterval":3600,"state":"Active","themeId":"75a068fd-e94b-451a-9aeb-3ddb9a3b5987",
			"emailConfiguration":{"host":"localhost","port":25,"defaultFromEmail":"change-me@example.com","additionalHeaders":[],"debug":false,
				"verifyEmail":false,"verifyEmailWhenChanged":false,"implicitEmailVerificationAllowed":true,"verificationStrategy":"ClickableLink",
				"unverified":{"behavior":"Allow","allowEmailChangeWhenGated":false}},
			"externalIdentifierConfiguration":{"authorizationGrantIdTimeToLiveInSeconds":30,"changePasswordIdTimeToLiveInSeconds":600,
				"deviceCodeTimeToLiveInSeconds":300,"emailVerificationIdTimeToLiveInSeconds":86400,"externalAuthenticationIdTimeToLiveInSeconds":300,
				"loginIntentTimeToLiveInSeconds":1800,"oneTimePasswordTimeToLiveInSeconds":60,"passwordlessLoginTimeToLiveInSeconds":180,
				"setupPasswordIdTimeToLiveInSeconds":86400,"trustTokenTimeToLiveInSeconds":180,"twoFactorIdTimeToLiveInSeconds":300,
				"twoFactorOneTimeCodeIdTimeToLiveInSeconds":60,"twoFactorTrustIdTimeToLiveInSeconds":2592000,
				"changePasswordIdGenerator":{"length":32,"type":"randomBytes"},"twoFactorOneTimeCodeIdGenerator":{"length":6,"type":"randomDigits"},
				"deviceUserCodeIdGenerator":{"length":6,"type":"randomAlphaNumeric"}},
			"failedAuthenticationConfiguration":{"tooManyAttempts":5,"resetCountInSeconds":60,"actionDuration":3,"actionDurationUnit":"MINUTES",
				"actionCancelPolicy":{"onPasswordReset":false},"emailUser":false,"userActionId":null},
			"jwtConfiguration":{"timeToLiveInSeconds":3600,"refreshTokenTimeToLiveInMinutes":43200,"refreshTokenExpirationPolicy":"Fixed",
				"refreshTokenSlidingWindowConfiguration":{"maximumTimeToLiveInMinutes":43200},"refreshTokenUsagePolicy":"Reusable",
				"refreshTokenOneTimeUseConfiguration":{"gracePeriodInSeconds":0},
				"refreshTokenRevocationPolicy":{"onLoginPrevented":true,"onPasswordChanged":true,"onMultiFactorEnable":false,"onOneTimeTokenReuse":false}},
			"loginConfiguration":{"requireAuthentication":true},"maximumPasswordAge":{"enabled":false,"days":180},
			"minimumPasswordAge":{"enabled":false,"seconds":30},
			"multiFactorConfiguration":{"loginPolicy":"Enabled","authenticator":{"enabled":true,"algorithm":"HmacSHA1","codeLength":6,"timeStep":30},
				"email":{"enabled":false},"sms":{"enabled":false}},
			"passwordEncryptionConfiguration":{"encryptionScheme":"salted-pbkdf2-hmac-sha256","encryptionSchemeFactor":24000,"modifyEncryptionSchemeOnLogin":false},
			"passwordValidationRules":{"minLength":8,"maxLength":256,"requireMixedCase":false,"requireNonAlpha":false,"requireNumber":false,
				"disallowUserLoginId":false,"rememberPreviousPasswords":{"enabled":false,"count":1},"validateOnLogin":false,"breachDetection":{"enabled":false}},
			"ssoConfiguration":{"allowAccessTokenBootstrap":false,"deviceTrustTimeToLiveInSeconds":31536000}}`,
		"application": `{
			"active":true,"state":"Active","data":{},"roles":[],"verifyRegistration":false,"authenticationTokenConfiguration":{"enabled":false},
			"passwordlessConfiguration":{"enabled":false},"jwtConfiguration":{"enabled":false,"refreshTokenRevocationPolicy":null},
			"loginConfiguration":{"allowTokenRefresh":false,"generateRefreshTokens":false,"requireAuthentication":true},
			"registrationConfiguration":{"enabled":false,"type":"basic","loginIdType":"email","confirmPassword":false},
			"oauthConfiguration":{"authorizedRedirectURLs":[],"authorizedOriginURLs":[],"authorizedURLValidationPolicy":"ExactMatch","enabledGrants":[],
				"generateRefreshTokens":false,"proofKeyForCodeExchangePolicy":"NotRequired","requireClientAuthentication":true,"requireRegistration":false,
				"logoutBehavior":"AllApplications","debug":false,"scopeHandlingPolicy":"Strict","unknownScopePolicy":"Reject"}}`,
		"connector": `{"debug":false,"data":{}}`,
		"apiKey":    `{"keyManager":false,"retrievable":true,"metaData":{"attributes":{}},"permissions":{"endpoints":null}}`,
		"user": `{"active":true,"connectorId":"e3306678-a53a-4964-9040-1c96f36dda72","data":{},"memberships":[],"preferredLanguages":[],"registrations":[],
			"passwordChangeRequired":false,"twoFactor":{"methods":[]},"usernameStatus":"ACTIVE","verified":false}`,
	} {
		got, err := fa.EncodeWhole(blanks[kind]())
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range lost("", tree(t, []byte(want)), tree(t, got)) {
			t.Errorf("%s%s has another default", kind, path)
		}
		// What a client leaves out keeps its default, on any level.
		over := blanks[kind]()
		if err := fa.Decode([]byte(`{"zUnknown":1}`), over); err != nil {
			t.Fatal(err)
		}
		again, err := fa.EncodeWhole(over)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range lost("", tree(t, got), tree(t, again)) {
			t.Errorf("%s%s lost its default", kind, path)
		}
	}
}
