package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// asker is who wants to know about a token, or to revoke it: an application or an
// entity.
type asker struct {
	application *fa.Application
	entity      *fa.Entity
}

// asker authenticates the client of a request about tokens.
func (s *Server) asker(w http.ResponseWriter, r *http.Request, values url.Values) (a asker, err error) {
	req, err := s.tokenRequest(r, values)
	if problem, refused := errors.AsType[*Error](err); refused && problem.Reason == "invalid_client_id" {
		a.entity, err = s.entityOf(r, values)
		return a, err
	}
	if err != nil {
		return a, err
	}
	if err := s.allow(w, r, req.application); err != nil {
		return a, err
	}
	a.application = req.application
	return a, req.authenticated(false)
}

// owns tells whether a token is for the client, or the client's own.
func (s *Server) owns(ctx context.Context, a asker, c *identity.Claims) (bool, error) {
	if a.entity != nil {
		return c.Tenant == a.entity.TenantID && (c.Subject == a.entity.ID || slices.Contains(c.Audience, string(a.entity.ID))), nil
	}
	application, err := s.Clients.Client(ctx, c.ClientID())
	if errors.Is(err, fa.ErrNotFound) {
		return false, nil
	}
	return err == nil && application.ID == a.application.ID, err
}

var errOthersToken = unauthorized("invalid_client_id", "The token belongs to another client.")

// introspect serves POST /oauth2/introspect.
//
// Source: https://datatracker.ietf.org/doc/html/rfc7662
func (s *Server) introspect(w http.ResponseWriter, r *http.Request) error {
	values, err := onceForm(r)
	if err != nil {
		return err
	}
	who, err := s.asker(w, r, values)
	if err != nil {
		return err
	}
	token := values.Get("token")
	var told map[string]any
	switch hint := values.Get("token_type_hint"); {
	case token == "":
		return missingParameter("token")
	case hint == "refresh_token":
		told, err = s.introspectSession(r.Context(), who, token)
	case hint == "", hint == "access_token", hint == "id_token":
		told, err = s.introspectToken(r.Context(), who, token, hint)
	default:
		return refuse("unsupported_token_type", "unsupported_token_type", "The request has an invalid parameter: token_type_hint")
	}
	if errors.Is(err, fa.ErrNotFound) {
		told, err = map[string]any{"active": false}, nil // and nothing else
	}
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, told)
	return nil
}

func (s *Server) introspectToken(ctx context.Context, who asker, token, hint string) (map[string]any, error) {
	c, err := s.Tokens.Read(ctx, token)
	if err != nil {
		return nil, err
	}
	if owns, err := s.owns(ctx, who, c); err != nil || !owns {
		return nil, errors.Join(err, errOthersToken)
	}
	if isID := c.TokenHash != ""; hint == "access_token" && isID || hint == "id_token" && !isID {
		return nil, refuse("invalid_request", "token_type_hint_mismatch", "The token is not of the type that token_type_hint says.")
	}
	told := map[string]any{}
	if err := json.Unmarshal(c.JSON, &told); err != nil {
		return nil, err
	}
	told["active"] = true
	return told, s.stillThere(ctx, c)
}

// stillThere is fa.ErrNotFound if whom a token is about is gone or deactivated.
func (s *Server) stillThere(ctx context.Context, c *identity.Claims) error {
	user, err := s.Users.User(ctx, c.Subject)
	if errors.Is(err, fa.ErrNotFound) {
		_, err = s.Entities.Get(ctx, c.Subject)
		return err
	}
	if err == nil && !user.Active {
		err = fa.ErrNotFound
	}
	return err
}

func (s *Server) introspectSession(ctx context.Context, who asker, token string) (map[string]any, error) {
	if who.application == nil {
		return nil, fa.ErrNotFound
	}
	p, err := s.Sessions.Find(ctx, token, "")
	_, prevented := errors.AsType[*identity.Prevented](err)
	switch {
	case prevented, errors.Is(err, identity.ErrLocked), errors.Is(err, identity.ErrExpired):
		return nil, fa.ErrNotFound
	case err != nil:
		return nil, err
	case p.Application == nil || p.Application.ID != who.application.ID:
		return nil, errOthersToken
	}
	return map[string]any{"active": true, "exp": p.Expires().Unix()}, nil
}

// revoke serves POST /oauth2/revoke, which FusionAuth does not have. A token that
// is unknown, or somebody else's, is none to revoke: section 2.2, "the
// authorization server responds with HTTP status code 200 [...] or if the client
// submitted an invalid token".
//
// Source: https://datatracker.ietf.org/doc/html/rfc7009
func (s *Server) revoke(w http.ResponseWriter, r *http.Request) error {
	values, err := onceForm(r)
	if err != nil {
		return err
	}
	who, err := s.asker(w, r, values)
	if err != nil {
		return err
	}
	token := values.Get("token")
	if token == "" {
		return missingParameter("token")
	}
	err = s.revokeSession(r.Context(), who, token)
	if errors.Is(err, fa.ErrNotFound) {
		err = s.revokeToken(r.Context(), who, token)
	}
	if err != nil && !errors.Is(err, fa.ErrNotFound) {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	return nil
}

func (s *Server) revokeSession(ctx context.Context, who asker, token string) error {
	session, err := s.Sessions.ByValue(ctx, token)
	if err != nil {
		return err
	}
	if who.application == nil || session.ApplicationID != who.application.ID {
		return nil
	}
	return s.Sessions.End(ctx, fa.SessionMatch{ID: session.ID})
}

func (s *Server) revokeToken(ctx context.Context, who asker, token string) error {
	c, err := s.Tokens.Read(ctx, token)
	if err != nil {
		return err
	}
	if owns, err := s.owns(ctx, who, c); err != nil || !owns {
		return err
	}
	return s.Tokens.Revoke(ctx, c.ID, time.Unix(c.Expires, 0))
}
