package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"wherry/server/internal/fa"
)

// Groups serves /api/group.
//
// Source: https://fusionauth.io/docs/apis/groups
type Groups struct {
	Store        Documents[fa.Group]
	Applications Documents[fa.Application]
	NewID        func() fa.ID
	Now          func() time.Time

	mux      *Mux
	resource *resource[fa.Group]
}

// Mount registers the endpoints.
func (h *Groups) Mount(m *Mux) {
	h.mux = m
	h.resource = &resource[fa.Group]{
		name: "group", plural: "groups", path: "/api/group",
		store: h.Store, blank: fa.NewGroup,
		create: h.create, keep: h.keep, check: checkGroup, refer: h.refer,
		visible: func(c caller, g *fa.Group) bool { return c.sees(g.TenantID) },
		beside:  map[string]func(*fa.Group) any{"roleIds": func(g *fa.Group) any { return &g.RoleIDs }},
		show:    h.show,
	}
	h.resource.mount(m.Handle)
	m.Handle("GET /api/group/search", h.search)
	m.Handle("POST /api/group/search", h.search)
}

func (h *Groups) create(ctx context.Context, c caller, g *fa.Group, id fa.ID) error {
	tenant, err := h.mux.tenantFor(ctx, cmp.Or(c.tenant, g.TenantID))
	if err != nil {
		return err
	}
	g.ID, g.TenantID = id, tenant.ID
	if g.ID == "" {
		g.ID = h.NewID()
	}
	g.InsertInstant = h.Now().UnixMilli()
	g.LastUpdateInstant = g.InsertInstant
	return nil
}

func (h *Groups) keep(next, current *fa.Group) {
	next.ID, next.TenantID, next.InsertInstant = current.ID, current.TenantID, current.InsertInstant
	next.LastUpdateInstant = h.Now().UnixMilli()
	next.Had = current.RoleIDs
}

func checkGroup(g *fa.Group) error {
	g.Normalize()
	return g.Validate()
}

// refer looks whether the tenant's applications have the roles that are new.
func (h *Groups) refer(ctx context.Context, g *fa.Group) error {
	if len(g.RoleIDs) == 0 {
		return nil
	}
	applications, err := h.Applications.All(ctx)
	if err != nil {
		return err
	}
	var errs fa.Errors
	for _, id := range g.RoleIDs {
		there := slices.ContainsFunc(applications, func(a *fa.Application) bool {
			return a.TenantID == g.TenantID && indexRole(a, id) >= 0
		})
		if !there && !slices.Contains(g.Had, id) {
			errs.Field("roleIds", "invalid", "No application of the tenant has a role with the id [%s].", id)
		}
	}
	return errs.OrNil()
}

// show turns the ids of roles into the roles by application.
func (h *Groups) show(ctx context.Context, all ...*fa.Group) error {
	var applications []*fa.Application
	if slices.ContainsFunc(all, func(g *fa.Group) bool { return len(g.RoleIDs) > 0 }) {
		var err error
		if applications, err = h.Applications.All(ctx); err != nil {
			return err
		}
	}
	for _, g := range all {
		g.ShowRoles(applications)
	}
	return nil
}

var searchedGroups = searched[fa.Group]{
	name: func(g *fa.Group) string { return g.Name }, order: "name ASC",
	columns: map[string]func(a, b *fa.Group) int{
		"id":            func(a, b *fa.Group) int { return cmp.Compare(a.ID, b.ID) },
		"insertInstant": func(a, b *fa.Group) int { return cmp.Compare(a.InsertInstant, b.InsertInstant) },
		"name":          func(a, b *fa.Group) int { return cmp.Compare(a.Name, b.Name) },
		"tenant":        func(a, b *fa.Group) int { return cmp.Compare(a.TenantID, b.TenantID) },
	},
}

func (h *Groups) search(w http.ResponseWriter, r *http.Request) error {
	c, err := readCriteria(r)
	if err != nil {
		return err
	}
	all, err := h.Store.All(r.Context())
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(g *fa.Group) bool {
		return !callerOf(r).sees(g.TenantID) || c.TenantID != "" && c.TenantID != g.TenantID
	})
	page, total, err := searchedGroups.in(all, c)
	if err != nil {
		return err
	}
	if err := h.show(r.Context(), page...); err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"groups": page, "total": total})
}
