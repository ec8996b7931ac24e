package api

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"

	"wherry/internal/secret"
	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// Login serves /api/login and /api/logout.
//
// Source: https://fusionauth.io/docs/apis/login
type Login struct {
	SignIn interface {
		SignIn(ctx context.Context, a identity.Attempt) (*identity.Outcome, error)
	}
	Pings interface {
		Ping(ctx context.Context, user fa.ID, application *fa.Application) (registered bool, err error)
	}
	Sessions interface {
		ByValue(ctx context.Context, value string) (*fa.Session, error)
		End(ctx context.Context, m fa.SessionMatch) error
	}
	Users        UserStore
	Tokens       AccessTokens
	Applications Documents[fa.Application]

	mux *Mux
}

// UserStore finds accounts.
type UserStore interface {
	User(ctx context.Context, id fa.ID) (*fa.Account, error)
	UserByIdentity(ctx context.Context, tenant fa.ID, kind, value string) (*fa.Account, error)
}

// Mount registers the endpoints.
func (h *Login) Mount(m *Mux) {
	h.mux = m
	m.HandleOpen("POST /api/login", h.login)
	m.HandleUser("PUT /api/login", h.ping)
	m.HandleUser("PUT /api/login/{userId}", h.ping)
	m.HandleUser("PUT /api/login/{userId}/{applicationId}", h.ping)
	m.HandleOpen("POST /api/logout", h.logout)
}

// loginRequest is the body of a login; the other ways to sign in take part of it.
type loginRequest struct {
	ApplicationID    fa.ID              `json:"applicationId"`
	EventInfo        identity.EventInfo `json:"eventInfo"`
	IPAddress        string             `json:"ipAddress"` // deprecated form of eventInfo.ipAddress
	LoginID          string             `json:"loginId"`
	LoginIDTypes     []string           `json:"loginIdTypes"`
	NewDevice        bool               `json:"newDevice"`
	MetaData         loginMetaData      `json:"metaData"`
	NoJWT            bool               `json:"noJWT"`
	OneTimePassword  string             `json:"oneTimePassword"`
	Password         string             `json:"password"`
	TwoFactorTrustID string             `json:"twoFactorTrustId"`
	UserID           fa.ID              `json:"userId"` // of a ping
	Rest             fa.Rest            `json:",embed"`
}

// loginMetaData is what somebody signs in with, for the refresh token.
type loginMetaData struct {
	Device fa.Device `json:"device"`
	Rest   fa.Rest   `json:",embed"`
}

// event is where the request came from. What it says of that itself goes first.
func (l *loginRequest) event(r *http.Request) identity.EventInfo {
	info := l.EventInfo
	info.IPAddress = cmp.Or(info.IPAddress, l.IPAddress)
	return eventInfo(r, info)
}

func (h *Login) login(w http.ResponseWriter, r *http.Request) error {
	request, err := readLogin(r)
	if err != nil {
		return err
	}
	c, application, tenant, err := h.place(r, request.ApplicationID)
	if err != nil {
		return err
	}
	a := identity.Attempt{
		TenantID: tenant.ID, Application: application, LoginID: request.LoginID, LoginIDTypes: request.LoginIDTypes,
		Password: secret.String(request.Password), OneTimePassword: request.OneTimePassword, TwoFactorTrustID: trustID(r, request.TwoFactorTrustID),
		Address: peer(r), EventInfo: request.event(r), NewDevice: request.NewDevice, NoJWT: request.NoJWT,
	}
	if c.key != nil { // whoever has one speaks for others, and may say from where they come
		a.Address = cmp.Or(request.EventInfo.IPAddress, request.IPAddress)
	}
	out, err := h.SignIn.SignIn(r.Context(), a)
	if err != nil {
		return err
	}
	return signedIn{Outcome: out, tenant: tenant, application: application, noJWT: request.NoJWT, device: request.MetaData.Device}.respond(w, r, h.Tokens)
}

// place is where somebody signs in: to an application, or to a tenant alone.
// Without an API key that is only possible where they do not ask for one.
func (h *Login) place(r *http.Request, applicationID fa.ID) (caller, *fa.Application, *fa.Tenant, error) {
	c, err := h.mux.anybody(r, "/api/login")
	if err != nil {
		return c, nil, nil, err
	}
	application, err := activeApplication(r.Context(), h.Applications, c, applicationID)
	if err != nil {
		return c, nil, nil, err
	}
	if application != nil {
		c.tenant = application.TenantID
	}
	tenant, err := h.mux.tenantFor(r.Context(), c.tenant)
	if err != nil {
		return c, nil, nil, err
	}
	needsKey := tenant.LoginConfiguration.RequireAuthentication
	if application != nil {
		needsKey = application.LoginConfiguration.RequireAuthentication
	}
	if needsKey && c.key == nil {
		return c, nil, nil, errUnauthorized
	}
	return c, application, tenant, nil
}

// activeApplication is the one that somebody signs in to; nil when none is named.
func activeApplication(ctx context.Context, applications Documents[fa.Application], c caller, id fa.ID) (*fa.Application, error) {
	if id == "" {
		return nil, nil //nolint:nilnil // documented above
	}
	a, err := applications.Get(ctx, id)
	if errors.Is(err, fa.ErrNotFound) || err == nil && (!a.Active || !c.sees(a.TenantID)) {
		return nil, fa.FieldError("applicationId", "invalid", "There is no active application with the id [%s].", id)
	}
	return a, err
}

func readLogin(r *http.Request) (request loginRequest, err error) {
	if err := readInto(r, &request); err != nil {
		return request, err
	}
	var errs fa.Errors
	if request.OneTimePassword == "" {
		errs.Require(request.LoginID, "loginId")
		errs.Require(request.Password, "password")
	}
	checkLoginIDTypes(&errs, request.LoginIDTypes)
	return request, errs.OrNil()
}

// readInto reads a body that is no envelope.
func readInto(r *http.Request, v any) error {
	raw, _, err := readRaw(r, typeJSON)
	if err != nil {
		return err
	}
	return fa.Decode(raw, v)
}

func checkLoginIDTypes(errs *fa.Errors, types []string) {
	for _, kind := range types {
		errs.OneOf(kind, "loginIdTypes", fa.IdentityEmail, fa.IdentityPhoneNumber, fa.IdentityUsername)
	}
}

// ping records a sign-in that an application has done by itself.
func (h *Login) ping(w http.ResponseWriter, r *http.Request) error {
	request, err := readPing(r)
	if err != nil {
		return err
	}
	user, err := userOf(r, h.Users, request.UserID)
	if err != nil {
		return err
	}
	application, err := activeApplication(r.Context(), h.Applications, callerOf(r), request.ApplicationID)
	if err != nil {
		return err
	}
	registered, err := h.Pings.Ping(r.Context(), user.ID, application)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if !registered {
		status = statusNotRegistered
	}
	return respond(w, status, struct{}{}) // the official clients read JSON
}

// readPing takes the ids of the path before those of a body.
func readPing(r *http.Request) (request loginRequest, err error) {
	if r.ContentLength != 0 {
		if err := readInto(r, &request); err != nil {
			return request, err
		}
	}
	for name, id := range map[string]*fa.ID{"userId": &request.UserID, "applicationId": &request.ApplicationID} {
		inPath, err := pathID(r, name)
		if err != nil {
			return request, err
		}
		*id = cmp.Or(inPath, *id)
	}
	return request, nil
}

// logout makes the browser forget, and revokes the refresh token that it names:
// with global, all of its user, sessions of single sign-on among them. It needs
// no key, and nothing is wrong with a token that is unknown.
func (h *Login) logout(w http.ResponseWriter, r *http.Request) error {
	var q struct {
		EventInfo    identity.EventInfo `json:"eventInfo"`
		Global       bool               `json:"global"`
		RefreshToken string             `json:"refreshToken"`
		Rest         fa.Rest            `json:",embed"`
	}
	if r.ContentLength != 0 {
		if err := readInto(r, &q); err != nil {
			return err
		}
	}
	query := r.URL.Query()
	value := cmp.Or(query.Get("refreshToken"), q.RefreshToken, cookieOr(r, refreshCookie, ""))
	if err := h.endSession(r.Context(), value, q.Global || query.Get("global") == "true"); err != nil {
		return err
	}
	for _, name := range []string{accessCookie, refreshCookie} {
		gone := cookie(r, name, "")
		gone.MaxAge = -1
		http.SetCookie(w, gone)
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

func (h *Login) endSession(ctx context.Context, value string, global bool) error {
	s, err := h.Sessions.ByValue(ctx, value)
	if isNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	m := fa.SessionMatch{ID: s.ID}
	if global {
		m = fa.SessionMatch{UserID: s.UserID}
	}
	return h.Sessions.End(ctx, m)
}

// peer is the address that the request came from.
func peer(r *http.Request) string {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	return host
}
