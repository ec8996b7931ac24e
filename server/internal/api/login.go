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

// Login serves /api/login.
//
// Source: https://fusionauth.io/docs/apis/login
type Login struct {
	SignIn interface {
		SignIn(ctx context.Context, a identity.Attempt) (*identity.Outcome, error)
		StartPasswordChange(ctx context.Context, tenant *fa.Tenant, user fa.ID) (string, error)
	}
	Tokens interface {
		Access(ctx context.Context, t identity.Grant) (identity.Token, error)
	}
	Applications Documents[fa.Application]

	mux *Mux
}

// Mount registers the endpoints.
func (h *Login) Mount(m *Mux) {
	h.mux = m
	m.HandleOpen("POST /api/login", h.login)
}

// loginRequest is the body of a login.
type loginRequest struct {
	ApplicationID fa.ID              `json:"applicationId"`
	EventInfo     identity.EventInfo `json:"eventInfo"`
	IPAddress     string             `json:"ipAddress"` // deprecated form of eventInfo.ipAddress
	LoginID       string             `json:"loginId"`
	LoginIDTypes  []string           `json:"loginIdTypes"`
	NewDevice     bool               `json:"newDevice"`
	NoJWT         bool               `json:"noJWT"`
	Password      string             `json:"password"`
	Rest          fa.Rest            `json:",embed"`
}

// loginResponse is what a proven password is answered with.
type loginResponse struct {
	ChangePasswordID       string   `json:"changePasswordId,omitzero"`
	ChangePasswordReason   string   `json:"changePasswordReason,omitzero"`
	Token                  string   `json:"token,omitzero"`
	TokenExpirationInstant int64    `json:"tokenExpirationInstant,omitzero"`
	User                   *fa.User `json:"user,omitzero"`
}

// statusNotRegistered and statusChangePassword are FusionAuth's own meanings
// of 202 and 203.
const (
	statusNotRegistered  = http.StatusAccepted
	statusChangePassword = http.StatusNonAuthoritativeInfo
)

func (h *Login) login(w http.ResponseWriter, r *http.Request) error {
	attempt, tenant, err := h.attempt(r)
	if err != nil {
		return err
	}
	out, err := h.SignIn.SignIn(r.Context(), attempt)
	if err != nil {
		return err
	}
	if out.PasswordChangeReason != "" {
		id, err := h.SignIn.StartPasswordChange(r.Context(), tenant, out.User.ID)
		if err != nil {
			return err
		}
		return respond(w, statusChangePassword, loginResponse{ChangePasswordID: id, ChangePasswordReason: out.PasswordChangeReason})
	}
	response := loginResponse{User: out.User}
	if !attempt.NoJWT {
		token, err := h.Tokens.Access(r.Context(), identity.Grant{
			Tenant: tenant, Application: attempt.Application, User: out.User, Registration: out.Registration,
			AuthenticationType: out.AuthenticationType,
		})
		if err != nil {
			return err
		}
		response.Token, response.TokenExpirationInstant = token.Compact, token.Expires.UnixMilli()
		http.SetCookie(w, accessTokenCookie(r, token.Compact))
	}
	status := http.StatusOK
	if attempt.Application != nil && out.Registration == nil {
		status = statusNotRegistered
	}
	return respond(w, status, response)
}

func accessTokenCookie(r *http.Request, token string) *http.Cookie {
	return &http.Cookie{
		Name: "access_token", Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https",
	}
}

// attempt reads and checks the request.
func (h *Login) attempt(r *http.Request) (a identity.Attempt, tenant *fa.Tenant, err error) {
	request, err := readLogin(r)
	if err != nil {
		return a, nil, err
	}
	if a.Application, tenant, err = h.place(r, request.ApplicationID); err != nil {
		return a, nil, err
	}
	a.TenantID, a.LoginID, a.LoginIDTypes, a.Password = tenant.ID, request.LoginID, request.LoginIDTypes, secret.String(request.Password)
	a.EventInfo, a.NewDevice, a.NoJWT = request.EventInfo, request.NewDevice, request.NoJWT
	a.EventInfo.IPAddress = cmp.Or(a.EventInfo.IPAddress, request.IPAddress, peer(r))
	a.EventInfo.UserAgent = cmp.Or(a.EventInfo.UserAgent, r.UserAgent())
	return a, tenant, nil
}

// place is where somebody signs in: to an application, or to a tenant alone.
// Without an API key that is only possible where they do not ask for one.
func (h *Login) place(r *http.Request, applicationID fa.ID) (*fa.Application, *fa.Tenant, error) {
	c, err := h.caller(r)
	if err != nil {
		return nil, nil, err
	}
	application, err := h.application(r.Context(), c, applicationID)
	if err != nil {
		return nil, nil, err
	}
	if application != nil {
		c.tenant = application.TenantID
	}
	tenant, err := h.mux.tenantFor(r.Context(), c.tenant)
	if err != nil {
		return nil, nil, err
	}
	needsKey := tenant.LoginConfiguration.RequireAuthentication
	if application != nil {
		needsKey = application.LoginConfiguration.RequireAuthentication
	}
	if needsKey && c.key == nil {
		return nil, nil, errUnauthorized
	}
	return application, tenant, nil
}

// caller is who asks; its key is nil without one that may. The header names the
// tenant either way.
func (h *Login) caller(r *http.Request) (caller, error) {
	c, err := h.mux.authenticate(r, http.MethodPost, "/api/login")
	if errors.Is(err, errUnauthorized) {
		return caller{}.narrowed(r)
	}
	return c, err
}

// application is the one that somebody signs in to; nil when none is named.
func (h *Login) application(ctx context.Context, c caller, id fa.ID) (*fa.Application, error) {
	if id == "" {
		return nil, nil //nolint:nilnil // documented above
	}
	a, err := h.Applications.Get(ctx, id)
	if errors.Is(err, fa.ErrNotFound) || err == nil && (!a.Active || !c.sees(a.TenantID)) {
		return nil, fa.FieldError("applicationId", "invalid", "There is no active application with the id [%s].", id)
	}
	return a, err
}

func readLogin(r *http.Request) (request loginRequest, err error) {
	raw, _, err := readRaw(r, typeJSON)
	if err != nil {
		return request, err
	}
	if err := fa.Decode(raw, &request); err != nil {
		return request, err
	}
	var errs fa.Errors
	errs.Require(request.LoginID, "loginId")
	errs.Require(request.Password, "password")
	checkLoginIDTypes(&errs, request.LoginIDTypes)
	return request, errs.OrNil()
}

func checkLoginIDTypes(errs *fa.Errors, types []string) {
	for _, kind := range types {
		errs.OneOf(kind, "loginIdTypes", fa.IdentityEmail, fa.IdentityPhoneNumber, fa.IdentityUsername)
	}
}

// peer is the address that the request came from.
func peer(r *http.Request) string {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	return host
}
