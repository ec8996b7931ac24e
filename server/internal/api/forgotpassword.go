package api

import (
	"cmp"
	"context"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// ForgotPassword serves /api/user/forgot-password.
//
// Source: https://fusionauth.io/docs/apis/users#start-forgot-password-workflow
type ForgotPassword struct {
	Service interface {
		ForgotPassword(ctx context.Context, f identity.Forgotten) (changePasswordID string, err error)
	}
	Applications Documents[fa.Application]

	mux *Mux
}

// Mount registers the endpoints.
func (h *ForgotPassword) Mount(m *Mux) {
	h.mux = m
	m.HandleOpen("POST /api/user/forgot-password", h.forgot)
}

type forgotRequest struct {
	ApplicationID             fa.ID              `json:"applicationId"`
	ChangePasswordID          string             `json:"changePasswordId"`
	Email                     string             `json:"email"` // as the next, an old name of loginId
	EventInfo                 identity.EventInfo `json:"eventInfo"`
	LoginID                   string             `json:"loginId"`
	LoginIDTypes              []string           `json:"loginIdTypes"`
	SendForgotPasswordEmail   *bool              `json:"sendForgotPasswordEmail"` // the old name of the next
	SendForgotPasswordMessage *bool              `json:"sendForgotPasswordMessage"`
	State                     jsontext.Value     `json:"state"`
	Username                  string             `json:"username"`
	Rest                      fa.Rest            `json:",embed"`
}

// forgot answers whoever has no API key with nothing, and always sends a mail.
func (h *ForgotPassword) forgot(w http.ResponseWriter, r *http.Request) error {
	var request forgotRequest
	if err := readInto(r, &request); err != nil {
		return err
	}
	request.LoginID = cmp.Or(request.LoginID, request.Email, request.Username)
	var errs fa.Errors
	errs.Require(request.LoginID, "loginId")
	checkLoginIDTypes(&errs, request.LoginIDTypes)
	checkState(&errs, request.State)
	if err := errs.OrNil(); err != nil {
		return err
	}
	c, application, tenant, err := h.mux.place(r, "/api/user/forgot-password", h.Applications, request.ApplicationID)
	if err != nil {
		return err
	}
	f := identity.Forgotten{
		Tenant: tenant, Application: application, LoginID: request.LoginID, LoginIDTypes: request.LoginIDTypes, State: request.State,
		EventInfo: eventInfo(r, request.EventInfo),
	}
	if c.key == nil {
		_, err := h.Service.ForgotPassword(r.Context(), f)
		return err
	}
	send := cmp.Or(request.SendForgotPasswordMessage, request.SendForgotPasswordEmail)
	f.ChangePasswordID, f.Silently = request.ChangePasswordID, send != nil && !*send
	id, err := h.Service.ForgotPassword(r.Context(), f)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]string{"changePasswordId": id})
}

// checkState refuses a state that is no object.
func checkState(errs *fa.Errors, state jsontext.Value) {
	if len(state) > 0 && state.Kind() != jsontext.KindBeginObject && state.Kind() != jsontext.KindNull {
		errs.Field("state", "couldNotConvert", "The [state] property must be an object.")
	}
}
