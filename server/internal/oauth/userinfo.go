package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strings"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// UserInfoPopulator lets a lambda change what is told of a user.
type UserInfoPopulator interface {
	PopulateUserInfo(ctx context.Context, lambda fa.ID, info map[string]any, u *fa.User, r *fa.Registration, claims []byte) (map[string]any, error)
}

// userInfo serves /oauth2/userinfo: what the token entitles its bearer to know.
//
// Source: https://openid.net/specs/openid-connect-core-1_0.html#UserInfo
func (s *Server) userInfo(w http.ResponseWriter, r *http.Request) error {
	token, err := bearer(r)
	if err != nil {
		w.Header().Set("WWW-Authenticate", `Bearer realm="oauth2"`) // RFC 6750 section 3
		return err
	}
	info, application, err := s.infoFor(r.Context(), token)
	if application != nil {
		if err := s.allow(w, r, application); err != nil {
			return err
		}
	}
	if problem, refused := errors.AsType[*Error](err); refused {
		w.Header().Set("WWW-Authenticate", `Bearer realm="oauth2", error="`+problem.Code+`"`)
	}
	if err != nil {
		return err
	}
	respondWith(w, http.StatusOK, info)
	return nil
}

// bearer is the token of a request: in the header or, RFC 6750 section 2.2, in a
// form.
func bearer(r *http.Request) (string, error) {
	missing := &Error{status: http.StatusUnauthorized, Code: "invalid_token", Reason: "access_token_required", Description: "The request has no access token."}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if scheme != "" {
		if !strings.EqualFold(scheme, "Bearer") || token == "" {
			return "", missing
		}
		return token, nil
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method == http.MethodPost && kind == "application/x-www-form-urlencoded" {
		values, err := onceForm(r)
		if err != nil {
			return "", err
		}
		if token := values.Get("access_token"); token != "" {
			return token, nil
		}
	}
	return "", missing
}

var errAccessToken = refuse("invalid_token", "access_token_invalid", "The access token is not valid, or not any more.")

// infoFor is the answer about whoever has a token, and the application whose
// token it is.
func (s *Server) infoFor(ctx context.Context, token string) ([]byte, *fa.Application, error) {
	c, user, err := s.Tokens.ReadWithUser(ctx, token)
	if errors.Is(err, fa.ErrNotFound) || err == nil && c.ClientID() == "" {
		return nil, nil, errAccessToken
	}
	if err != nil {
		return nil, nil, err
	}
	application, err := s.Clients.Client(ctx, c.ClientID())
	if errors.Is(err, fa.ErrNotFound) || err == nil && (!application.Active || application.TenantID != c.Tenant) {
		return nil, nil, errAccessToken
	}
	if err != nil {
		return nil, nil, err
	}
	compatible := application.OAuthConfiguration.ScopeHandlingPolicy == fa.ScopesCompatibility
	if !compatible && (c.TokenHash != "" || !c.Has("openid")) {
		return nil, application, errAccessToken
	}
	if user == nil || !user.Active {
		return nil, application, refuse("invalid_token", "user_not_found", "The user of the access token is not there any more.")
	}
	info, err := s.sayings.get(c, said{user: user, application: application}, func() ([]byte, error) {
		return s.inform(ctx, c, user, application, compatible)
	})
	return info, application, err
}

func (s *Server) inform(ctx context.Context, c *identity.Claims, user *fa.User, a *fa.Application, compatible bool) ([]byte, error) {
	info := identity.UserInfo(user, c, compatible)
	if compatible {
		if err := addClaims(info, c.JSON); err != nil {
			return nil, err
		}
	}
	info, err := s.populated(ctx, a, info, c)
	if err != nil {
		return nil, err
	}
	return fa.Encode(info)
}

// populated is what the application's lambda, if it has one, makes of it.
func (s *Server) populated(ctx context.Context, a *fa.Application, info map[string]any, c *identity.Claims) (map[string]any, error) {
	lambda := a.LambdaConfiguration.UserinfoPopulateID
	if lambda == "" {
		return info, nil
	}
	user, err := s.Users.User(ctx, c.Subject)
	if err != nil {
		return nil, err
	}
	registration, _ := user.Registration(a.ID)
	return s.Lambdas.PopulateUserInfo(ctx, lambda, info, &user.User, registration, c.JSON)
}

// addClaims adds what the token says of the registration.
func addClaims(info map[string]any, claims []byte) error {
	var said map[string]any
	if err := json.Unmarshal(claims, &said); err != nil {
		return err
	}
	for _, name := range []string{"applicationId", "roles"} {
		if value, there := said[name]; there {
			info[name] = value
		}
	}
	return nil
}
