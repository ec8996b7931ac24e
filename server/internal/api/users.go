package api

import (
	"cmp"
	"context"
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
	Applications Documents[fa.Application]
	Tokens       interface {
		Access(ctx context.Context, g identity.Grant) (identity.Token, error)
	}
	Identifiers interface {
		Identifier(ctx context.Context, kind, code string, value any) error
	}

	mux *Mux
}

// Mount registers the endpoints.
func (h *Users) Mount(m *Mux) {
	h.mux = m
	m.Handle("POST /api/user", h.post)
	m.Handle("POST /api/user/{userId}", h.post)
	m.Handle("GET /api/user", h.find)
	m.Handle("GET /api/user/{userId}", h.get)
	m.Handle("PUT /api/user/{userId}", h.put)
	m.Handle("PATCH /api/user/{userId}", h.patch)
	m.Handle("DELETE /api/user/{userId}", h.delete)
	m.Handle("POST /api/user/registration", h.register)
	m.Handle("POST /api/user/registration/{userId}", h.register)
	m.Handle("PUT /api/user/registration/{userId}", h.putRegistration)
	m.Handle("PATCH /api/user/registration/{userId}", h.patchRegistration)
	m.Handle("GET /api/user/registration/{userId}/{applicationId}", h.registration)
	m.Handle("PUT /api/user/registration/{userId}/{applicationId}", h.putRegistration)
	m.Handle("PATCH /api/user/registration/{userId}/{applicationId}", h.patchRegistration)
	m.Handle("DELETE /api/user/registration/{userId}/{applicationId}", h.unregister)
}

func (h *Users) post(w http.ResponseWriter, r *http.Request) error {
	body, err := read(r)
	if err != nil {
		return err
	}
	return h.create(w, r, body, callerOf(r).tenant, nil)
}

// create makes the user of a request, with a registration if there is one, in
// the tenant that is named or else in the one that the user names; the path may
// carry the id.
func (h *Users) create(w http.ResponseWriter, r *http.Request, body envelope, tenantID fa.ID, registration *fa.Registration) error {
	id, err := pathID(r, "userId")
	if err != nil {
		return err
	}
	if r, err = h.within(r, body, registration); err != nil {
		return err
	}
	request, err := readUser(body)
	if err != nil {
		return err
	}
	tenant, err := h.mux.tenantFor(r.Context(), cmp.Or(tenantID, request.TenantID))
	if err != nil {
		return err
	}
	enrolment := enrolment(body)
	enrolment.Registration = registration
	u, ids, err := h.Service.CreateUser(r.Context(), tenant.ID, id, request, enrolment)
	if err != nil {
		return err
	}
	response := userResponse{User: u}
	if registration != nil {
		response.Registration = &u.Registrations[0]
	}
	response.verify(ids)
	if !enrolment.SetPassword {
		if err := h.sign(r.Context(), &response, u); err != nil {
			return err
		}
	}
	return respond(w, http.StatusOK, response)
}

func readUser(body envelope) (fa.UserRequest, error) {
	request := fa.UserRequest{User: fa.NewUser()}
	err := body.decode("user", &request)
	return request, err
}

// find looks a user up by one of its login ids, or by an id made for it.
func (h *Users) find(w http.ResponseWriter, r *http.Request) error {
	if kind, id := identifierIn(r); id != "" {
		u, err := h.byIdentifier(r, kind, id)
		if err != nil {
			return err
		}
		return respondAccount(w, u)
	}
	types, value, err := lookup(r)
	if err != nil {
		return err
	}
	tenant, err := h.mux.tenantFor(r.Context(), callerOf(r).tenant)
	if err != nil {
		return err
	}
	u, err := firstUser(r.Context(), h.Store, tenant.ID, types, value)
	if err != nil {
		return err
	}
	return respondAccount(w, u)
}

// usualTypes are the types of login ids, where a request names none.
var usualTypes = []string{fa.IdentityEmail, fa.IdentityUsername}

// firstUser finds the user with a login id, by each type in turn.
func firstUser(ctx context.Context, users UserStore, tenant fa.ID, types []string, loginID string) (*fa.Account, error) {
	for _, kind := range types {
		u, err := users.UserByIdentity(ctx, tenant, kind, loginID)
		if !isNotFound(err) {
			return u, err
		}
	}
	return nil, fa.ErrNotFound
}

// lookup reads which login id is asked for, and which types it may have, in
// their order.
func lookup(r *http.Request) (types []string, value string, err error) {
	q := r.URL.Query()
	var errs fa.Errors
	checkLoginIDTypes(&errs, q["loginIdTypes"])
	switch {
	case q.Get("email") != "":
		return []string{fa.IdentityEmail}, q.Get("email"), nil
	case q.Get("username") != "":
		return []string{fa.IdentityUsername}, q.Get("username"), nil
	case q.Get("loginId") == "":
		return nil, "", fa.FieldError("loginId", "blank", "You must specify an id in the path, or the [loginId], [email] or [username] parameter.")
	case q.Has("loginIdTypes"):
		return q["loginIdTypes"], q.Get("loginId"), errs.OrNil()
	default:
		return usualTypes, q.Get("loginId"), nil
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
		return h.reactivate(w, r, u.ID)
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
	p, err := readPatch(r)
	if err != nil {
		return err
	}
	body, err := p.on("user", u.User)
	if err != nil {
		return err
	}
	return h.replace(w, r, u.ID, body)
}

func (h *Users) replace(w http.ResponseWriter, r *http.Request, id fa.ID, body envelope) error {
	r, err := h.within(r, body, nil)
	if err != nil {
		return err
	}
	request, err := readUser(body)
	if err != nil {
		return err
	}
	if beside, err := currentPassword(body); err != nil {
		return err
	} else if beside != "" {
		request.CurrentPassword = beside
	}
	next, ids, err := h.Service.ReplaceUser(r.Context(), id, request, enrolment(body))
	if err != nil {
		return err
	}
	response := userResponse{User: next}
	response.verify(ids)
	return respond(w, http.StatusOK, response)
}

// within is the request as one that names an application: beside the user, or by
// a registration that comes with it.
func (h *Users) within(r *http.Request, body envelope, registration *fa.Registration) (*http.Request, error) {
	id, err := body.id("applicationId")
	if err != nil {
		return nil, err
	}
	if id != "" || registration == nil {
		return within(r, h.Applications, id)
	}
	a, err := h.Applications.Get(r.Context(), registration.ApplicationID)
	if isNotFound(err) { // which is refused where the registration is looked at
		return r, nil
	}
	return r.WithContext(identity.Within(r.Context(), a)), err
}

// currentPassword is the one that stands beside the user, where most clients put
// it.
func currentPassword(body envelope) (plain string, err error) {
	if raw, given := body["currentPassword"]; given {
		err = fa.DecodeAt("currentPassword", raw, &plain)
	}
	return plain, err
}

// delete deactivates, or with hardDelete=true removes for good.
func (h *Users) delete(_ http.ResponseWriter, r *http.Request) error {
	u, err := h.addressed(r)
	if err != nil {
		return err
	}
	hard, err := asks(r, "hardDelete")
	switch {
	case err != nil:
		return err
	case hard:
		return h.Store.DeleteUser(r.Context(), u.ID)
	}
	_, err = h.Service.SetActive(r.Context(), u.ID, false)
	return err
}

func (h *Users) reactivate(w http.ResponseWriter, r *http.Request, id fa.ID) error {
	u, err := h.Service.SetActive(r.Context(), id, true)
	if err != nil {
		return err
	}
	return respondUser(w, u)
}

// addressed is the user that the path names, if the caller may see it.
func (h *Users) addressed(r *http.Request) (*fa.Account, error) {
	id, err := pathID(r, "userId")
	if err != nil {
		return nil, err
	}
	return h.visible(r, id)
}

// visible is a user, if the caller may see it.
func (h *Users) visible(r *http.Request, id fa.ID) (*fa.Account, error) {
	u, err := h.Store.User(r.Context(), id)
	if err == nil && !callerOf(r).sees(u.TenantID) {
		err = fa.ErrNotFound
	}
	return u, err
}

func respondUser(w http.ResponseWriter, u *fa.User) error {
	return respond(w, http.StatusOK, map[string]any{"user": u})
}

// respondAccount adds how the password is hashed, which only the answers to
// reads show.
func respondAccount(w http.ResponseWriter, a *fa.Account) error {
	u := a.User
	u.EncryptionScheme = a.Scheme
	return respondUser(w, &u)
}
