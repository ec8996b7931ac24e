package api

import (
	"cmp"
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
	NewID     func() fa.ID
	NewSecret func() string // a client secret
	Now       func() time.Time

	mux      *Mux
	resource *resource[fa.Application]
}

// Mount registers the endpoints.
func (h *Applications) Mount(m *Mux) {
	h.mux = m
	h.resource = &resource[fa.Application]{
		name: "application", plural: "applications", path: "/api/application",
		store: h.Store, blank: fa.NewApplication,
		create: h.create, keep: h.keep, check: checkApplication,
		visible:   func(c caller, a *fa.Application) bool { return c.sees(a.TenantID) },
		removable: removableApplication,
		copied:    copiedApplication,
	}
	m.Handle("POST /api/application", h.resource.post)
	m.Handle("POST /api/application/{applicationId}", h.resource.post)
	m.Handle("GET /api/application", h.all)
	m.Handle("GET /api/application/{applicationId}", h.resource.get)
	m.Handle("PUT /api/application/{applicationId}", h.put)
	m.Handle("PATCH /api/application/{applicationId}", h.resource.patch)
	m.Handle("DELETE /api/application/{applicationId}", h.delete)
	m.Handle("GET /api/application/search", h.search)
	m.Handle("POST /api/application/search", h.search)
	m.HandleOpen("GET /api/application/{applicationId}/oauth-configuration", h.oauthConfiguration)
	m.Handle("POST /api/application/{applicationId}/role", h.postRole)
	m.Handle("POST /api/application/{applicationId}/role/{roleId}", h.postRole)
	m.Handle("PUT /api/application/{applicationId}/role/{roleId}", h.putRole)
	m.Handle("PATCH /api/application/{applicationId}/role/{roleId}", h.patchRole)
	m.Handle("DELETE /api/application/{applicationId}/role/{roleId}", h.deleteRole)
	m.Handle("DELETE /api/application/{applicationId}/role", h.deleteRole)
	h.mountScopes(m)
}

func (h *Applications) create(ctx context.Context, c caller, a *fa.Application, id fa.ID) error {
	tenant, err := h.mux.tenantFor(ctx, cmp.Or(c.tenant, a.TenantID))
	if err != nil {
		return err
	}
	a.ID, a.TenantID, a.Active = id, tenant.ID, true
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
	for i := range a.Scopes {
		h.newScope(&a.Scopes[i], a.Scopes[i].ID)
		a.Scopes[i].ApplicationID = a.ID
	}
	return nil
}

// copiedApplication is another client with other roles of the same names.
func copiedApplication(source, described *fa.Application) {
	source.Name, source.TenantID = described.Name, described.TenantID
	source.OAuthConfiguration.ClientSecret = described.OAuthConfiguration.ClientSecret
	for i := range source.Roles {
		source.Roles[i].ID = ""
	}
	for i := range source.Scopes {
		source.Scopes[i].ID = ""
	}
	delete(source.Data, "wherry") // a client id is of one application
}

// keep ignores roles and scopes: they have endpoints of their own.
func (h *Applications) keep(next, current *fa.Application) {
	next.ID, next.TenantID, next.InsertInstant, next.Active = current.ID, current.TenantID, current.InsertInstant, current.Active
	next.Roles, next.Scopes = current.Roles, current.Scopes
	next.LastUpdateInstant = h.Now().UnixMilli()
	if next.OAuthConfiguration.ClientSecret == "" {
		next.OAuthConfiguration.ClientSecret = current.OAuthConfiguration.ClientSecret
	}
}

func checkApplication(a *fa.Application) error {
	a.Normalize()
	return a.Validate()
}

// removableApplication keeps the one through which this server is administered.
func removableApplication(a *fa.Application) error {
	if a.ID == fa.AdminApplicationID {
		return fa.GeneralError("invalid", "The FusionAuth application can neither be deleted nor deactivated.")
	}
	return nil
}

// all lists the active applications, or with ?inactive=true the others.
func (h *Applications) all(w http.ResponseWriter, r *http.Request) error {
	all, err := h.seen(r)
	if err != nil {
		return err
	}
	inactive := r.URL.Query().Get("inactive") == "true"
	asked := slices.DeleteFunc(all, func(a *fa.Application) bool { return a.Active == inactive })
	return respond(w, http.StatusOK, map[string]any{"applications": asked})
}

func (h *Applications) seen(r *http.Request) ([]*fa.Application, error) {
	all, err := h.Store.All(r.Context())
	return slices.DeleteFunc(all, func(a *fa.Application) bool { return !callerOf(r).sees(a.TenantID) }), err
}

var searchedApplications = searched[fa.Application]{
	name: func(a *fa.Application) string { return a.Name }, order: "name ASC",
	columns: map[string]func(a, b *fa.Application) int{
		"id":            func(a, b *fa.Application) int { return cmp.Compare(a.ID, b.ID) },
		"insertInstant": func(a, b *fa.Application) int { return cmp.Compare(a.InsertInstant, b.InsertInstant) },
		"name":          func(a, b *fa.Application) int { return cmp.Compare(a.Name, b.Name) },
		"tenant":        func(a, b *fa.Application) int { return cmp.Compare(a.TenantID, b.TenantID) },
	},
}

func (h *Applications) search(w http.ResponseWriter, r *http.Request) error {
	c, err := readCriteria(r)
	if err != nil {
		return err
	}
	all, err := h.seen(r)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(a *fa.Application) bool {
		return c.State != "" && c.State != a.State || c.TenantID != "" && c.TenantID != a.TenantID
	})
	page, total, err := searchedApplications.in(all, c)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"applications": page, "total": total})
}

// oauthConfiguration is for anybody; who has an API key sees the secret too.
func (h *Applications) oauthConfiguration(w http.ResponseWriter, r *http.Request) error {
	c, keyErr := h.mux.authenticate(r, http.MethodGet, "/api/application/oauth-configuration")
	id, err := pathID(r, "applicationId")
	if err != nil {
		return err
	}
	a, err := h.Store.Get(r.Context(), id)
	if err != nil {
		return err
	}
	tenant, err := h.mux.tenantFor(r.Context(), a.TenantID)
	if err != nil {
		return err
	}
	if keyErr != nil || !c.sees(a.TenantID) {
		a.OAuthConfiguration.ClientSecret = ""
	}
	return respond(w, http.StatusOK, oauthConfiguration{
		HTTPSessionMaxInactiveInterval: tenant.HTTPSessionMaxInactiveInterval,
		LogoutURL:                      cmp.Or(a.OAuthConfiguration.LogoutURL, tenant.LogoutURL),
		OAuthConfiguration:             a.OAuthConfiguration,
	})
}

// oauthConfiguration is what a client may know about its own sign-in.
type oauthConfiguration struct {
	HTTPSessionMaxInactiveInterval int                   `json:"httpSessionMaxInactiveInterval"` // seconds
	LogoutURL                      string                `json:"logoutURL,omitzero"`
	OAuthConfiguration             fa.OAuthConfiguration `json:"oauthConfiguration"`
}

func (h *Applications) put(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Query().Get("reactivate") == "true" {
		return h.reactivate(w, r)
	}
	return h.resource.put(w, r)
}

// delete deactivates, or with hardDelete=true removes for good.
func (h *Applications) delete(w http.ResponseWriter, r *http.Request) error {
	hard, err := asks(r, "hardDelete")
	switch {
	case err != nil:
		return err
	case hard:
		return h.resource.delete(w, r)
	}
	_, err = h.change(r, func(a *fa.Application) error {
		a.Active = false
		return removableApplication(a)
	})
	return err
}

func (h *Applications) reactivate(w http.ResponseWriter, r *http.Request) error {
	a, err := h.change(r, func(a *fa.Application) error { a.Active = true; return nil })
	if err != nil {
		return err
	}
	return h.resource.respond(w, r, a)
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
