package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// Users serves /api/user and the registrations below it.
//
// Sources: https://fusionauth.io/docs/apis/users, https://fusionauth.io/docs/apis/registrations
type Users struct {
	Service *identity.Service
	Store   interface {
		User(ctx context.Context, id fa.ID) (*fa.Account, error)
		UserByIdentity(ctx context.Context, tenant fa.ID, kind, value string) (*fa.Account, error)
		DeleteUser(ctx context.Context, id fa.ID) error
	}
	TenantFor func(ctx context.Context, c caller) (fa.ID, error)
}

// Mount registers the endpoints.
func (h *Users) Mount(m *Mux) {
	h.TenantFor = m.tenantFor
	m.Handle("POST /api/user", h.post)
	m.Handle("POST /api/user/{id}", h.post)
	m.Handle("GET /api/user", h.find)
	m.Handle("GET /api/user/{id}", h.get)
	m.Handle("PUT /api/user/{id}", h.put)
	m.Handle("PATCH /api/user/{id}", h.patch)
	m.Handle("DELETE /api/user/{id}", h.delete)
	m.Handle("POST /api/user/registration", h.register)
	m.Handle("POST /api/user/registration/{id}", h.register)
	m.Handle("GET /api/user/registration/{id}/{applicationId}", h.registration)
	m.Handle("PUT /api/user/registration/{id}/{applicationId}", h.putRegistration)
	m.Handle("PATCH /api/user/registration/{id}/{applicationId}", h.patchRegistration)
	m.Handle("DELETE /api/user/registration/{id}/{applicationId}", h.unregister)
}

func (h *Users) post(w http.ResponseWriter, r *http.Request) error {
	body, err := read(r)
	if err != nil {
		return err
	}
	u, err := h.create(r, body)
	if err != nil {
		return err
	}
	return respondUser(w, u)
}

// create makes the user of a request; the path may carry the id.
func (h *Users) create(r *http.Request, body envelope) (*fa.User, error) {
	id, err := pathID(r, "id")
	if err != nil {
		return nil, err
	}
	request, err := readUser(body)
	if err != nil {
		return nil, err
	}
	tenant, err := h.TenantFor(r.Context(), callerOf(r))
	if err != nil {
		return nil, err
	}
	return h.Service.CreateUser(r.Context(), tenant, id, request)
}

func readUser(body envelope) (fa.UserRequest, error) {
	request := fa.UserRequest{User: fa.NewUser()}
	return request, body.decode("user", &request)
}

// find looks a user up by one of its login ids.
func (h *Users) find(w http.ResponseWriter, r *http.Request) error {
	kinds, value := lookup(r)
	if value == "" {
		return fa.FieldError("loginId", "blank", "You must specify an id in the path, or the [loginId], [email] or [username] parameter.")
	}
	tenant, err := h.TenantFor(r.Context(), callerOf(r))
	if err != nil {
		return err
	}
	for _, kind := range kinds {
		u, err := h.Store.UserByIdentity(r.Context(), tenant, kind, value)
		if err == nil {
			return respondAccount(w, u)
		}
		if !errors.Is(err, fa.ErrNotFound) {
			return err
		}
	}
	return fa.ErrNotFound
}

func lookup(r *http.Request) (kinds []string, value string) {
	q := r.URL.Query()
	switch {
	case q.Has("email"):
		return []string{fa.IdentityEmail}, q.Get("email")
	case q.Has("username"):
		return []string{fa.IdentityUsername}, q.Get("username")
	case len(q["loginIdTypes"]) > 0:
		return q["loginIdTypes"], q.Get("loginId")
	default:
		return []string{fa.IdentityEmail, fa.IdentityUsername}, q.Get("loginId")
	}
}

func (h *Users) get(w http.ResponseWriter, r *http.Request) error {
	u, err := h.addressed(r)
	if err != nil {
		return err
	}
	return respondAccount(w, u)
}

func (h *Users) put(w http.ResponseWriter, r *http.Request) error {
	u, err := h.addressed(r)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("reactivate") == "true" {
		return h.setActive(w, r, u.ID, true)
	}
	body, err := read(r)
	if err != nil {
		return err
	}
	return h.replace(w, r, u.ID, body)
}

func (h *Users) patch(w http.ResponseWriter, r *http.Request) error {
	u, err := h.addressed(r)
	if err != nil {
		return err
	}
	body, err := patched(r, "user", u.User)
	if err != nil {
		return err
	}
	return h.replace(w, r, u.ID, body)
}

func (h *Users) replace(w http.ResponseWriter, r *http.Request, id fa.ID, body envelope) error {
	request, err := readUser(body)
	if err != nil {
		return err
	}
	next, err := h.Service.ReplaceUser(r.Context(), id, request)
	if err != nil {
		return err
	}
	return respondUser(w, next)
}

// delete deactivates, or with ?hardDelete=true removes for good.
func (h *Users) delete(_ http.ResponseWriter, r *http.Request) error {
	u, err := h.addressed(r)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("hardDelete") == "true" {
		return h.Store.DeleteUser(r.Context(), u.ID)
	}
	_, err = h.Service.SetActive(r.Context(), u.ID, false)
	return err
}

func (h *Users) setActive(w http.ResponseWriter, r *http.Request, id fa.ID, active bool) error {
	u, err := h.Service.SetActive(r.Context(), id, active)
	if err != nil {
		return err
	}
	return respondUser(w, u)
}

// addressed is the user that the path names, if the caller may see it.
func (h *Users) addressed(r *http.Request) (*fa.Account, error) {
	id, err := pathID(r, "id")
	if err != nil {
		return nil, err
	}
	u, err := h.Store.User(r.Context(), id)
	if err == nil && !callerOf(r).sees(u.TenantID) {
		err = fa.ErrNotFound
	}
	return u, err
}

// register adds a registration; with a user in the body it makes that user
// first, and takes it back if the registration is refused.
func (h *Users) register(w http.ResponseWriter, r *http.Request) error {
	body, err := read(r)
	if err != nil {
		return err
	}
	registration, err := readRegistration(body)
	if err != nil {
		return err
	}
	if _, combined := body["user"]; combined {
		return h.registerNew(w, r, body, registration)
	}
	u, err := h.addressed(r)
	if err != nil {
		return err
	}
	made, err := h.Service.Register(r.Context(), u.ID, registration)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"registration": made})
}

func (h *Users) registerNew(w http.ResponseWriter, r *http.Request, body envelope, registration fa.Registration) error {
	u, err := h.create(r, body)
	if err != nil {
		return err
	}
	made, err := h.Service.Register(r.Context(), u.ID, registration)
	if err != nil {
		if undo := h.Store.DeleteUser(context.WithoutCancel(r.Context()), u.ID); undo != nil {
			return fmt.Errorf("take back the user of a refused registration: %w", undo)
		}
		return err
	}
	whole, err := h.Store.User(r.Context(), u.ID)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"user": whole.User, "registration": made})
}

func readRegistration(body envelope) (fa.Registration, error) {
	registration := fa.NewRegistration()
	err := body.decode("registration", &registration)
	return registration, err
}

func (h *Users) registration(w http.ResponseWriter, r *http.Request) error {
	_, registration, err := h.addressedRegistration(r)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"registration": registration})
}

func (h *Users) putRegistration(w http.ResponseWriter, r *http.Request) error {
	u, current, err := h.addressedRegistration(r)
	if err != nil {
		return err
	}
	body, err := read(r)
	if err != nil {
		return err
	}
	return h.replaceRegistration(w, r, u.ID, current.ApplicationID, body)
}

func (h *Users) patchRegistration(w http.ResponseWriter, r *http.Request) error {
	u, current, err := h.addressedRegistration(r)
	if err != nil {
		return err
	}
	body, err := patched(r, "registration", current)
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
	u, registration, err := h.addressedRegistration(r)
	if err != nil {
		return err
	}
	return h.Service.Unregister(r.Context(), u.ID, registration.ApplicationID)
}

func (h *Users) addressedRegistration(r *http.Request) (*fa.Account, *fa.Registration, error) {
	u, err := h.addressed(r)
	if err != nil {
		return nil, nil, err
	}
	application, err := pathID(r, "applicationId")
	if err != nil {
		return nil, nil, err
	}
	registration, ok := u.Registration(application)
	if !ok {
		return nil, nil, fa.ErrNotFound
	}
	return u, registration, nil
}

// respondAccount shows the password's scheme too, which nothing but reading a
// user does.
func respondAccount(w http.ResponseWriter, u *fa.Account) error {
	shown := u.User
	shown.EncryptionScheme = u.Scheme
	return respondUser(w, &shown)
}

func respondUser(w http.ResponseWriter, u *fa.User) error {
	return respond(w, http.StatusOK, map[string]any{"user": u})
}
