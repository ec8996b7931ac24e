package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"wherry/server/internal/fa"
)

// EntityTypes serves /api/entity/type and the permissions below it.
//
// Source: https://fusionauth.io/docs/apis/entities/entity-types
type EntityTypes struct {
	Store Documents[fa.EntityType]
	Keys  Documents[fa.SigningKey]
	NewID func() fa.ID
	Now   func() time.Time

	resource *resource[fa.EntityType]
}

// Mount registers the endpoints.
func (h *EntityTypes) Mount(m *Mux) {
	h.resource = &resource[fa.EntityType]{
		name: "entityType", plural: "entityTypes", path: "/api/entity/type",
		store: h.Store, blank: fa.NewEntityType,
		create: h.create, keep: h.keep, check: checkEntityType, refer: h.refer,
	}
	h.resource.mount(m.HandleGlobal)
	m.HandleGlobal("GET /api/entity/type/search", h.search)
	m.HandleGlobal("POST /api/entity/type/search", h.search)
	m.HandleGlobal("POST /api/entity/type/{entityTypeId}/permission", h.postPermission)
	m.HandleGlobal("POST /api/entity/type/{entityTypeId}/permission/{permissionId}", h.postPermission)
	m.HandleGlobal("PUT /api/entity/type/{entityTypeId}/permission/{permissionId}", h.putPermission)
	m.HandleGlobal("PATCH /api/entity/type/{entityTypeId}/permission/{permissionId}", h.patchPermission)
	m.HandleGlobal("DELETE /api/entity/type/{entityTypeId}/permission/{permissionId}", h.deletePermission)
	m.HandleGlobal("DELETE /api/entity/type/{entityTypeId}/permission", h.deletePermission)
}

func (h *EntityTypes) create(_ context.Context, _ caller, t *fa.EntityType, id fa.ID) error {
	t.ID = id
	if t.ID == "" {
		t.ID = h.NewID()
	}
	t.InsertInstant = h.Now().UnixMilli()
	t.LastUpdateInstant = t.InsertInstant
	for i := range t.Permissions {
		h.newPermission(&t.Permissions[i], t.Permissions[i].ID)
	}
	return nil
}

// keep ignores permissions: they have endpoints of their own.
func (h *EntityTypes) keep(next, current *fa.EntityType) {
	next.ID, next.InsertInstant, next.Permissions = current.ID, current.InsertInstant, current.Permissions
	next.LastUpdateInstant = h.Now().UnixMilli()
}

func checkEntityType(t *fa.EntityType) error {
	t.Normalize()
	return t.Validate()
}

// refer looks whether there is the key to sign with.
func (h *EntityTypes) refer(ctx context.Context, t *fa.EntityType) error {
	id := t.JWTConfiguration.AccessTokenKeyID
	if id == "" {
		return nil
	}
	_, err := h.Keys.Get(ctx, id)
	if errors.Is(err, fa.ErrNotFound) {
		return fa.FieldError("entityType.jwtConfiguration.accessTokenKeyId", "invalid", "There is no key with the id [%s].", id)
	}
	return err
}

var searchedEntityTypes = searched[fa.EntityType]{
	name: func(t *fa.EntityType) string { return t.Name }, order: "name ASC",
	columns: map[string]func(a, b *fa.EntityType) int{
		"id":                func(a, b *fa.EntityType) int { return cmp.Compare(a.ID, b.ID) },
		"insertInstant":     func(a, b *fa.EntityType) int { return cmp.Compare(a.InsertInstant, b.InsertInstant) },
		"lastUpdateInstant": func(a, b *fa.EntityType) int { return cmp.Compare(a.LastUpdateInstant, b.LastUpdateInstant) },
		"name":              func(a, b *fa.EntityType) int { return cmp.Compare(a.Name, b.Name) },
		"entityTypePermissionsCount": func(a, b *fa.EntityType) int {
			return cmp.Compare(len(a.Permissions), len(b.Permissions))
		},
	},
}

func (h *EntityTypes) search(w http.ResponseWriter, r *http.Request) error {
	c, err := readCriteria(r)
	if err != nil {
		return err
	}
	all, err := h.Store.All(r.Context())
	if err != nil {
		return err
	}
	page, total, err := searchedEntityTypes.in(all, c)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"entityTypes": page, "total": total})
}
