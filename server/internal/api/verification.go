package api

import (
	"net/http"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// Verification serves /api/user/verify-email and /api/user/verify-registration.
//
// Sources: https://fusionauth.io/docs/apis/users#verify-a-users-email,
// https://fusionauth.io/docs/apis/registrations#verify-a-user-registration
type Verification struct {
	Service      *identity.Service
	Applications Documents[fa.Application]
	Users        Accounts

	mux *Mux
}

// Mount registers the endpoints.
func (h *Verification) Mount(m *Mux) {
	h.mux = m
	m.HandleOpen("PUT /api/user/verify-email", h.askEmail)
	m.HandleOpen("POST /api/user/verify-email", h.verifyEmail)
	m.HandleOpen("POST /api/user/verify-email/{verificationId}", h.verifyEmail)
	m.HandleOpen("PUT /api/user/verify-registration", h.askRegistration)
	m.HandleOpen("POST /api/user/verify-registration", h.verifyRegistration)
	m.HandleOpen("POST /api/user/verify-registration/{verificationId}", h.verifyRegistration)
}

type verifyRequest struct {
	OneTimeCode    string  `json:"oneTimeCode"`
	UserID         fa.ID   `json:"userId"` // for administrators
	VerificationID string  `json:"verificationId"`
	Rest           fa.Rest `json:",embed"`
}

// request reads a body, which may be missing where the path says everything.
func (h *Verification) request(r *http.Request) (request verifyRequest, err error) {
	if r.ContentLength != 0 {
		if err := readInto(r, &request); err != nil {
			return request, err
		}
	}
	if request.VerificationID == "" {
		request.VerificationID = r.PathValue("verificationId")
	}
	return request, nil
}

func (h *Verification) verifyEmail(_ http.ResponseWriter, r *http.Request) error {
	request, err := h.request(r)
	if err != nil {
		return err
	}
	if request.UserID != "" && request.VerificationID == "" {
		return h.verifyEmailOf(r, request.UserID)
	}
	if request.VerificationID == "" {
		return fa.FieldError("verificationId", "blank", "You must specify the [verificationId] property.")
	}
	_, err = h.Service.VerifyEmail(r.Context(), request.VerificationID, request.OneTimeCode)
	return err
}

func (h *Verification) verifyEmailOf(r *http.Request, id fa.ID) error {
	c, err := h.mux.authenticate(r, r.Method, "/api/user/verify-email")
	if err != nil {
		return err
	}
	user, err := h.Users.User(r.Context(), id)
	if err == nil && !c.sees(user.TenantID) {
		err = fa.ErrNotFound
	}
	if err != nil {
		return err
	}
	_, err = h.Service.VerifyEmailOf(r.Context(), &user.User)
	return err
}

func (h *Verification) verifyRegistration(_ http.ResponseWriter, r *http.Request) error {
	request, err := h.request(r)
	if err != nil {
		return err
	}
	if request.VerificationID == "" {
		return fa.FieldError("verificationId", "blank", "You must specify the [verificationId] property.")
	}
	return h.Service.VerifyRegistration(r.Context(), request.VerificationID, request.OneTimeCode)
}

// askEmail sends the mail once more. With an API key the id is in the answer,
// and the mail can be left to the caller.
func (h *Verification) askEmail(w http.ResponseWriter, r *http.Request) error {
	return h.ask(w, r, "/api/user/verify-email", "sendVerifyEmail",
		func(a asked) (fa.VerificationID, error) {
			return h.Service.StartEmailVerification(r.Context(), a.tenant, a.application, &a.user.User, a.silently)
		})
}

func (h *Verification) askRegistration(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Query().Get("applicationId") == "" {
		return fa.FieldError("applicationId", "missing", "You must specify the [applicationId] parameter.")
	}
	return h.ask(w, r, "/api/user/verify-registration", "sendVerifyRegistrationEmail",
		func(a asked) (fa.VerificationID, error) {
			return h.Service.StartRegistrationVerification(r.Context(), a.tenant, a.application, &a.user.User, a.silently)
		})
}

// asked is who is to verify something.
type asked struct {
	tenant      *fa.Tenant
	application *fa.Application
	user        *fa.Account
	silently    bool
}

func (h *Verification) ask(w http.ResponseWriter, r *http.Request, endpoint, send string, start func(asked) (fa.VerificationID, error)) error {
	q := r.URL.Query()
	id, err := queryID(r, "applicationId")
	if err != nil {
		return err
	}
	if q.Get("email") == "" {
		return fa.FieldError("email", "blank", "You must specify the [email] parameter.")
	}
	c, application, tenant, err := h.mux.place(r, endpoint, h.Applications, id)
	if err != nil {
		return err
	}
	user, err := h.Service.Find(r.Context(), tenant.ID, q.Get("email"), []string{fa.IdentityEmail})
	if err != nil {
		return err
	}
	made, err := start(asked{tenant, application, user, c.key != nil && q.Get(send) == "false"})
	if err != nil || c.key == nil {
		return err
	}
	return respond(w, http.StatusOK, struct {
		OneTimeCode    string `json:"oneTimeCode,omitzero"`
		VerificationID string `json:"verificationId"`
	}{made.OneTimeCode, made.ID})
}
