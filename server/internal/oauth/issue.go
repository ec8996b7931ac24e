package oauth

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// entitled is somebody who may have tokens.
type entitled struct {
	identity.Grant
	device fa.Device
	factor bool
	public bool                // the client has nothing but PKCE to prove itself
	used   *identity.Presented // the refresh token that is used; nil: one is made if it was asked for
}

// entitled looks up whom an authorization is for.
func (s *Server) entitled(ctx context.Context, req *tokenRequest, auth authorization) (e entitled, err error) {
	user, err := s.activeUser(ctx, auth.UserID)
	if err != nil {
		return e, err
	}
	tenant, err := s.Tenants.Get(ctx, req.application.TenantID)
	if err != nil {
		return e, err
	}
	e = entitled{
		Grant: identity.Grant{
			Tenant: tenant, Application: req.application, ClientID: req.clientID, User: &user.User, AuthenticationType: auth.AuthenticationType,
			AuthTime: time.Unix(auth.AuthTime, 0), Scopes: auth.Scopes, Nonce: auth.Nonce, SSOID: auth.SSOID,
		},
		device: auth.Device, factor: auth.Factor,
	}
	e.Registration, _ = user.Registration(req.application.ID)
	return e, nil
}

func (s *Server) activeUser(ctx context.Context, id fa.ID) (*fa.Account, error) {
	user, err := s.Users.User(ctx, id)
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
	return user, nil
}

// issue makes the tokens of a grant: an ID token for openid, a refresh token for
// offline_access, if the application gives them out.
func (s *Server) issue(ctx context.Context, e entitled) (*tokenResponse, identity.Token, error) {
	response := &tokenResponse{Scope: strings.Join(e.Scopes, " "), TokenType: "Bearer", UserID: e.User.ID}
	switch {
	case e.used != nil:
		response.RefreshTokenID = e.used.Session.ID
	case slices.Contains(e.Scopes, "offline_access") && e.Application.OAuthConfiguration.GenerateRefreshTokens:
		value, session, err := s.Sessions.Start(ctx, e.Grant, e.device, e.factor, e.public)
		if err != nil {
			return nil, identity.Token{}, err
		}
		response.RefreshToken, response.RefreshTokenID, e.SessionID = value, session.ID, session.ID
	}
	access, err := s.Tokens.Access(ctx, e.Grant)
	if err != nil {
		return nil, access, err
	}
	response.AccessToken, response.ExpiresIn = access.Compact, int(access.Expires.Sub(s.Now()).Seconds())
	if slices.Contains(e.Scopes, "openid") {
		id, err := s.Tokens.ID(ctx, e.Grant, access.Compact)
		if err != nil {
			return nil, access, err
		}
		response.IDToken = id.Compact
	}
	return response, access, nil
}
