package api

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"strings"

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
	Tenants      Documents[fa.Tenant]
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
		http.SetCookie(w, &http.Cookie{
			Name: "access_token", Value: token.Compact, Path: "/", HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
		})
	}
	status := http.StatusOK
	if attempt.Application != nil && out.Registration == nil {
		status = statusNotRegistered
	}
	return respond(w, status, response)
}

// attempt reads and checks the request, and the API key where the application
// or the tenant asks for one.
func (h *Login) attempt(r *http.Request) (a identity.Attempt, tenant *fa.Tenant, err error) {
	request, err := readLogin(r)
	if err != nil {
		return a, nil, err
	}
	c, keyErr := h.mux.authenticate(r, http.MethodPost, "/api/login")
	a = identity.Attempt{
		LoginID: request.LoginID, LoginIDTypes: request.LoginIDTypes, Password: request.Password,
		EventInfo: request.EventInfo, NewDevice: request.NewDevice, NoJWT: request.NoJWT,
	}
	a.EventInfo.IPAddress = cmp.Or(a.EventInfo.IPAddress, request.IPAddress, peer(r))
	a.EventInfo.UserAgent = cmp.Or(a.EventInfo.UserAgent, r.UserAgent())
	var needsKey bool
	if request.ApplicationID != "" {
		a.Application, err = h.Applications.Get(r.Context(), request.ApplicationID)
		if errors.Is(err, fa.ErrNotFound) || err == nil && (!a.Application.Active || !c.sees(a.Application.TenantID)) {
			err = fa.FieldError("applicationId", "invalid", "There is no active application with the id [%s].", request.ApplicationID)
		}
		if err != nil {
			return a, nil, err
		}
		a.TenantID, needsKey = a.Application.TenantID, a.Application.LoginConfiguration.RequireAuthentication
	} else if a.TenantID, err = h.mux.tenantFor(r.Context(), c); err != nil {
		return a, nil, err
	}
	if tenant, err = h.Tenants.Get(r.Context(), a.TenantID); err != nil {
		return a, nil, err
	}
	if a.Application == nil {
		needsKey = tenant.LoginConfiguration.RequireAuthentication
	}
	if needsKey && keyErr != nil {
		return a, nil, keyErr
	}
	return a, tenant, nil
}

func readLogin(r *http.Request) (request loginRequest, err error) {
	raw, err := readRaw(r)
	if err != nil {
		return request, err
	}
	if err := fa.Decode(raw, &request); err != nil {
		return request, err
	}
	var errs fa.Errors
	errs.Require(request.LoginID, "loginId")
	errs.Require(request.Password, "password")
	for _, kind := range request.LoginIDTypes {
		errs.OneOf(kind, "loginIdTypes", fa.IdentityEmail, fa.IdentityPhoneNumber, fa.IdentityUsername)
	}
	return request, errs.OrNil()
}

// peer is the address that the request came from.
func peer(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	return strings.Trim(host, "[]")
}
