package fa_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
)

// document is what tenants, applications and their like have in common.
type document interface {
	Normalize()
	Validate() error
}

var blanks = map[string]func() document{
	"tenant":      func() document { return new(fa.NewTenant()) },
	"application": func() document { return new(fa.NewApplication()) },
	"connector":   func() document { return new(fa.NewConnector()) },
	"apiKey":      func() document { return new(fa.NewAPIKey()) },
	"user":        func() document { return new(fa.NewUser()) },
}

// codes lists the codes of a refusal, sorted.
func codes(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	refused, ok := errors.AsType[*fa.Errors](err)
	if !ok {
		t.Fatalf("got %v, want *fa.Errors", err)
	}
	var all []string
	for _, list := range refused.FieldErrors {
		for _, e := range list {
			all = append(all, e.Code)
		}
	}
	for _, e := range refused.GeneralErrors {
		all = append(all, e.Code)
	}
	slices.Sort(all)
	return all
}

var long = strings.Repeat("a", 192)

func TestDocumentsAreValidated(t *testing.T) {
	t.Parallel()
	generic := `"name":"C","type":"Generic","connectTimeout":1,"readTimeout":1,"authenticationURL":`
	tests := []struct {
		kind, name, document string
		want                 []string
	}{
		{"tenant", "a name is enough", `{"name":"T"}`, nil},
		{"tenant", "no name", `{"name":"  "}`, []string{"[blank]tenant.name"}},
		{"tenant", "long name", `{"name":"` + long + `"}`, []string{"[tooLong]tenant.name"}},
		{
			"tenant", "several groups at once",
			`{"httpSessionMaxInactiveInterval":0,"jwtConfiguration":{"timeToLiveInSeconds":-1},"passwordValidationRules":{"minLength":0}}`,
			[]string{
				"[blank]tenant.name", "[invalid]tenant.httpSessionMaxInactiveInterval", "[invalid]tenant.jwtConfiguration.timeToLiveInSeconds",
				"[invalid]tenant.passwordValidationRules.minLength",
			},
		},
		{
			"tenant", "tokens",
			`{"name":"T","jwtConfiguration":{"refreshTokenTimeToLiveInMinutes":0,"refreshTokenExpirationPolicy":"x","refreshTokenUsagePolicy":"x",
				"refreshTokenOneTimeUseConfiguration":{"gracePeriodInSeconds":86400}}}`,
			[]string{
				"[invalid]tenant.jwtConfiguration.refreshTokenExpirationPolicy",
				"[invalid]tenant.jwtConfiguration.refreshTokenOneTimeUseConfiguration.gracePeriodInSeconds",
				"[invalid]tenant.jwtConfiguration.refreshTokenTimeToLiveInMinutes",
				"[invalid]tenant.jwtConfiguration.refreshTokenUsagePolicy",
			},
		},
		{
			"tenant", "codes that live too short or too long",
			`{"name":"T","externalIdentifierConfiguration":{"authorizationGrantIdTimeToLiveInSeconds":601,"oneTimePasswordTimeToLiveInSeconds":0}}`,
			[]string{
				"[invalid]tenant.externalIdentifierConfiguration.authorizationGrantIdTimeToLiveInSeconds",
				"[invalid]tenant.externalIdentifierConfiguration.oneTimePasswordTimeToLiveInSeconds",
			},
		},
		{
			"tenant", "codes that can be guessed",
			`{"name":"T","externalIdentifierConfiguration":{"changePasswordIdGenerator":{"type":"randomBytes","length":15},
				"twoFactorOneTimeCodeIdGenerator":{"type":"x","length":13}}}`,
			[]string{
				"[invalid]tenant.externalIdentifierConfiguration.changePasswordIdGenerator.length",
				"[invalid]tenant.externalIdentifierConfiguration.twoFactorOneTimeCodeIdGenerator.length",
				"[invalid]tenant.externalIdentifierConfiguration.twoFactorOneTimeCodeIdGenerator.type",
			},
		},
		{
			"tenant", "unknown scheme", `{"name":"T","passwordEncryptionConfiguration":{"encryptionScheme":"rot13"}}`,
			[]string{"[invalid]tenant.passwordEncryptionConfiguration.encryptionScheme"},
		},
		{
			"tenant", "factor of another scheme", `{"name":"T","passwordEncryptionConfiguration":{"encryptionScheme":"bcrypt"}}`,
			[]string{"[invalid]tenant.passwordEncryptionConfiguration.encryptionSchemeFactor"},
		},
		{"tenant", "bcrypt", `{"name":"T","passwordEncryptionConfiguration":{"encryptionScheme":"bcrypt","encryptionSchemeFactor":12}}`, nil},
		{
			"tenant", "password rules", `{"name":"T","passwordValidationRules":{"minLength":9,"maxLength":8}}`,
			[]string{"[invalid]tenant.passwordValidationRules.minLength"},
		},
		{
			"tenant", "longest password", `{"name":"T","passwordValidationRules":{"maxLength":257}}`,
			[]string{"[invalid]tenant.passwordValidationRules.maxLength"},
		},
		{
			"tenant", "ages", `{"name":"T","maximumPasswordAge":{"enabled":true,"days":0},"minimumPasswordAge":{"enabled":true,"seconds":0}}`,
			[]string{"[invalid]tenant.maximumPasswordAge.days", "[invalid]tenant.minimumPasswordAge.seconds"},
		},
		{"tenant", "ages that are off", `{"name":"T","maximumPasswordAge":{"days":0},"minimumPasswordAge":{"seconds":0}}`, nil},
		{
			"tenant", "policies",
			`{"name":"T","connectorPolicies":[{},{"connectorId":"` + string(fa.ConnectorID) + `"},{"connectorId":"` + strings.ToUpper(string(fa.ConnectorID)) + `"}]}`,
			[]string{"[duplicate]tenant.connectorPolicies", "[missing]tenant.connectorPolicies"},
		},

		{"application", "a name is enough", `{"name":"A"}`, nil},
		{
			"application", "several groups at once",
			`{"roles":["admin",{"name":"admin"},""],"oauthConfiguration":{"enabledGrants":["x"],"authorizedRedirectURLs":["/here"]}}`,
			[]string{
				"[blank]application.name", "[blank]application.roles.name", "[duplicate]application.roles",
				"[invalid]application.oauthConfiguration.authorizedRedirectURLs", "[invalid]application.oauthConfiguration.enabledGrants",
			},
		},
		{
			"application", "policies",
			`{"name":"A","oauthConfiguration":{"authorizedURLValidationPolicy":"x","clientAuthenticationPolicy":"x","logoutBehavior":"x",
				"proofKeyForCodeExchangePolicy":"x","scopeHandlingPolicy":"x","unknownScopePolicy":"x"}}`,
			[]string{
				"[invalid]application.oauthConfiguration.authorizedURLValidationPolicy",
				"[invalid]application.oauthConfiguration.clientAuthenticationPolicy",
				"[invalid]application.oauthConfiguration.logoutBehavior",
				"[invalid]application.oauthConfiguration.proofKeyForCodeExchangePolicy",
				"[invalid]application.oauthConfiguration.scopeHandlingPolicy",
				"[invalid]application.oauthConfiguration.unknownScopePolicy",
			},
		},
		{
			"application", "redirect URLs that are fine",
			`{"name":"A","oauthConfiguration":{"authorizedRedirectURLs":["https://example.com","http://localhost:3000/x?y=z","com.example.app:/x",
				"com.example.app://x","https://*.app.example.com:*/a/*?b=*"]}}`,
			nil,
		},
		{
			"application", "redirect URLs that are not",
			`{"name":"A","oauthConfiguration":{"authorizedRedirectURLs":["https://example.com/#here","https:///path","example.com",""]}}`,
			slices.Repeat([]string{"[invalid]application.oauthConfiguration.authorizedRedirectURLs"}, 4),
		},
		{"application", "tokens that are the tenant's", `{"name":"A","jwtConfiguration":{"timeToLiveInSeconds":0}}`, nil},
		{
			"application", "tokens of its own", `{"name":"A","jwtConfiguration":{"enabled":true,"timeToLiveInSeconds":0}}`,
			[]string{"[invalid]application.jwtConfiguration.timeToLiveInSeconds"},
		},

		{"connector", "generic", `{` + generic + `"https://example.com/in?code=x","headers":{"X-Key":"ä, b\u00a0c"}}`, nil},
		{
			"connector", "generic without anything", `{"type":"Generic"}`,
			[]string{
				"[blank]connector.authenticationURL", "[blank]connector.name", "[invalid]connector.connectTimeout", "[invalid]connector.readTimeout",
			},
		},
		{"connector", "no URL that can be called", `{` + generic + `"ftp://example.com"}`, []string{"[invalid]connector.authenticationURL"}},
		{"connector", "no host", `{` + generic + `"https:///in"}`, []string{"[invalid]connector.authenticationURL"}},
		{
			"connector", "headers", `{` + generic + `"http://example.com","headers":{"":"x","X Y":"x","X-Ok":"x","X-Line":"a\r\nHost: b"}}`,
			slices.Repeat([]string{"[invalid]connector.headers"}, 3),
		},
		{
			"connector", "LDAP", `{"name":"C","type":"LDAP","connectTimeout":1,"readTimeout":1,"authenticationURL":"ldaps://example.com","securityMethod":"LDAPS","baseStructure":"dc=e","systemAccountDN":"cn=s","systemAccountPassword":"made-up","loginIdAttribute":"mail","identifyingAttribute":"uid","requestedAttributes":["mail"],"lambdaConfiguration":{"reconcileId":"00000000-0000-0000-0000-000000000001"}}`, nil,
		},
		{
			"connector", "LDAP over HTTP", `{"name":"C","type":"LDAP","connectTimeout":1,"readTimeout":1,"authenticationURL":"https://example.com","securityMethod":"None","baseStructure":"dc=e","systemAccountDN":"cn=s","systemAccountPassword":"made-up","loginIdAttribute":"mail","identifyingAttribute":"uid","requestedAttributes":["mail"],"lambdaConfiguration":{"reconcileId":"00000000-0000-0000-0000-000000000001"}}`,
			[]string{"[invalid]connector.authenticationURL"},
		},
		{"connector", "unknown type", `{"name":"C","type":"Telnet"}`, []string{"[invalid]connector.type"}},
		{"connector", "FusionAuth's own", `{"name":"C","type":"FusionAuth","id":"` + string(fa.ConnectorID) + `"}`, nil},
		{"connector", "a second of FusionAuth's", `{"name":"C","type":"FusionAuth"}`, []string{
			"[blank]connector.authenticationURL", "[invalid]connector.connectTimeout", "[invalid]connector.readTimeout",
		}},
		{"connector", "another server's", `{"name":"C","type":"FusionAuth","authenticationURL":"https://auth.example.com/api/login","connectTimeout":1,"readTimeout":1}`, nil},

		{"apiKey", "nothing is enough", `{}`, nil},
		{"apiKey", "not retrievable", `{"retrievable":false}`, []string{"[blank]apiKey.name"}},
		{"apiKey", "long name", `{"name":"` + long + `"}`, []string{"[tooLong]apiKey.name"}},
		{
			"apiKey", "permissions", `{"permissions":{"endpoints":{"/api/user":["GET","LOOK"],"user":["GET"]}}}`,
			[]string{"[invalid]apiKey.permissions.endpoints", "[invalid]apiKey.permissions.endpoints"},
		},
		{"apiKey", "keys among other permissions", `{"permissions":{"endpoints":{"/api/user":["GET"],"/api/api-key":["GET"]}}}`, nil},
		{
			"apiKey", "keys alone", `{"permissions":{"endpoints":{"/api/api-key":["GET"]}}}`, []string{"[invalid]apiKey.permissions.endpoints"},
		},

		{"user", "an address is enough", `{"email":"Ada@Example.com "}`, nil},
		{"user", "a name is enough", `{"username":"ada"}`, nil},
		{"user", "a number is enough", `{"phoneNumber":"303-555-0100"}`, nil},
		{"user", "nobody", `{"email":" "}`, []string{"[blank]user.email", "[blank]user.username"}},
		{
			"user", "everything at once",
			`{"email":"ada@","phoneNumber":"12","birthDate":"1815-13-10","imageUrl":"ada.png","timezone":"Mars/Olympus",
				"preferredLanguages":["a","b","c","d","e","f","g","h","i","j","k","l","m","n","o","p","q","r","s","t","u"]}`,
			[]string{
				"[couldNotConvert]user.birthDate", "[couldNotConvert]user.imageUrl", "[couldNotConvert]user.timezone",
				"[invalidPhone]user.phoneNumber", "[notEmail]user.email", "[tooMany]user.preferredLanguages",
			},
		},
		{"user", "long address", `{"email":"` + long + `@example.com"}`, []string{"[tooLong]user.email"}},
		{"user", "long name", `{"username":"` + long + `"}`, []string{"[tooLong]user.username"}},
		{"user", "191 characters", `{"username":"` + strings.Repeat("ä", 191) + `"}`, nil},
		{"user", "address with a name", `{"email":"Ada <ada@example.com>"}`, []string{"[notEmail]user.email"}},
		{"user", "two addresses", `{"email":"ada@example.com, bob@example.com"}`, []string{"[notEmail]user.email"}},
		{"user", "zones without a machine's own", `{"username":"ada","timezone":"America/Argentina/Buenos_Aires"}`, nil},
		{"user", "the machine's zone", `{"username":"ada","timezone":"Local"}`, []string{"[couldNotConvert]user.timezone"}},
		{"user", "a zone outside the folder", `{"username":"ada","timezone":"../../etc/passwd"}`, []string{"[couldNotConvert]user.timezone"}},
	}
	for _, test := range tests {
		t.Run(test.kind+"/"+test.name, func(t *testing.T) {
			t.Parallel()
			d := blanks[test.kind]()
			if err := fa.Decode([]byte(test.document), d); err != nil {
				t.Fatal(err)
			}
			d.Normalize()
			if diff := cmp.Diff(test.want, codes(t, d.Validate())); diff != "" {
				t.Error(diff)
			}
		})
	}
}
