package oauth

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// tokenResponse is the success of RFC 6749 section 5.1, with FusionAuth's
// userId and the id of the refresh token.
type tokenResponse struct {
	AccessToken    string `json:"access_token"`
	ExpiresIn      int    `json:"expires_in"` // seconds
	IDToken        string `json:"id_token,omitzero"`
	RefreshToken   string `json:"refresh_token,omitzero"`
	RefreshTokenID fa.ID  `json:"refresh_token_id,omitzero"`
	Scope          string `json:"scope,omitzero"`
	TokenType      string `json:"token_type"`
	UserID         fa.ID  `json:"userId,omitzero"`
}

// tokenRequest is what every grant of an application has in common.
type tokenRequest struct {
	form        url.Values
	application *fa.Application
	clientID    string // as the client calls itself
	proved      bool   // the client has shown its secret
	device      fa.Device
	event       identity.EventInfo
	trustID     string
	original    string // the access token that the client has had so far
}

// grants are what an application can be enabled for.
func (s *Server) grants() map[string]func(context.Context, *tokenRequest) (*tokenResponse, error) {
	return map[string]func(context.Context, *tokenRequest) (*tokenResponse, error){
		fa.GrantAuthorizationCode: s.exchange,
		fa.GrantDeviceCode:        s.deviceGrant,
		fa.GrantPassword:          s.passwordGrant,
		fa.GrantRefreshToken:      s.refreshGrant,
	}
}

// token serves POST /oauth2/token.
func (s *Server) token(w http.ResponseWriter, r *http.Request) error {
	values, err := onceForm(r)
	if err != nil {
		return err
	}
	if values.Get("grant_type") == fa.GrantClientCredentials {
		return s.entityGrant(w, r, values)
	}
	req, err := s.tokenRequest(r, values)
	if err != nil {
		return err
	}
	if err := s.allow(w, r, req.application); err != nil {
		return err
	}
	grant := values.Get("grant_type")
	serve, known := s.grants()[grant]
	switch {
	case grant == "":
		return missingParameter("grant_type")
	case !known:
		return refuse("unsupported_grant_type", "invalid_grant_type", "The request has an invalid parameter: grant_type")
	case !slices.Contains(req.application.OAuthConfiguration.EnabledGrants, grant):
		return refuse("unauthorized_client", "grant_type_disabled", "The grant %s is not enabled for this application.", grant)
	}
	response, err := serve(r.Context(), req)
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, response)
	return nil
}

// onceForm reads a form in which nothing is there twice: RFC 6749 section 3.2,
// "MUST NOT be included more than once". RFC 8707 makes an exception.
func onceForm(r *http.Request) (url.Values, error) {
	values, err := form(r)
	if err != nil {
		return nil, err
	}
	for name, list := range values {
		if len(list) > 1 && name != "resource" {
			return nil, refuse("invalid_request", "unknown", "The request has a parameter more than once.")
		}
	}
	return values, nil
}

// authenticated refuses a client without a secret, unless the application's
// policy lets it come without one.
func (req *tokenRequest) authenticated(usesPKCE bool) error {
	if req.proved {
		return nil
	}
	switch req.application.OAuthConfiguration.ClientAuthenticationPolicy {
	case fa.NotRequired:
		return nil
	case fa.NotRequiredWhenUsingPKCE:
		if usesPKCE {
			return nil
		}
	}
	return unauthorized("client_authentication_missing", "The client must authenticate with its secret.")
}
