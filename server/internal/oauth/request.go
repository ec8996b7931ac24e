package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"wherry/server/internal/fa"
)

// carried is the parameters of an authorize request that the login page takes
// along. It has a locale of its own.
var carried = []string{
	"client_id", "code_challenge", "code_challenge_method", "max_age", "nonce", "prompt", "redirect_uri",
	"response_mode", "response_type", "scope", "state", "tenantId",
}

// maxParameter bounds each of them, in bytes.
const maxParameter = 4096

// authorizeRequest is a checked authorize request.
//
// Source: https://datatracker.ietf.org/doc/html/rfc6749#section-4.1.1
type authorizeRequest struct {
	application   *fa.Application
	tenant        *fa.Tenant
	redirectURI   string
	scopes        []string
	state         string
	nonce         string
	codeChallenge string
	hidden        []Field
}

// authorizeRequest checks the parameters. Until the redirect URL is known to
// be the application's, errors are shown: RFC 6749 section 4.1.2.1, "MUST NOT
// automatically redirect the user-agent to the invalid redirection URI". After
// that, they are sent there.
func (s *Server) authorizeRequest(ctx context.Context, q url.Values) (*authorizeRequest, error) {
	if err := checkParameters(q); err != nil {
		return nil, err
	}
	a, err := s.client(ctx, q)
	if err != nil {
		return nil, err
	}
	if err := a.checkRedirect(q.Get("redirect_uri")); err != nil {
		return nil, err
	}
	if err := a.check(q); err != nil {
		err.redirect = a.redirectWith(url.Values{"error": {err.Code}, "error_reason": {err.Reason}, "error_description": {err.Description}})
		return nil, err
	}
	for _, name := range carried {
		if q.Has(name) {
			a.hidden = append(a.hidden, Field{name, q.Get(name)})
		}
	}
	return a, nil
}

// checkParameters refuses what is there twice, as RFC 6749 section 3.1 says
// parameters MUST NOT be, what is longer than anything sensible, and what is no
// text that can be stored. Parameters that nobody knows are ignored, as the
// section says too.
func checkParameters(q url.Values) error {
	for _, name := range append(slices.Clone(carried), "locale", "login_hint", "loginId", "password", "passwordConfirm",
		"code", "methodId", fieldChallenge, fieldChangeID, fieldReason, fieldTrustToken) {
		value := q.Get(name)
		switch {
		case len(q[name]) > 1:
			return refuse("invalid_request", "invalid_"+name, "The request has the parameter %s more than once.", name)
		case len(value) > maxParameter:
			return refuse("invalid_request", "invalid_"+name, "The parameter %s is longer than %d bytes.", name, maxParameter)
		case !utf8.ValidString(value) || strings.ContainsRune(value, 0):
			return refuse("invalid_request", "invalid_"+name, "The parameter %s is not text.", name)
		}
	}
	return nil
}

func (s *Server) client(ctx context.Context, q url.Values) (*authorizeRequest, error) {
	if q.Get("client_id") == "" {
		return nil, missingParameter("client_id")
	}
	application, err := s.application(ctx, q.Get("client_id"))
	if err != nil {
		return nil, err
	}
	tenant, err := s.Tenants.Get(ctx, application.TenantID)
	if err != nil {
		return nil, fmt.Errorf("tenant of the application: %w", err)
	}
	if t := q.Get("tenantId"); t != "" && !strings.EqualFold(t, string(tenant.ID)) {
		return nil, refuse("invalid_request", "invalid_tenant_id", "The application belongs to another tenant.")
	}
	return &authorizeRequest{application: application, tenant: tenant, state: q.Get("state"), nonce: q.Get("nonce")}, nil
}

// application returns the active application with that client id.
func (s *Server) application(ctx context.Context, clientID string) (*fa.Application, error) {
	unknown := refuse("invalid_client", "invalid_client_id", "There is no active application with this client_id.")
	id, err := fa.ParseID(clientID)
	if err != nil {
		return nil, unknown
	}
	application, err := s.Applications.Get(ctx, id)
	if errors.Is(err, fa.ErrNotFound) || err == nil && !application.Active {
		return nil, unknown
	}
	return application, err
}

// checkRedirect compares the redirect URL with the registered ones, as text:
// RFC 9700 section 2.1 wants an exact match. Entries with a wildcard are
// ignored under that policy.
func (a *authorizeRequest) checkRedirect(redirectURI string) error {
	if redirectURI == "" {
		return missingParameter("redirect_uri")
	}
	if strings.Contains(redirectURI, "*") || !slices.Contains(a.application.OAuthConfiguration.AuthorizedRedirectURLs, redirectURI) {
		return invalidParameter("redirect_uri")
	}
	a.redirectURI = redirectURI
	return nil
}

// check looks at everything that may be reported to the application.
func (a *authorizeRequest) check(q url.Values) *Error {
	config := a.application.OAuthConfiguration
	if !slices.Contains(config.EnabledGrants, fa.GrantAuthorizationCode) {
		return refuse("unauthorized_client", "grant_type_disabled", "The authorization code grant is not enabled for this application.")
	}
	switch q.Get("response_type") {
	case "code":
	case "":
		return missingParameter("response_type")
	default:
		return refuse("unsupported_response_type", "invalid_response_type", "The request has an invalid parameter: response_type")
	}
	if mode := q.Get("response_mode"); mode != "" && mode != "query" {
		return invalidParameter("response_mode")
	}
	if err := checkPrompt(q.Get("prompt")); err != nil {
		return err
	}
	if err := a.checkProofKey(q); err != nil {
		return err
	}
	return a.checkScopes(q.Get("scope"))
}

// checkPrompt: everybody is asked each time, so the only prompt that makes a
// difference is the one that forbids to ask.
//
// Source: https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest
func checkPrompt(prompt string) *Error {
	prompts := strings.Fields(prompt)
	switch {
	case !slices.Contains(prompts, "none"):
		return nil
	case len(prompts) > 1: // it MUST stand alone
		return invalidParameter("prompt")
	}
	return refuse("login_required", "authentication_required", "The user has to log in.")
}

// Source: https://datatracker.ietf.org/doc/html/rfc7636#section-4.3
func (a *authorizeRequest) checkProofKey(q url.Values) *Error {
	a.codeChallenge = q.Get("code_challenge")
	switch {
	case a.codeChallenge == "" && a.application.OAuthConfiguration.ProofKeyForCodeExchangePolicy == fa.Required:
		return missingParameter("code_challenge")
	case a.codeChallenge == "" && q.Get("code_challenge_method") != "": // a challenge that was lost on the way
		return missingParameter("code_challenge")
	case a.codeChallenge == "":
		return nil
	case q.Get("code_challenge_method") != "S256": // without one it would be "plain"
		return refuse("invalid_request", "invalid_pkce_code_challenge_method", "Only the code_challenge_method S256 is supported.")
	case len(a.codeChallenge) != 43: // 32 bytes in base64url
		return refuse("invalid_request", "invalid_pkce_code_challenge", "The request has an invalid parameter: code_challenge")
	}
	return nil
}

// knownScopes is what an application can be granted.
var knownScopes = []string{"openid", "offline_access", "address", "email", "phone", "profile"}

func (a *authorizeRequest) checkScopes(scope string) *Error {
	for _, name := range strings.Fields(scope) {
		known := slices.Contains(knownScopes, name) || a.application.OAuthConfiguration.UnknownScopePolicy == "Allow"
		switch {
		case known && !slices.Contains(a.scopes, name):
			a.scopes = append(a.scopes, name)
		case known, a.application.OAuthConfiguration.UnknownScopePolicy == "Remove":
		default:
			return refuse("invalid_scope", "unknown_scope", "The request asks for a scope that the application does not know.")
		}
	}
	return nil
}

// redirectWith is the redirect URL with the answer added to its query, which
// RFC 6749 section 3.1.2 says "MUST be retained".
func (a *authorizeRequest) redirectWith(answer url.Values) string {
	target, err := url.Parse(a.redirectURI)
	if err != nil { // it was registered, and registered URLs parse
		return a.redirectURI
	}
	if a.state != "" {
		answer.Set("state", a.state)
	}
	answer.Set("iss", a.tenant.Issuer) // RFC 9207 section 2
	query := answer.Encode()
	if target.RawQuery != "" {
		query = target.RawQuery + "&" + query
	}
	target.RawQuery = query
	return target.String()
}
