package api

import (
	"errors"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
)

// register adds a registration; with a user in the body it makes that user too,
// both or none.
func (h *Users) register(w http.ResponseWriter, r *http.Request) error {
	body, err := read(r)
	if err != nil {
		return err
	}
	registration, err := readRegistration(body)
	if err != nil {
		return err
	}
	if describesUser(r, body) {
		return h.registerNew(w, r, body, registration)
	}
	u, err := h.addressed(r)
	if err != nil {
		return err
	}
	registered, ids, err := h.Service.Register(r.Context(), u.ID, registration, enrolment(body))
	if err != nil {
		return err
	}
	response := userResponse{}
	response.Registration, _ = registered.Registration(registration.ApplicationID)
	response.verify(ids)
	if err := h.sign(r.Context(), &response, registered); err != nil {
		return err
	}
	return respond(w, http.StatusOK, response)
}

// describesUser tells whether the user has to be made first. FusionAuth's Go
// client cannot leave the user out, so one without any login id is none where
// the path names who is meant.
func describesUser(r *http.Request, body envelope) bool {
	if r.PathValue("userId") == "" {
		return true
	}
	var user map[string]jsontext.Value
	if raw, given := body["user"]; given && fa.DecodeAt("user", raw, &user) != nil {
		return true // to be refused when the whole user is read
	}
	for _, name := range []string{"email", "phoneNumber", "username"} {
		if value, given := user[name]; given && value.Kind() != jsontext.KindNull {
			return true
		}
	}
	return false
}

func (h *Users) registerNew(w http.ResponseWriter, r *http.Request, body envelope, registration fa.Registration) error {
	tenant, err := h.tenantOf(r, registration.ApplicationID)
	if err != nil {
		return err
	}
	return h.create(w, r, body, tenant, &registration)
}

// tenantOf is the caller's tenant or else that of the application; empty when
// there is no such application.
func (h *Users) tenantOf(r *http.Request, application fa.ID) (fa.ID, error) {
	if named := callerOf(r).tenant; named != "" {
		return named, nil
	}
	a, err := h.Applications.Get(r.Context(), application)
	if errors.Is(err, fa.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return a.TenantID, nil
}

func readRegistration(body envelope) (fa.Registration, error) {
	registration := fa.NewRegistration()
	err := body.decode("registration", &registration)
	return registration, err
}

func (h *Users) registration(w http.ResponseWriter, r *http.Request) error {
	_, registration, err := h.addressedRegistration(r, nil)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"registration": registration})
}

func (h *Users) putRegistration(w http.ResponseWriter, r *http.Request) error {
	body, err := read(r)
	if err != nil {
		return err
	}
	u, current, err := h.addressedRegistration(r, body)
	if err != nil {
		return err
	}
	return h.replaceRegistration(w, r, u.ID, current.ApplicationID, body)
}

func (h *Users) patchRegistration(w http.ResponseWriter, r *http.Request) error {
	p, err := readPatch(r)
	if err != nil {
		return err
	}
	u, current, err := h.addressedRegistration(r, p.document())
	if err != nil {
		return err
	}
	body, err := p.on("registration", current)
	if err != nil {
		return err
	}
	return h.replaceRegistration(w, r, u.ID, current.ApplicationID, body)
}

func (h *Users) replaceRegistration(w http.ResponseWriter, r *http.Request, user, application fa.ID, body envelope) error {
	next, err := readRegistration(body)
	if err != nil {
		return err
	}
	next.ApplicationID = application
	made, err := h.Service.ReplaceRegistration(r.Context(), user, next)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"registration": made})
}

func (h *Users) unregister(_ http.ResponseWriter, r *http.Request) error {
	u, registration, err := h.addressedRegistration(r, nil)
	if err != nil {
		return err
	}
	return h.Service.Unregister(r.Context(), u.ID, registration.ApplicationID)
}

// addressedRegistration is the registration that the path names; its
// application may stand in the body instead.
func (h *Users) addressedRegistration(r *http.Request, body envelope) (*fa.Account, *fa.Registration, error) {
	u, err := h.addressed(r)
	if err != nil {
		return nil, nil, err
	}
	application, err := pathID(r, "applicationId")
	if err != nil {
		return nil, nil, err
	}
	if application == "" {
		if application, err = applicationIn(body); err != nil {
			return nil, nil, err
		}
	}
	registration, ok := u.Registration(application)
	if !ok {
		return nil, nil, fa.ErrNotFound
	}
	return u, registration, nil
}

func applicationIn(body envelope) (fa.ID, error) {
	var registration struct {
		ApplicationID fa.ID `json:"applicationId"`
	}
	if err := body.decode("registration", &registration); err != nil {
		return "", err
	}
	if registration.ApplicationID == "" {
		return "", fa.FieldError("registration.applicationId", "missing", "You must specify the [registration.applicationId] property.")
	}
	return registration.ApplicationID, nil
}
