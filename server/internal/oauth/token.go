package oauth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// tokenResponse is the success of RFC 6749 section 5.1, with FusionAuth's
// userId.
type tokenResponse struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"` // seconds
	IDToken     string `json:"id_token,omitzero"`
	Scope       string `json:"scope,omitzero"`
	TokenType   string `json:"token_type"`
	UserID      fa.ID  `json:"userId"`
}

// tokenRequest is what every grant has in common.
type tokenRequest struct {
	form        url.Values
	application *fa.Application
	proved      bool // the client has shown its secret
}

// token serves POST /oauth2/token.
func (s *Server) token(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	for _, list := range values {
		if len(list) > 1 { // RFC 6749 section 3.2: MUST NOT be included more than once
			return refuse("invalid_request", "unknown", "The request has a parameter more than once.")
		}
	}
	req, err := s.tokenRequest(r, values)
	if err != nil {
		return err
	}
	switch grant := values.Get("grant_type"); {
	case grant == "":
		return missingParameter("grant_type")
	case grant != fa.GrantAuthorizationCode:
		return refuse("unsupported_grant_type", "invalid_grant_type", "The request has an invalid parameter: grant_type")
	case !slices.Contains(req.application.OAuthConfiguration.EnabledGrants, grant):
		return refuse("unauthorized_client", "grant_type_disabled", "The grant %s is not enabled for this application.", grant)
	}
	response, err := s.exchange(r.Context(), req)
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, response)
	return nil
}

// exchange turns an authorization code into tokens. The code is gone after the
// first try, whether it succeeds or not: RFC 6749 section 4.1.2, "The client
// MUST NOT use the authorization code more than once". Section 4.1.3 says what
// it has to match: the client, and the redirect URL of the request for it.
func (s *Server) exchange(ctx context.Context, req *tokenRequest) (*tokenResponse, error) {
	code := req.form.Get("code")
	for _, name := range []string{"code", "redirect_uri"} {
		if req.form.Get(name) == "" {
			return nil, missingParameter(name)
		}
	}
	usesPKCE := req.form.Get("code_verifier") != ""
	if !req.proved && req.needsSecret(usesPKCE) {
		return nil, unauthorized("client_authentication_missing", "The client must authenticate with its secret.")
	}
	var auth authorization
	err := s.Identifiers.TakeIdentifier(ctx, codeKind, code, &auth)
	if errors.Is(err, fa.ErrNotFound) || err == nil && auth.ApplicationID != req.application.ID {
		return nil, refuse("invalid_grant", "auth_code_not_found", "The authorization code is unknown, expired or used already.")
	}
	if err != nil {
		return nil, err
	}
	if auth.RedirectURI != req.form.Get("redirect_uri") {
		return nil, refuse("invalid_grant", "invalid_redirect_uri", "The redirect_uri is not the one of the authorize request.")
	}
	if auth.CodeChallenge == "" && req.needsProofKey() {
		return nil, refuse("invalid_grant", "missing_code_challenge", "A client without authentication must use PKCE.")
	}
	if err := auth.checkVerifier(req.form.Get("code_verifier")); err != nil {
		return nil, err
	}
	return s.issue(ctx, req, auth, code)
}

// needsSecret says whether the application's policy lets a client without a
// secret exchange a code.
func (req *tokenRequest) needsSecret(usesPKCE bool) bool {
	switch req.application.OAuthConfiguration.ClientAuthenticationPolicy {
	case fa.NotRequired:
		return false
	case fa.NotRequiredWhenUsingPKCE:
		return !usesPKCE
	default:
		return true
	}
}

// needsProofKey tells whether the application's policy wants PKCE from this
// client. Where it wants it from every client, authorize has seen to it.
func (req *tokenRequest) needsProofKey() bool {
	return req.application.OAuthConfiguration.ProofKeyForCodeExchangePolicy == fa.NotRequiredWhenUsingClientAuth && !req.proved
}

// checkVerifier compares the PKCE verifier with the challenge. A verifier
// without a challenge is refused too: RFC 9700 section 2.1.1, against
// downgrades.
//
// Source: https://datatracker.ietf.org/doc/html/rfc7636#section-4.6
func (auth *authorization) checkVerifier(verifier string) error {
	wrong := refuse("invalid_grant", "invalid_pkce_code_verifier", "The request has an invalid parameter: code_verifier")
	switch {
	case auth.CodeChallenge == "" && verifier == "":
		return nil
	case auth.CodeChallenge == "":
		return wrong
	case verifier == "":
		return missingParameter("code_verifier")
	}
	sum := sha256.Sum256([]byte(verifier))
	if subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(auth.CodeChallenge)) != 1 {
		return wrong
	}
	return nil
}

func (s *Server) issue(ctx context.Context, req *tokenRequest, auth authorization, code string) (*tokenResponse, error) {
	user, err := s.Users.User(ctx, auth.UserID)
	switch {
	case errors.Is(err, fa.ErrNotFound):
		return nil, refuse("invalid_grant", "user_not_found", "The user is not there any more.")
	case err != nil:
		return nil, err
	case !user.Active:
		return nil, refuse("invalid_grant", "user_locked", "The user is deactivated.")
	case user.Expiry != 0 && user.Expiry <= s.Now().UnixMilli():
		return nil, refuse("invalid_grant", "user_expired", "The user's account has expired.")
	}
	tenant, err := s.Tenants.Get(ctx, req.application.TenantID)
	if err != nil {
		return nil, err
	}
	grant := identity.Grant{
		Tenant: tenant, Application: req.application, User: &user.User, AuthenticationType: auth.AuthenticationType,
		AuthTime: time.Unix(auth.AuthTime, 0), GrantTypes: []string{fa.GrantAuthorizationCode}, Scopes: auth.Scopes, Nonce: auth.Nonce, Code: code,
	}
	if registration, ok := user.Registration(req.application.ID); ok {
		grant.Registration = registration
	}
	access, err := s.Tokens.Access(ctx, grant)
	if err != nil {
		return nil, err
	}
	response := &tokenResponse{
		AccessToken: access.Compact, ExpiresIn: int(access.Expires.Sub(s.Now()).Seconds()), Scope: strings.Join(auth.Scopes, " "),
		TokenType: "Bearer", UserID: user.ID,
	}
	if slices.Contains(auth.Scopes, "openid") {
		id, err := s.Tokens.ID(ctx, grant, access.Compact)
		if err != nil {
			return nil, err
		}
		response.IDToken = id.Compact
	}
	return response, nil
}
