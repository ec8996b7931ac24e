package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// JWT serves /api/jwt/issue, validate, vend and public-key.
//
// Source: https://fusionauth.io/docs/apis/jwt
type JWT struct {
	Tokens interface {
		AccessTokens
		Read(ctx context.Context, token string) (*identity.Claims, error)
		Vend(ctx context.Context, tenant *fa.Tenant, key fa.ID, claims map[string]any, ttl time.Duration) (identity.Token, error)
	}
	Sessions interface {
		Find(ctx context.Context, value string, application fa.ID) (*identity.Presented, error)
	}
	Users        UserStore
	Tenants      Documents[fa.Tenant]
	Applications Documents[fa.Application]
	Keys         Documents[fa.SigningKey]

	mux *Mux
}

// Mount registers the endpoints.
func (h *JWT) Mount(m *Mux) {
	h.mux = m
	m.HandleOpen("GET /api/jwt/issue", h.issue)
	m.HandleOpen("GET /api/jwt/validate", h.validate)
	m.HandleOpen("GET /api/jwt/public-key", h.publicKey)
	m.Handle("POST /api/jwt/vend", h.vend)
}

// claims are those of the token that somebody came with.
func (h *JWT) claims(r *http.Request) (*identity.Claims, error) {
	token, isBearer := bearerOf(r)
	if !isBearer {
		return nil, errUnauthorized
	}
	c, err := h.Tokens.Read(r.Context(), token)
	if isNotFound(err) {
		return nil, errUnauthorized
	}
	return c, err
}

func (h *JWT) validate(w http.ResponseWriter, r *http.Request) error {
	c, err := h.claims(r)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"jwt": jsontext.Value(c.JSON)})
}

// issue gives somebody who has a token of one application one of another. A
// refresh token comes along if the other application gives them out at the
// Login API and both end them by the same policy; it began when the first did.
func (h *JWT) issue(w http.ResponseWriter, r *http.Request) error {
	c, err := h.claims(r)
	if err != nil {
		return err
	}
	if c.TokenHash != "" {
		return errUnauthorized
	}
	user, err := h.Users.User(r.Context(), c.Subject)
	if isNotFound(err) || err == nil && (user.TenantID != c.Tenant || !user.Active) {
		return errUnauthorized
	}
	if err != nil {
		return err
	}
	var errs fa.Errors
	id := idIn(&errs, r.URL.Query(), "applicationId")
	if id == "" {
		errs.Field("applicationId", "missing", "You must specify the [applicationId] parameter.")
	}
	if err := errs.OrNil(); err != nil {
		return err
	}
	g := identity.Grant{User: &user.User, AuthenticationType: identity.ByJWT, Until: time.Unix(c.Expires, 0)}
	if g.Application, err = activeApplication(r.Context(), h.Applications, caller{tenant: c.Tenant}, id); err != nil {
		return err
	}
	if g.Tenant, err = h.Tenants.Get(r.Context(), c.Tenant); err != nil {
		return err
	}
	registration, registered := user.Registration(id)
	if !registered {
		return errUnauthorized
	}
	g.Registration = registration
	response, err := h.refreshTokenFor(r, &g)
	if err != nil {
		return err
	}
	token, err := h.Tokens.Access(r.Context(), g)
	if err != nil {
		return err
	}
	response["token"] = token.Compact
	http.SetCookie(w, cookie(r, accessCookie, token.Compact))
	return respond(w, http.StatusOK, response)
}

func (h *JWT) refreshTokenFor(r *http.Request, g *identity.Grant) (map[string]any, error) {
	response := map[string]any{}
	value := cookieOr(r, refreshCookie, r.URL.Query().Get("refreshToken"))
	if value == "" || !g.Application.LoginConfiguration.GenerateRefreshTokens {
		return response, nil
	}
	p, err := h.Sessions.Find(r.Context(), value, "")
	if isNotFound(err) || err == nil && (p.User.ID != g.User.ID || p.Application == nil) {
		return response, nil
	}
	if err != nil {
		return nil, err
	}
	mine := identity.Grant{Tenant: g.Tenant, Application: g.Application}
	theirs := identity.Grant{Tenant: g.Tenant, Application: p.Application}
	if mine.Configuration().RefreshTokenExpirationPolicy != theirs.Configuration().RefreshTokenExpirationPolicy {
		return response, nil
	}
	g.AuthTime, g.Since = time.Unix(p.Session.AuthTime, 0), time.UnixMilli(p.Session.StartInstant)
	made, session, err := h.Tokens.Start(r.Context(), *g, deviceOf(r, fa.Device{}), p.Session.Factor, false)
	if err != nil {
		return nil, err
	}
	g.SessionID, response["refreshToken"] = session.ID, made
	return response, nil
}

// vend signs what somebody with an API key wants signed; the server alone says
// from when on it is good, until when, and under which id.
func (h *JWT) vend(w http.ResponseWriter, r *http.Request) error {
	var q struct {
		Claims              jsontext.Value `json:"claims"`
		KeyID               fa.ID          `json:"keyId"`
		TimeToLiveInSeconds int            `json:"timeToLiveInSeconds"`
		Rest                fa.Rest        `json:",embed"`
	}
	if err := readInto(r, &q); err != nil {
		return err
	}
	claims := map[string]any{}
	var errs fa.Errors
	if len(q.Claims) > 0 && (json.Unmarshal(q.Claims, &claims) != nil || claims == nil) {
		errs.Field("claims", "couldNotConvert", "The [claims] property must be an object.")
	}
	if q.TimeToLiveInSeconds < 0 {
		errs.Field("timeToLiveInSeconds", "invalid", "The [timeToLiveInSeconds] property must be greater than 0.")
	}
	if err := errs.OrNil(); err != nil {
		return err
	}
	if q.KeyID != "" {
		if _, err := h.Keys.Get(r.Context(), q.KeyID); isNotFound(err) {
			return fa.FieldError("keyId", "invalid", "There is no key with the id [%s].", q.KeyID)
		} else if err != nil {
			return err
		}
	}
	tenant, err := h.mux.tenantFor(r.Context(), callerOf(r).tenant)
	if err != nil {
		return err
	}
	token, err := h.Tokens.Vend(r.Context(), tenant, q.KeyID, claims, time.Duration(q.TimeToLiveInSeconds)*time.Second)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"token": token.Compact})
}

// publicKey shows one public key, by its kid or by the application whose tokens
// it verifies, or all of them.
func (h *JWT) publicKey(w http.ResponseWriter, r *http.Request) error {
	var errs fa.Errors
	query := r.URL.Query()
	application, kid := idIn(&errs, query, "applicationId"), query.Get("kid")
	if kid == "" {
		kid = query.Get("keyId")
	}
	if err := errs.OrNil(); err != nil {
		return err
	}
	if application == "" && kid == "" {
		return h.publicKeys(w, r)
	}
	k, err := h.keyOf(r.Context(), application, kid)
	if err == nil && k.PublicKey == "" { // of HMAC nothing is public
		err = fa.ErrNotFound
	}
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"publicKey": k.PublicKey})
}

func (h *JWT) publicKeys(w http.ResponseWriter, r *http.Request) error {
	all, err := h.Keys.All(r.Context())
	if err != nil {
		return err
	}
	shown := map[string]string{}
	for _, k := range all {
		if k.PublicKey != "" {
			shown[k.KID] = k.PublicKey
		}
	}
	return respond(w, http.StatusOK, map[string]any{"publicKeys": shown})
}

func (h *JWT) keyOf(ctx context.Context, application fa.ID, kid string) (*fa.SigningKey, error) {
	if application == "" {
		all, err := h.Keys.All(ctx)
		if err != nil {
			return nil, err
		}
		for _, k := range all {
			if k.KID == kid {
				return k, nil
			}
		}
		return nil, fa.ErrNotFound
	}
	a, err := h.Applications.Get(ctx, application)
	if err != nil {
		return nil, err
	}
	tenant, err := h.Tenants.Get(ctx, a.TenantID)
	if err != nil {
		return nil, err
	}
	return h.Keys.Get(ctx, identity.Grant{Tenant: tenant, Application: a}.Configuration().AccessTokenKeyID)
}

// The cookies that hold tokens.
const (
	accessCookie  = "access_token"
	refreshCookie = "refresh_token"
)

// cookieOr is the value of a cookie, or else what was said otherwise.
func cookieOr(r *http.Request, name, otherwise string) string {
	if c, err := r.Cookie(name); err == nil && c.Value != "" {
		return c.Value
	}
	return otherwise
}

// errRefreshToken is for a refresh token that cannot be used, for whatever
// reason.
var errRefreshToken = errors.New("the refresh token cannot be used")
