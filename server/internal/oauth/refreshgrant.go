package oauth

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// refreshGrant serves the refresh grant.
//
// Source: https://fusionauth.io/docs/lifecycle/authenticate-users/oauth/endpoints#refresh-token-grant-request
func (s *Server) refreshGrant(ctx context.Context, req *tokenRequest) (*tokenResponse, error) {
	value := req.form.Get("refresh_token")
	if value == "" {
		return nil, missingParameter("refresh_token")
	}
	if req.application.OAuthConfiguration.ClientAuthenticationPolicy != fa.NotRequiredWhenUsingPKCE {
		if err := req.authenticated(false); err != nil { // before anything is said about the token
			return nil, err
		}
	}
	p, err := s.Sessions.Find(ctx, value, req.application.ID)
	if err != nil {
		return nil, refusedRefresh(err)
	}
	if err := req.authenticated(p.Session.Public); err != nil {
		return nil, err
	}
	e := entitled{Grant: p.Grant(), used: p}
	e.ClientID = req.clientID
	if e.Scopes, err = s.narrowed(ctx, p, req.form.Get("scope")); err != nil {
		return nil, err
	}
	if e.Shorter, err = shorter(e.Grant, req.form.Get("expires_in")); err != nil {
		return nil, err
	}
	e.GrantTypes = append(slices.Clone(p.Session.GrantTypes), fa.GrantRefreshToken)
	response, access, err := s.issue(ctx, e)
	if err != nil {
		return nil, err
	}
	if err := s.Sessions.Refresh(ctx, p, req.event.IPAddress, access.Compact, req.original); err != nil {
		return nil, refusedRefresh(err)
	}
	response.RefreshToken = p.Value // it may be another one now
	return response, nil
}

func refusedRefresh(err error) error {
	if errors.Is(err, fa.ErrNotFound) {
		return refuse("invalid_grant", "refresh_token_not_found", "The refresh token is unknown, revoked or expired.")
	}
	return refusedSignIn(err)
}

// narrowed are the scopes of a refresh: those of the session, or as many of them
// as are asked for. A session with scopes that the application does not know any
// more ends, if the application's policy is to reject them.
func (s *Server) narrowed(ctx context.Context, p *identity.Presented, asked string) ([]string, error) {
	granted := p.Session.MetaData.Scopes
	if _, problem := grantedScopes(p.Application, strings.Join(granted, " ")); problem != nil {
		if err := s.Sessions.End(ctx, fa.SessionMatch{ID: p.Session.ID}); err != nil {
			return nil, err
		}
		return nil, refuse("invalid_grant", "unknown_scope", "The refresh token has scopes that the application does not know any more.")
	}
	if asked == "" {
		return granted, nil
	}
	var narrow []string
	for _, name := range strings.Fields(asked) {
		if !slices.Contains(granted, name) { // RFC 6749 section 6: MUST NOT include any scope not originally granted
			return nil, refuse("invalid_scope", "unknown_scope", "The request asks for a scope that was not granted.")
		}
		narrow = append(narrow, name)
	}
	return narrow, nil
}

// shorter reads how long the access token is to live, if not as long as it may.
func shorter(g identity.Grant, text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	seconds, err := strconv.Atoi(text)
	if err != nil || seconds <= 0 || seconds > g.Configuration().TimeToLiveInSeconds {
		return 0, invalidParameter("expires_in")
	}
	return time.Duration(seconds) * time.Second, nil
}
