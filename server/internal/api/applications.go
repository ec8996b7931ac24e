package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"wherry/server/internal/fa"
)

// Applications serves /api/application and the roles below it.
//
// Source: https://fusionauth.io/docs/apis/applications
type Applications struct {
	Store     Documents[fa.Application]
	TenantFor func(ctx context.Context, c caller) (fa.ID, error)
	NewID     func() fa.ID
	NewSecret func() string // a client secret
	Now       func() time.Time

	resource *resource[fa.Application]
}

// Mount registers the endpoints.
func (h *Applications) Mount(m *Mux) {
	h.TenantFor = m.tenantFor
	h.resource = &resource[fa.Application]{
		name: "application", plural: "applications", path: "/api/application",
		store: h.Store, blank: fa.NewApplication,
		create: h.create, keep: h.keep, check: checkApplication,
		visible: func(c caller, a *fa.Application) bool { return c.sees(a.TenantID) },
	}
	m.Handle("POST /api/application", h.resource.post)
	m.Handle("POST /api/application/{id}", h.resource.post)
	m.Handle("GET /api/application", h.all)
	m.Handle("GET /api/application/{id}", h.resource.get)
	m.Handle("PUT /api/application/{id}", h.put)
	m.Handle("PATCH /api/application/{id}", h.resource.patch)
	m.Handle("DELETE /api/application/{id}", h.delete)
	m.Handle("POST /api/application/{id}/role", h.postRole)
	m.Handle("POST /api/application/{id}/role/{roleId}", h.postRole)
	m.Handle("PUT /api/application/{id}/role/{roleId}", h.putRole)
	m.Handle("DELETE /api/application/{id}/role/{roleId}", h.deleteRole)
	m.Handle("DELETE /api/application/{id}/role", h.deleteRole)
}

func (h *Applications) create(ctx context.Context, c caller, a *fa.Application, id fa.ID) (err error) {
	if c.tenant == "" {
		c.tenant = a.TenantID
	}
	if a.TenantID, err = h.TenantFor(ctx, c); err != nil {
		return err
	}
	a.ID, a.Active = id, true
	if a.ID == "" {
		a.ID = h.NewID()
	}
	a.InsertInstant = h.Now().UnixMilli()
	a.LastUpdateInstant = a.InsertInstant
	if a.OAuthConfiguration.ClientSecret == "" {
		a.OAuthConfiguration.ClientSecret = h.NewSecret()
	}
	for i := range a.Roles {
		h.newRole(&a.Roles[i], a.Roles[i].ID)
	}
	return nil
}

// keep ignores roles: they have endpoints of their own.
func (h *Applications) keep(next, current *fa.Application) {
	next.ID, next.TenantID, next.InsertInstant, next.Active = current.ID, current.TenantID, current.InsertInstant, current.Active
	next.Roles = current.Roles
	next.LastUpdateInstant = h.Now().UnixMilli()
	if next.OAuthConfiguration.ClientSecret == "" {
		next.OAuthConfiguration.ClientSecret = current.OAuthConfiguration.ClientSecret
	}
}

func checkApplication(a *fa.Application) error {
	a.Normalize()
	return a.Validate()
}

// all lists the active applications, or with ?inactive=true the others.
func (h *Applications) all(w http.ResponseWriter, r *http.Request) error {
	all, err := h.Store.All(r.Context())
	if err != nil {
		return err
	}
	inactive := r.URL.Query().Get("inactive") == "true"
	seen := slices.DeleteFunc(all, func(a *fa.Application) bool {
		return a.Active == inactive || !callerOf(r).sees(a.TenantID)
	})
	return respond(w, http.StatusOK, map[string]any{"applications": seen})
}

func (h *Applications) put(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Query().Get("reactivate") == "true" {
		return h.setActive(w, r, true)
	}
	return h.resource.put(w, r)
}

// delete deactivates, or with ?hardDelete=true removes for good.
func (h *Applications) delete(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Query().Get("hardDelete") == "true" {
		return h.resource.delete(w, r)
	}
	_, err := h.change(r, func(a *fa.Application) error { a.Active = false; return nil })
	return err
}

func (h *Applications) setActive(w http.ResponseWriter, r *http.Request, active bool) error {
	a, err := h.change(r, func(a *fa.Application) error { a.Active = active; return nil })
	if err != nil {
		return err
	}
	return h.resource.respond(w, a)
}

// change changes the application that the path names.
func (h *Applications) change(r *http.Request, change func(*fa.Application) error) (*fa.Application, error) {
	_, id, err := h.resource.addressed(r)
	if err != nil {
		return nil, err
	}
	return h.Store.Update(r.Context(), id, func(a *fa.Application) error {
		a.LastUpdateInstant = h.Now().UnixMilli()
		if err := change(a); err != nil {
			return err
		}
		return checkApplication(a)
	})
}

func (h *Applications) newRole(role *fa.Role, id fa.ID) {
	role.ID = id
	if role.ID == "" {
		role.ID = h.NewID()
	}
	role.InsertInstant = h.Now().UnixMilli()
	role.LastUpdateInstant = role.InsertInstant
}

func (h *Applications) postRole(w http.ResponseWriter, r *http.Request) error {
	role, id, err := readRole(r)
	if err != nil {
		return err
	}
	h.newRole(&role, id)
	_, err = h.change(r, func(a *fa.Application) error {
		if _, taken := a.Role(role.Name); taken {
			return fa.FieldError("role.name", "duplicate", "A role with name = [%s] already exists.", role.Name)
		}
		a.Roles = append(a.Roles, role)
		return nil
	})
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"role": role})
}

func (h *Applications) putRole(w http.ResponseWriter, r *http.Request) error {
	role, id, err := readRole(r)
	if err != nil {
		return err
	}
	_, err = h.change(r, func(a *fa.Application) error {
		i := slices.IndexFunc(a.Roles, func(r fa.Role) bool { return r.ID == id })
		if i < 0 {
			return fa.ErrNotFound
		}
		if other, taken := a.Role(role.Name); taken && other.ID != id {
			return fa.FieldError("role.name", "duplicate", "A role with name = [%s] already exists.", role.Name)
		}
		role.ID, role.InsertInstant, role.LastUpdateInstant = id, a.Roles[i].InsertInstant, h.Now().UnixMilli()
		a.Roles[i] = role
		return nil
	})
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"role": role})
}

// deleteRole removes the role that the path or ?name= names.
func (h *Applications) deleteRole(_ http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "roleId")
	if err != nil {
		return err
	}
	name := r.URL.Query().Get("name")
	_, err = h.change(r, func(a *fa.Application) error {
		i := slices.IndexFunc(a.Roles, func(r fa.Role) bool { return r.ID == id || id == "" && r.Name == name })
		if i < 0 {
			return fa.ErrNotFound
		}
		a.Roles = slices.Delete(a.Roles, i, i+1)
		return nil
	})
	return err
}

func readRole(r *http.Request) (role fa.Role, id fa.ID, err error) {
	if id, err = pathID(r, "roleId"); err != nil {
		return role, id, err
	}
	body, err := read(r)
	if err != nil {
		return role, id, err
	}
	if err := body.decode("role", &role); err != nil {
		return role, id, err
	}
	return role, id, role.Validate()
}
