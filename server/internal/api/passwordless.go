package api

import (
	"cmp"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// Passwordless serves /api/passwordless.
//
// Source: https://fusionauth.io/docs/apis/passwordless
type Passwordless struct {
	Service      *identity.Service
	Tokens       AccessTokens
	Applications Documents[fa.Application]

	mux *Mux
}

// Mount registers the endpoints.
func (h *Passwordless) Mount(m *Mux) {
	h.mux = m
	m.Handle("POST /api/passwordless/start", h.start)
	m.HandleOpen("POST /api/passwordless/send", h.send)
	m.HandleOpen("POST /api/passwordless/login", h.login)
}

type passwordlessRequest struct {
	ApplicationID fa.ID          `json:"applicationId"`
	Code          string         `json:"code"` // of send; else the three beside it
	LoginID       string         `json:"loginId"`
	LoginIDTypes  []string       `json:"loginIdTypes"`
	LoginStrategy string         `json:"loginStrategy"`
	State         jsontext.Value `json:"state"`
	Rest          fa.Rest        `json:",embed"`
}

func (h *Passwordless) start(w http.ResponseWriter, r *http.Request) error {
	request, err := h.request(r)
	if err != nil {
		return err
	}
	p, err := h.wanted(r, request)
	if err != nil {
		return err
	}
	code, oneTimeCode, err := h.Service.StartPasswordless(r.Context(), p)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, struct {
		Code        string `json:"code"`
		OneTimeCode string `json:"oneTimeCode,omitzero"`
	}{code, oneTimeCode})
}

// send sends a code, or starts and sends in one; whether there is such a user
// does not show then.
func (h *Passwordless) send(_ http.ResponseWriter, r *http.Request) error {
	request, err := h.request(r)
	if err != nil {
		return err
	}
	if request.Code != "" {
		return h.Service.SendPasswordless(r.Context(), request.Code)
	}
	p, err := h.wanted(r, request)
	if err != nil {
		return err
	}
	return h.Service.SendPasswordlessTo(r.Context(), p)
}

func (h *Passwordless) request(r *http.Request) (request passwordlessRequest, err error) {
	if err := readInto(r, &request); err != nil || request.Code != "" {
		return request, err
	}
	var errs fa.Errors
	errs.Require(request.LoginID, "loginId")
	errs.Require(string(request.ApplicationID), "applicationId")
	checkLoginIDTypes(&errs, request.LoginIDTypes)
	checkState(&errs, request.State)
	if request.LoginStrategy != "" {
		errs.OneOf(request.LoginStrategy, "loginStrategy", fa.VerifyByLink, fa.VerifyByForm)
	}
	return request, errs.OrNil()
}

func (h *Passwordless) wanted(r *http.Request, request passwordlessRequest) (p identity.Passwordless, err error) {
	_, application, tenant, err := h.mux.place(r, "/api/passwordless/start", h.Applications, request.ApplicationID)
	return identity.Passwordless{
		Tenant: tenant, Application: application, LoginID: request.LoginID, LoginIDTypes: request.LoginIDTypes,
		Strategy: request.LoginStrategy, State: request.State,
	}, err
}

type passwordlessLogin struct {
	ApplicationID    fa.ID              `json:"applicationId"`
	Code             string             `json:"code"`
	EventInfo        identity.EventInfo `json:"eventInfo"`
	IPAddress        string             `json:"ipAddress"`
	NewDevice        bool               `json:"newDevice"`
	NoJWT            bool               `json:"noJWT"`
	OneTimeCode      string             `json:"oneTimeCode"`
	TwoFactorTrustID string             `json:"twoFactorTrustId"`
	Rest             fa.Rest            `json:",embed"`
}

func (h *Passwordless) login(w http.ResponseWriter, r *http.Request) error {
	var request passwordlessLogin
	if err := readInto(r, &request); err != nil {
		return err
	}
	var errs fa.Errors
	errs.Require(request.Code, "code")
	if err := errs.OrNil(); err != nil {
		return err
	}
	c, err := h.mux.anybody(r, "/api/passwordless/login")
	if err != nil {
		return err
	}
	application, err := activeApplication(r.Context(), h.Applications, c, request.ApplicationID)
	if err != nil {
		return err
	}
	request.EventInfo.IPAddress = cmp.Or(request.EventInfo.IPAddress, request.IPAddress)
	a := identity.Attempt{
		Application: application, TwoFactorTrustID: trustID(r, request.TwoFactorTrustID), Address: peer(r),
		EventInfo: eventInfo(r, request.EventInfo), NewDevice: request.NewDevice, NoJWT: request.NoJWT,
	}
	out, err := h.Service.PasswordlessSignIn(r.Context(), &a, request.Code, request.OneTimeCode)
	if err != nil {
		return err
	}
	tenant, err := h.mux.Tenants.Get(r.Context(), a.TenantID)
	if err != nil {
		return err
	}
	s := signedIn{Outcome: out.Outcome, tenant: tenant, application: a.Application, noJWT: request.NoJWT}
	if len(out.State) > 0 {
		if err := fa.Decode(out.State, &s.state); err != nil {
			return err
		}
	}
	return s.respond(w, r, h.Tokens)
}
