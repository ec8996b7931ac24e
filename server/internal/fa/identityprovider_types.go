package fa

import (
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The types of providers through which people can sign in here.
const (
	ProviderApple       = "Apple"
	ProviderExternalJWT = "ExternalJWT"
	ProviderFacebook    = "Facebook"
	ProviderGoogle      = "Google"
	ProviderLinkedIn    = "LinkedIn"
	ProviderOpenID      = "OpenIDConnect"
	ProviderTwitch      = "Twitch"
)

// What becomes of somebody who comes through a provider and has no link.
const (
	LinkAnonymously               = "LinkAnonymously"
	LinkByEmail                   = "LinkByEmail"
	LinkByEmailForExistingUser    = "LinkByEmailForExistingUser"
	LinkByUsername                = "LinkByUsername"
	LinkByUsernameForExistingUser = "LinkByUsernameForExistingUser"
	LinkPending                   = "CreatePendingLink"
	LinkDisabled                  = "Disabled"
)

// Redirects tells whether people are sent to the provider with a browser.
func (p *IdentityProvider) Redirects() bool {
	switch p.Type {
	case ProviderApple, ProviderFacebook, ProviderGoogle, ProviderLinkedIn, ProviderOpenID, ProviderTwitch:
		return true
	}
	return false
}

// providerType is what is particular about a type of identity provider.
type providerType struct {
	id       ID       // of the one that classic instances have
	defaults string   // JSON
	required []string // properties, by their paths
}

// OpenID Connect providers and the like want a client and its secret.
var clientAndSecret = []string{"buttonText", "client_id", "client_secret"}

// providerTypes is every type that an identity provider can have.
//
// Source: https://fusionauth.io/docs/apis/identity-providers/
var providerTypes = map[string]providerType{
	"Apple":     {"13d2a5db-7ef9-4d62-b909-0df58612e775", `{"buttonText":"Sign in with Apple"}`, []string{"buttonText", "keyId", "teamId"}},
	"EpicGames": {"1b932b19-61a8-47c7-9e81-27dbf9011dad", `{"buttonText":"Login with Epic Games"}`, clientAndSecret},
	"ExternalJWT": {
		"", `{"claimMap":{},"domains":[],"headerKeyParameter":"kid","oauth2":{}}`,
		[]string{"headerKeyParameter", "uniqueIdentityClaim"},
	},
	"Facebook": {
		"56abdcc7-8bd9-4321-9621-4e9bbebae494",
		`{"buttonText":"Login with Facebook","fields":"email","loginMethod":"UsePopup","permissions":"email"}`,
		[]string{"appId", "buttonText", "client_secret"},
	},
	"Google": {
		"82339786-3dff-42a6-aac6-1f1ceecb6c46",
		`{"buttonText":"Login with Google","loginMethod":"UseRedirect","properties":{"api":"","button":""}}`, clientAndSecret,
	},
	"HYPR":     {"778985b7-6fd8-414d-acf2-94f18fb7c7e0", `{}`, []string{"relyingPartyApplicationId", "relyingPartyURL"}},
	"LinkedIn": {"6177c09d-3f0e-4d53-9504-3600b1b23f46", `{"buttonText":"Sign in with LinkedIn"}`, clientAndSecret},
	"Nintendo": {
		"b0ac2e16-d4af-483e-98c8-7f6693610665",
		`{"buttonText":"Login with Nintendo","emailClaim":"email","uniqueIdClaim":"id","usernameClaim":"preferred_username"}`, clientAndSecret,
	},
	"OpenIDConnect": {
		"", `{"buttonText":"Login with OpenID Connect","domains":[],"oauth2":{"clientAuthenticationMethod":"client_secret_basic",
		"emailClaim":"email","emailVerifiedClaim":"email_verified","uniqueIdClaim":"sub","usernameClaim":"preferred_username"},"postRequest":false}`,
		[]string{"buttonText", "oauth2.client_id"},
	},
	"SAMLv2": {"", `{"assertionConfiguration":{"destination":{"alternates":[],"policy":"Enabled"}},
		"assertionDecryptionConfiguration":{"enabled":false},"buttonText":"Login with SAML","domains":[],
		"idpInitiatedConfiguration":{"enabled":false},"loginHintConfiguration":{"enabled":true,"parameterName":"login_hint"},
		"nameIdFormat":"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent","postRequest":false,"signRequest":false,"useNameIdForEmail":false,
		"xmlSignatureC14nMethod":"exclusive_with_comments"}`, []string{"buttonText", "idpEndpoint", "keyId"}},
	"SAMLv2IdPInitiated": {"", `{"assertionDecryptionConfiguration":{"enabled":false},"useNameIdForEmail":false}`, []string{"issuer", "keyId"}},
	"SonyPSN":            {"7764b5c7-165b-4e7e-94aa-02ebe2a0a5fb", `{"buttonText":"Login with PlayStation"}`, clientAndSecret},
	"Steam": {
		"e4f39345-7833-4b1d-b331-ca03bdc2c4be", `{"apiMode":"Public","buttonText":"Login with Steam"}`,
		[]string{"buttonText", "client_id", "webAPIKey"},
	},
	"Twitch":  {"bf4cf83f-e824-42d7-b4a3-5b10847a66b2", `{"buttonText":"Login with Twitch"}`, clientAndSecret},
	"Twitter": {"45bb233c-0901-4236-b5ca-ac46e2e0a5a5", `{"buttonText":"Login with Twitter"}`, []string{"buttonText", "consumerKey", "consumerSecret"}},
	"Xbox":    {"af53ab21-34c3-468a-8ba2-ecb3905f67f2", `{"buttonText":"Login with Xbox"}`, clientAndSecret},
}

// ProviderTypes lists the types of identity providers.
func ProviderTypes() []string { return slices.Sorted(maps.Keys(providerTypes)) }

// LambdaType is the type of the lambdas that go with the provider.
func (p *IdentityProvider) LambdaType() string {
	switch p.Type {
	case "OpenIDConnect":
		return "OpenIDReconcile"
	case "SAMLv2IdPInitiated":
		return "SAMLv2Reconcile"
	default:
		return p.Type + "Reconcile"
	}
}

// Fields adds an error for each of the properties of v that is not there; paths
// lead to them from v, which stands at path.
func (e *Errors) Fields(v any, path string, properties ...string) {
	document, err := Encode(v)
	if err != nil {
		e.General("invalid", "The object cannot be written.")
		return
	}
	for _, property := range properties {
		e.Require(textAt(document, property), path+"."+property)
	}
}

// textAt returns the text at a path of names in an object, or "".
func textAt(document jsontext.Value, path string) (text string) {
	name, rest, deeper := strings.Cut(path, ".")
	var members map[string]jsontext.Value
	if json.Unmarshal(document, &members) != nil || members[name] == nil {
		return ""
	}
	if deeper {
		return textAt(members[name], rest)
	}
	_ = json.Unmarshal(members[name], &text) // what is no text stays ""
	return text
}
