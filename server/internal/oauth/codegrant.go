package oauth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// authorization is what an authorization code stands for.
type authorization struct {
	ApplicationID      fa.ID     `json:"applicationId"`
	AuthenticationType string    `json:"authenticationType"`
	AuthTime           int64     `json:"authTime"` // seconds
	ClientID           string    `json:"clientId,omitzero"`
	CodeChallenge      string    `json:"codeChallenge,omitzero"`
	Device             fa.Device `json:"device,omitzero"`
	Factor             bool      `json:"factor,omitzero"`
	Nonce              string    `json:"nonce,omitzero"`
	RedirectURI        string    `json:"redirectUri"`
	Scopes             []string  `json:"scopes"`
	SSOID              fa.ID     `json:"ssoId,omitzero"`
	UserCode           string    `json:"userCode,omitzero"`
	UserID             fa.ID     `json:"userId"`
}

const (
	codeKind     = "authorizationGrantId"
	usedCodeKind = "usedAuthorizationGrantId"
)

// exchange turns an authorization code into tokens. The code is gone after the
// first try, whether it succeeds or not: RFC 6749 section 4.1.2, "The client
// MUST NOT use the authorization code more than once". Section 4.1.3 says what
// it has to match: the client, and the redirect URL of the request for it.
func (s *Server) exchange(ctx context.Context, req *tokenRequest) (*tokenResponse, error) {
	code, verifier := req.form.Get("code"), req.form.Get("code_verifier")
	for _, name := range []string{"code", "redirect_uri"} {
		if req.form.Get(name) == "" {
			return nil, missingParameter(name)
		}
	}
	if err := req.authenticated(verifier != ""); err != nil {
		return nil, err
	}
	auth, err := s.spend(ctx, req, code)
	if err != nil {
		return nil, err
	}
	if err := auth.check(req); err != nil {
		return nil, err
	}
	e, err := s.entitled(ctx, req, auth)
	if err != nil {
		return nil, err
	}
	e.Code, e.GrantTypes = code, []string{fa.GrantAuthorizationCode}
	e.public = !req.proved && auth.CodeChallenge != ""
	response, access, err := s.issue(ctx, e)
	if err != nil {
		return nil, err
	}
	if err := s.remember(ctx, code, response, access); err != nil {
		return nil, err
	}
	if auth.UserCode != "" {
		err = s.approve(ctx, auth.UserCode, auth)
	}
	return response, err
}

// spend takes a code, and leaves it behind as a spent one for as long as the
// tokens are good that it gets.
func (s *Server) spend(ctx context.Context, req *tokenRequest, code string) (auth authorization, err error) {
	tenant, err := s.Tenants.Get(ctx, req.application.TenantID)
	if err != nil {
		return auth, err
	}
	config := identity.Grant{Tenant: tenant, Application: req.application}.Configuration()
	ttl := time.Duration(config.TimeToLiveInSeconds)*time.Second + time.Minute // they are made in a moment
	err = s.Identifiers.SpendIdentifier(ctx, codeKind, usedCodeKind, code, ttl, &auth)
	if errors.Is(err, fa.ErrNotFound) {
		err = errors.Join(s.replayed(ctx, code), errCode)
	}
	return auth, err
}

var errCode = refuse("invalid_grant", "auth_code_not_found", "The authorization code is unknown, expired or used already.")

// check compares a code with the request that exchanges it.
func (auth *authorization) check(req *tokenRequest) error {
	policy := req.application.OAuthConfiguration.ProofKeyForCodeExchangePolicy
	switch {
	case auth.ApplicationID != req.application.ID:
		return errCode
	case auth.RedirectURI != req.form.Get("redirect_uri"):
		return refuse("invalid_grant", "invalid_redirect_uri", "The redirect_uri is not the one of the authorize request.")
	case auth.CodeChallenge == "" && policy == fa.NotRequiredWhenUsingClientAuth && !req.proved: // Required is authorize's
		return refuse("invalid_grant", "missing_code_challenge", "A client without authentication must use PKCE.")
	}
	return auth.checkVerifier(req.form.Get("code_verifier"))
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

// usedCode is what an authorization code has got, for the case that it comes
// back.
type usedCode struct {
	AccessTokenID string `json:"accessTokenId"`
	Expires       int64  `json:"expires"` // of the access token, in seconds
	SessionID     fa.ID  `json:"sessionId,omitzero"`
}

// remember writes down what a code has got. If the spent code is not there any
// more, it has come back meanwhile: then nobody gets anything.
func (s *Server) remember(ctx context.Context, code string, response *tokenResponse, access identity.Token) error {
	used := usedCode{AccessTokenID: access.ID, Expires: access.Expires.Unix(), SessionID: response.RefreshTokenID}
	err := s.Identifiers.ReplaceIdentifier(ctx, usedCodeKind, code, used)
	if errors.Is(err, fa.ErrNotFound) {
		err = errors.Join(s.takeBack(ctx, used), errCode)
	}
	return err
}

// replayed revokes what a code has got that comes a second time: RFC 6749
// section 4.1.2, "SHOULD revoke (when possible) all tokens previously issued
// based on that authorization code". It takes the spent code, so whoever is
// still exchanging it will not be able to remember.
func (s *Server) replayed(ctx context.Context, code string) error {
	var used usedCode
	err := s.Identifiers.TakeIdentifier(ctx, usedCodeKind, code, &used)
	if errors.Is(err, fa.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.takeBack(ctx, used)
}

func (s *Server) takeBack(ctx context.Context, used usedCode) error {
	if used.SessionID != "" {
		if err := s.Sessions.End(identity.Certainly(ctx), fa.SessionMatch{ID: used.SessionID}); err != nil {
			return err
		}
	}
	return s.Tokens.Revoke(ctx, used.AccessTokenID, time.Unix(used.Expires, 0))
}
