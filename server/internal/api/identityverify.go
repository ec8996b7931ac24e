package api

import (
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// IdentityVerify serves /api/identity/verify.
//
// Source: https://fusionauth.io/docs/apis/identity-verify
type IdentityVerify struct {
	Service      *identity.Service
	Applications Documents[fa.Application]

	mux *Mux
}

// Mount registers the endpoints.
func (h *IdentityVerify) Mount(m *Mux) {
	h.mux = m
	m.Handle("POST /api/identity/verify", h.verify)
	m.Handle("POST /api/identity/verify/start", h.start)
	m.Handle("POST /api/identity/verify/send", h.send)
	m.Handle("POST /api/identity/verify/complete", h.complete)
}

// identityRequest is the body of all of them; each takes part of it.
type identityRequest struct {
	ApplicationID        fa.ID          `json:"applicationId"`
	ExistingUserStrategy string         `json:"existingUserStrategy"`
	LoginID              string         `json:"loginId"`
	LoginIDType          string         `json:"loginIdType"`
	OneTimeCode          string         `json:"oneTimeCode"`
	State                jsontext.Value `json:"state"`
	VerificationID       string         `json:"verificationId"`
	VerificationStrategy string         `json:"verificationStrategy"`
	Rest                 fa.Rest        `json:",embed"`
}

const (
	mustExist    = "mustExist"
	mustNotExist = "mustNotExist"
)

// named reads a request about an identity that it names.
func (h *IdentityVerify) named(r *http.Request) (q identityRequest, errs fa.Errors, err error) {
	if err := readInto(r, &q); err != nil {
		return q, errs, err
	}
	errs.Require(q.LoginID, "loginId")
	errs.OneOf(q.LoginIDType, "loginIdType", fa.IdentityEmail, fa.IdentityPhoneNumber)
	return q, errs, nil
}

func (h *IdentityVerify) start(w http.ResponseWriter, r *http.Request) error {
	q, errs, err := h.named(r)
	if err != nil {
		return err
	}
	checkState(&errs, q.State)
	if q.VerificationStrategy != "" {
		errs.OneOf(q.VerificationStrategy, "verificationStrategy", fa.VerifyByLink, fa.VerifyByForm)
	}
	if q.ExistingUserStrategy != "" {
		errs.OneOf(q.ExistingUserStrategy, "existingUserStrategy", mustExist, mustNotExist)
	}
	if err := errs.OrNil(); err != nil {
		return err
	}
	_, application, tenant, err := h.mux.place(r, "/api/identity/verify/start", h.Applications, q.ApplicationID)
	if err != nil {
		return err
	}
	made, err := h.Service.StartVerifyIdentity(r.Context(), identity.StartVerify{
		Tenant: tenant, Application: application, LoginID: q.LoginID, LoginIDType: q.LoginIDType, Strategy: q.VerificationStrategy,
		MustNotBe: q.ExistingUserStrategy == mustNotExist, State: q.State,
	})
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, struct {
		OneTimeCode    string `json:"oneTimeCode,omitzero"`
		VerificationID string `json:"verificationId"`
	}{made.OneTimeCode, made.ID})
}

// about reads a request about an id that was made before.
func (h *IdentityVerify) about(r *http.Request) (q identityRequest, err error) {
	if err := readInto(r, &q); err != nil {
		return q, err
	}
	var errs fa.Errors
	errs.Require(q.VerificationID, "verificationId")
	return q, errs.OrNil()
}

func (h *IdentityVerify) send(_ http.ResponseWriter, r *http.Request) error {
	q, err := h.about(r)
	if err != nil {
		return err
	}
	return h.Service.SendVerifyIdentity(r.Context(), callerOf(r).tenant, q.VerificationID)
}

func (h *IdentityVerify) complete(w http.ResponseWriter, r *http.Request) error {
	q, err := h.about(r)
	if err != nil {
		return err
	}
	state, err := h.Service.CompleteVerifyIdentity(r.Context(), callerOf(r).tenant, q.VerificationID, q.OneTimeCode)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, struct {
		State jsontext.Value `json:"state,omitzero"`
	}{state})
}

func (h *IdentityVerify) verify(_ http.ResponseWriter, r *http.Request) error {
	q, errs, err := h.named(r)
	if err != nil {
		return err
	}
	if err := errs.OrNil(); err != nil {
		return err
	}
	tenant, err := h.mux.tenantFor(r.Context(), callerOf(r).tenant)
	if err != nil {
		return err
	}
	return h.Service.VerifyIdentity(r.Context(), tenant, q.LoginIDType, q.LoginID)
}
