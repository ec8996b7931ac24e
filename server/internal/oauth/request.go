package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// carried is the parameters of an authorize request that the login page takes
// along. It has a locale of its own.
var carried = []string{
	"client_id", "code_challenge", "code_challenge_method", "max_age", "metaData.device.description", "metaData.device.name",
	"metaData.device.type", "nonce", fieldPendingLink, "prompt", "redirect_uri", "response_mode", "response_type", "scope", "state", "tenantId", "user_code",
}

// maxParameter bounds each of them, in bytes.
const maxParameter = 4096

// The ways in which the browser takes an answer to the application.
//
// Source: https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html
const (
	modeQuery    = "query"
	modeFragment = "fragment"
	modePost     = "form_post"
)

// authorizeRequest is a checked authorize request.
//
// Source: https://datatracker.ietf.org/doc/html/rfc6749#section-4.1.1
type authorizeRequest struct {
	application   *fa.Application
	tenant        *fa.Tenant
	clientID      string // as the client calls itself
	redirectURI   string
	responseMode  string
	responses     []string // code; or token, id_token or both
	scopes        []string
	state         string
	nonce         string
	codeChallenge string
	prompts       []string
	maxAge        int // seconds; -1: not said
	userCode      string
	device        fa.Device
	hidden        []Field

	pendingLink string // the id of a link to a provider that waits for whoever signs in

	remember bool        // "Keep me signed in"
	session  *fa.Session // of single sign-on, once there is one
	resumed  bool        // the user was signed in before
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
	if err == nil {
		err = s.admit(ctx, a.tenant, a.application)
	}
	if err != nil {
		return nil, err
	}
	if a.isOwn(q) {
		if err := a.checkOwn(q); err != nil {
			return nil, err
		}
	} else if err := a.checkRedirect(q); err != nil {
		return nil, err
	} else if err := a.check(q); err != nil {
		return nil, a.refused(err)
	}
	if a.redirectURI == deviceCompletePath { // what is granted is what the device has asked for
		d, err := s.waiting(ctx, a.userCode)
		if err == nil && d.ApplicationID != a.application.ID {
			err = errUserCode
		}
		if err != nil {
			return nil, err
		}
		a.scopes = d.Scopes
	}
	if q.Get("cancelPendingIdpLink") != "true" {
		a.pendingLink = q.Get(fieldPendingLink)
	}
	for _, name := range carried {
		if q.Has(name) && (name != fieldPendingLink || a.pendingLink != "") {
			a.hidden = append(a.hidden, Field{name, q.Get(name)})
		}
	}
	a.device = fa.Device{
		Description: shortened(q.Get("metaData.device.description")), Name: shortened(q.Get("metaData.device.name")),
		Type: shortened(q.Get("metaData.device.type")),
	}
	a.remember = q.Get(fieldRemember) == "true"
	return a, nil
}

// checkParameters refuses what is there twice, as RFC 6749 section 3.1 says
// parameters MUST NOT be, what is longer than anything sensible, and what is no
// text that can be stored. Parameters that nobody knows are ignored, as the
// section says too.
func checkParameters(q url.Values) error {
	for _, name := range append(slices.Clone(carried), "locale", "login_hint", "idp_hint", "id_token_hint", "loginId", "password", "passwordConfirm",
		"code", "methodId", "action", fieldChallenge, fieldChangeID, fieldConsent, fieldReason, fieldRemember, fieldTrustToken) {
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

// errAddress is for whoever comes from an address that the application's list, or
// the tenant's, does not allow.
var errAddress = &Error{
	status: http.StatusForbidden, Code: "access_denied", Reason: "unauthorized", Description: "The pages may not be used from this address.",
}

func (s *Server) admit(ctx context.Context, t *fa.Tenant, a *fa.Application) error {
	err := s.Access.AdmitTo(ctx, t, a)
	if errors.Is(err, identity.ErrAddress) {
		return errAddress
	}
	return err
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
	return &authorizeRequest{
		application: application, tenant: tenant, clientID: q.Get("client_id"), state: q.Get("state"), nonce: q.Get("nonce"), maxAge: -1,
		userCode: q.Get("user_code"),
	}, nil
}

// application returns the active application with that client id.
func (s *Server) application(ctx context.Context, clientID string) (*fa.Application, error) {
	application, err := s.Clients.Client(ctx, clientID)
	if errors.Is(err, fa.ErrNotFound) || err == nil && !application.Active {
		return nil, refuse("invalid_client", "invalid_client_id", "There is no active application with this client_id.")
	}
	return application, err
}

// checkRedirect wants a redirect URL that is registered, or the page to which
// whoever connects a device comes back.
func (a *authorizeRequest) checkRedirect(q url.Values) error {
	a.redirectURI = q.Get("redirect_uri")
	switch {
	case a.redirectURI == "":
		return missingParameter("redirect_uri")
	case a.redirectURI == deviceCompletePath && a.userCode != "":
	case !registered(a.application, a.application.OAuthConfiguration.AuthorizedRedirectURLs, a.redirectURI):
		return invalidParameter("redirect_uri")
	}
	a.responseMode = modeQuery
	if responses := strings.Fields(q.Get("response_type")); slices.Contains(responses, "token") || slices.Contains(responses, "id_token") {
		a.responseMode = modeFragment
	}
	return nil
}

// check looks at everything that may be reported to the application.
func (a *authorizeRequest) check(q url.Values) *Error {
	for _, check := range []func(url.Values) *Error{
		a.checkMode, a.checkResponse, a.checkPrompt, a.checkProofKey,
		func(q url.Values) (problem *Error) {
			a.scopes, problem = grantedScopes(a.application, q.Get("scope"))
			return problem
		},
		a.checkImplicit,
	} {
		if problem := check(q); problem != nil {
			return problem
		}
	}
	return nil
}

func (a *authorizeRequest) checkMode(q url.Values) *Error {
	implicit := a.responseMode == modeFragment
	switch mode := q.Get("response_mode"); {
	case mode == "":
	case mode == modeQuery && !implicit, mode == modeFragment, mode == modePost:
		a.responseMode = mode
	default:
		return invalidParameter("response_mode")
	}
	return nil
}

func (a *authorizeRequest) checkResponse(q url.Values) *Error {
	a.responses = strings.Fields(q.Get("response_type"))
	slices.Sort(a.responses)
	grant := fa.GrantImplicit
	switch strings.Join(a.responses, " ") {
	case "":
		return missingParameter("response_type")
	case "code":
		grant = fa.GrantAuthorizationCode
		if a.redirectURI == deviceCompletePath {
			grant = fa.GrantDeviceCode
		}
	case "id_token", "token", "id_token token":
	default:
		return refuse("unsupported_response_type", "invalid_response_type", "The request has an invalid parameter: response_type")
	}
	if !slices.Contains(a.application.OAuthConfiguration.EnabledGrants, grant) {
		return refuse("unauthorized_client", "grant_type_disabled", "The grant %s is not enabled for this application.", grant)
	}
	return nil
}

// checkImplicit: OpenID Connect Core 3.2.2.1 requires a nonce where an ID token
// comes by way of the browser.
func (a *authorizeRequest) checkImplicit(url.Values) *Error {
	switch {
	case !slices.Contains(a.responses, "id_token"):
		return nil
	case !slices.Contains(a.scopes, "openid"):
		return refuse("invalid_scope", "missing_required_scope", "An id_token needs the scope openid.")
	case a.nonce == "":
		return missingParameter("nonce")
	}
	return nil
}

// checkPrompt reads prompt and max_age.
//
// Source: https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest
func (a *authorizeRequest) checkPrompt(q url.Values) *Error {
	a.prompts = strings.Fields(q.Get("prompt"))
	for _, prompt := range a.prompts {
		if !slices.Contains([]string{"none", "login", "consent", "select_account"}, prompt) {
			return invalidParameter("prompt")
		}
	}
	if a.prompted("none") && len(a.prompts) > 1 { // it MUST stand alone
		return invalidParameter("prompt")
	}
	if text := q.Get("max_age"); text != "" {
		seconds, err := strconv.Atoi(text)
		if err != nil || seconds < 0 {
			return invalidParameter("max_age")
		}
		a.maxAge = seconds
	}
	return nil
}

func (a *authorizeRequest) prompted(what string) bool { return slices.Contains(a.prompts, what) }

// Source: https://datatracker.ietf.org/doc/html/rfc7636#section-4.3
func (a *authorizeRequest) checkProofKey(q url.Values) *Error {
	if !slices.Contains(a.responses, "code") || a.redirectURI == deviceCompletePath { // there is no code to protect
		return nil
	}
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
