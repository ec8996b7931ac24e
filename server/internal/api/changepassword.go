package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/internal/secret"
	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// ChangePassword serves /api/user/change-password.
//
// Source: https://fusionauth.io/docs/apis/users#change-a-users-password
type ChangePassword struct {
	Service interface {
		WhoMayChange(ctx context.Context, id string) (*fa.Account, error)
		ResetPassword(ctx context.Context, id string, next identity.NewPassword) (oneTimePassword string, state jsontext.Value, err error)
		ChangePassword(ctx context.Context, user *fa.Account, next identity.NewPassword) (oneTimePassword string, err error)
	}
	Users        UserStore
	Tenants      Documents[fa.Tenant]
	Applications Documents[fa.Application]

	mux *Mux
}

// Mount registers the endpoints.
func (h *ChangePassword) Mount(m *Mux) {
	h.mux = m
	m.HandleOpen("POST /api/user/change-password", h.change)
	m.HandleOpen("POST /api/user/change-password/{changePasswordId}", h.change)
	m.HandleOpen("GET /api/user/change-password/{changePasswordId}", h.validate)
	m.HandleUser("GET /api/user/change-password", h.validateUser)
}

type changePasswordRequest struct {
	ApplicationID    fa.ID    `json:"applicationId"`
	ChangePasswordID string   `json:"changePasswordId"`
	CurrentPassword  string   `json:"currentPassword"`
	LoginID          string   `json:"loginId"`
	LoginIDTypes     []string `json:"loginIdTypes"`
	Password         string   `json:"password"`
	TrustChallenge   string   `json:"trustChallenge"`
	TrustToken       string   `json:"trustToken"`
	Rest             fa.Rest  `json:",embed"`
}

type changePasswordResponse struct {
	OneTimePassword string         `json:"oneTimePassword"`
	State           jsontext.Value `json:"state,omitzero"` // with which the id was asked for
}

// change serves the three ways: by a changePasswordId, which wins; by a login id
// and an API key; by a token and the current password.
func (h *ChangePassword) change(w http.ResponseWriter, r *http.Request) error {
	var q changePasswordRequest
	if err := readInto(r, &q); err != nil {
		return err
	}
	var errs fa.Errors
	errs.Require(q.Password, "password")
	if err := errs.OrNil(); err != nil {
		return err
	}
	next := identity.NewPassword{
		Password: secret.String(q.Password), CurrentPassword: secret.String(q.CurrentPassword), TrustToken: q.TrustToken, TrustChallenge: q.TrustChallenge,
	}
	if id := cmp.Or(q.ChangePasswordID, r.PathValue("changePasswordId")); id != "" {
		r, err := within(r, h.Applications, q.ApplicationID)
		if err != nil {
			return err
		}
		code, state, err := h.Service.ResetPassword(r.Context(), id, next)
		if err != nil {
			return err
		}
		return respond(w, http.StatusOK, changePasswordResponse{code, state})
	}
	return h.mux.asUser(r, http.MethodPost, "/api/user/change-password", func(r *http.Request) error {
		r, err := within(r, h.Applications, q.ApplicationID)
		if err != nil {
			return err
		}
		if callerOf(r).user != "" {
			return h.changeOwn(w, r, next)
		}
		return h.changeNamed(w, r, &q, next)
	})
}

func (h *ChangePassword) changeOwn(w http.ResponseWriter, r *http.Request, next identity.NewPassword) error {
	var errs fa.Errors
	errs.Require(next.CurrentPassword.Reveal(), "currentPassword")
	if err := errs.OrNil(); err != nil {
		return err
	}
	user, err := userOf(r, h.Users, "")
	if err != nil {
		return err
	}
	code, err := h.Service.ChangePassword(r.Context(), user, next)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, changePasswordResponse{OneTimePassword: code})
}

func (h *ChangePassword) changeNamed(w http.ResponseWriter, r *http.Request, q *changePasswordRequest, next identity.NewPassword) error {
	user, err := h.mux.userByLogin(r, h.Users, q.LoginID, q.LoginIDTypes)
	if err != nil {
		return err
	}
	_, err = h.Service.ChangePassword(r.Context(), user, next)
	if errors.Is(err, identity.ErrCurrentPassword) { // whoever has a key may know
		return fa.FieldError("currentPassword", "invalid", "The current password is not correct.")
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

// validate tells whether a changePasswordId is good, and whether a second factor
// is needed with it.
func (h *ChangePassword) validate(w http.ResponseWriter, r *http.Request) error {
	user, err := h.Service.WhoMayChange(r.Context(), r.PathValue("changePasswordId"))
	if err != nil {
		return err
	}
	return h.respondTrust(w, r, user)
}

func (h *ChangePassword) validateUser(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	if callerOf(r).user != "" {
		user, err := userOf(r, h.Users, "")
		if err != nil {
			return err
		}
		return h.respondTrust(w, r, user)
	}
	user, err := h.mux.userByLogin(r, h.Users, query.Get("loginId"), query["loginIdTypes"])
	if err != nil {
		return err
	}
	return h.respondTrust(w, r, user)
}

func (h *ChangePassword) respondTrust(w http.ResponseWriter, r *http.Request, user *fa.Account) error {
	tenant, err := h.Tenants.Get(r.Context(), user.TenantID)
	if err != nil {
		return err
	}
	if identity.NeedsTrustToken(tenant, user) {
		return identity.ErrTrustToken
	}
	w.WriteHeader(http.StatusOK)
	return nil
}
