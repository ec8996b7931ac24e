package api

import "net/http"

// Reactor serves /api/reactor, where FusionAuth's licence is looked after.
// Here there is none: every feature that this server has is active, and
// clients that look before they use one find it so.
//
// Source: https://fusionauth.io/docs/apis/reactor
type Reactor struct{}

// Mount registers the endpoints.
func (Reactor) Mount(m *Mux) {
	m.HandleGlobal("GET /api/reactor", reactorStatus)
	m.HandleGlobal("POST /api/reactor", activate)
}

// activate takes any licence.
func activate(w http.ResponseWriter, r *http.Request) error {
	if _, err := read(r); err != nil {
		return err
	}
	return reactorStatus(w, r)
}

// reactorFeatures is what FusionAuth sells.
var reactorFeatures = []string{
	"advancedIdentityProviders", "advancedLambdas", "advancedMultiFactorAuthentication", "advancedOAuthScopes",
	"advancedOAuthScopesCustomScopes", "advancedOAuthScopesThirdPartyApplications", "advancedRegistration",
	"applicationMultiFactorAuthentication", "applicationThemes", "breachedPasswordDetection", "clientRiskConfiguration", "connectors", "dPoP",
	"entityManagement", "imfaWebhooks", "intelligentMFA", "ipGeoLocation", "ipReputation", "legacyAdapter", "multiFactorLambdas", "scimServer",
	"tenantManagerApplication", "threatDetection", "universalApplication", "userAgentReputation", "webAuthn", "webAuthnPlatformAuthenticators",
	"webAuthnRoamingAuthenticators",
}

func reactorStatus(w http.ResponseWriter, _ *http.Request) error {
	status := map[string]any{"licensed": true, "licenseAttributes": map[string]string{}}
	for _, feature := range reactorFeatures {
		status[feature] = "ACTIVE"
	}
	return respond(w, http.StatusOK, map[string]any{"status": status})
}
