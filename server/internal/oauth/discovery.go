package oauth

import (
	"bytes"
	"net/http"

	"wherry/server/internal/fa"
)

// discovery describes the endpoints of a tenant: only what is there.
//
// Source: https://openid.net/specs/openid-connect-discovery-1_0.html
func (s *Server) discovery(w http.ResponseWriter, r *http.Request) error {
	id := s.Default
	for _, named := range []string{r.PathValue("tenant"), r.URL.Query().Get("tenantId")} {
		if named == "" {
			continue
		}
		var err error
		if id, err = fa.ParseID(named); err != nil {
			return fa.ErrNotFound
		}
	}
	tenant, err := s.Tenants.Get(r.Context(), id)
	if err != nil {
		return err
	}
	document, err := s.describe(tenant)
	if err != nil {
		return err
	}
	base, err := fa.Encode(baseURL(r)) // as it is quoted in JSON
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "no-store") // it depends on how it was asked for
	h.Set("Content-Type", "application/json;charset=UTF-8")
	_, err = w.Write(bytes.ReplaceAll(document, []byte(anywhere), base[1:len(base)-1]))
	return err
}

// anywhere stands for the address by which this server was reached.
const anywhere = "wherry-base:"

// description is the document of a tenant as it is.
type description struct {
	tenant   *fa.Tenant
	document []byte
}

// describe makes the document of a tenant, anew when the tenant has changed.
func (s *Server) describe(tenant *fa.Tenant) ([]byte, error) {
	if known, ok := s.descriptions.Load(tenant.ID); ok && known.(description).tenant == tenant {
		return known.(description).document, nil
	}
	document, err := fa.Encode(described(tenant))
	if err == nil {
		s.descriptions.Store(tenant.ID, description{tenant, document})
	}
	return document, err
}

func described(tenant *fa.Tenant) map[string]any {
	const base = anywhere
	return map[string]any{
		"issuer":                                         tenant.Issuer,
		"authorization_endpoint":                         base + "/oauth2/authorize",
		"token_endpoint":                                 base + "/oauth2/token",
		"userinfo_endpoint":                              base + "/oauth2/userinfo",
		"introspection_endpoint":                         base + "/oauth2/introspect",
		"revocation_endpoint":                            base + "/oauth2/revoke",
		"end_session_endpoint":                           base + "/oauth2/logout",
		"device_authorization_endpoint":                  base + "/oauth2/device_authorize",
		"backchannel_logout_supported":                   false,
		"frontchannel_logout_supported":                  true,
		"jwks_uri":                                       base + "/.well-known/jwks.json",
		"authorization_response_iss_parameter_supported": true, // RFC 9207 section 3
		"claims_supported": []string{
			"applicationId", "at_hash", "aud", "auth_time", "authenticationType", "birthdate", "c_hash", "email", "email_verified",
			"exp", "family_name", "given_name", "iat", "iss", "jti", "locale", "middle_name", "name", "nonce", "phone_number",
			"phone_number_verified", "picture", "preferred_username", "roles", "scope", "sid", "sub", "tid", "zoneinfo",
		},
		"code_challenge_methods_supported": []string{"S256"},
		"grant_types_supported": []string{
			fa.GrantAuthorizationCode, fa.GrantPassword, fa.GrantImplicit, fa.GrantRefreshToken, fa.GrantDeviceCode, fa.GrantClientCredentials,
		},
		"id_token_signing_alg_values_supported": []string{"ES256", "ES384", "ES512", "EdDSA", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512"},
		"response_modes_supported":              []string{modePost, modeFragment, modeQuery},
		"response_types_supported":              []string{"code", "id_token", "token id_token"},
		"request_uri_parameter_supported":       false, // it would be true if left out
		"scopes_supported":                      knownScopes,
		"subject_types_supported":               []string{"public"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post", "none"},
	}
}

func (s *Server) jwks(w http.ResponseWriter, r *http.Request) error {
	set, err := s.Keys.JWKS(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.Header().Set("Cache-Control", "public, max-age=300")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	_, err = w.Write(set)
	return err
}

// baseURL is how the client reached this server.
func baseURL(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}
