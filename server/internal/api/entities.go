package api

import (
	"cmp"
	"context"
	"errors"
	"time"

	"wherry/server/internal/fa"
)

// Entities serves /api/entity.
//
// Source: https://fusionauth.io/docs/apis/entities/entities
type Entities struct {
	Store     Documents[fa.Entity]
	Types     Documents[fa.EntityType]
	NewID     func() fa.ID
	NewSecret func() string // a client secret
	Now       func() time.Time

	mux *Mux
}

// Mount registers the endpoints. There is none for all entities: they are
// searched.
func (h *Entities) Mount(m *Mux) {
	h.mux = m
	entities := &resource[fa.Entity]{
		name: "entity", path: "/api/entity",
		store: h.Store, blank: fa.NewEntity,
		create: h.create, keep: h.keep, check: checkEntity, refer: h.refer,
		visible: func(c caller, e *fa.Entity) bool { return c.sees(e.TenantID) },
		show:    entityViews{h.Types}.complete,
	}
	m.Handle("POST /api/entity", entities.post)
	m.Handle("POST /api/entity/{entityId}", entities.post)
	m.Handle("GET /api/entity/{entityId}", entities.get)
	m.Handle("PUT /api/entity/{entityId}", entities.put)
	m.Handle("PATCH /api/entity/{entityId}", entities.patch)
	m.Handle("DELETE /api/entity/{entityId}", entities.delete)
}

func (h *Entities) create(ctx context.Context, c caller, e *fa.Entity, id fa.ID) error {
	tenant, err := h.mux.tenantFor(ctx, cmp.Or(c.tenant, e.TenantID))
	if err != nil {
		return err
	}
	e.ID, e.TenantID = id, tenant.ID
	if e.ID == "" {
		e.ID = h.NewID()
	}
	e.InsertInstant = h.Now().UnixMilli()
	e.LastUpdateInstant = e.InsertInstant
	if e.ClientSecret == "" {
		e.ClientSecret = h.NewSecret()
	}
	return nil
}

// keep holds on to the type, by which grants go, and to the client's
// credentials unless there are new ones.
func (h *Entities) keep(next, current *fa.Entity) {
	next.ID, next.TenantID, next.InsertInstant, next.Type = current.ID, current.TenantID, current.InsertInstant, current.Type
	next.ClientID = cmp.Or(next.ClientID, current.ClientID)
	next.ClientSecret = cmp.Or(next.ClientSecret, current.ClientSecret)
	next.LastUpdateInstant = h.Now().UnixMilli()
}

func checkEntity(e *fa.Entity) error {
	e.Normalize()
	e.ClientID = cmp.Or(e.ClientID, string(e.ID))
	return e.Validate()
}

// refer looks whether there are the type and the parent.
func (h *Entities) refer(ctx context.Context, e *fa.Entity) error {
	var errs fa.Errors
	if e.Type.ID != "" {
		_, err := h.Types.Get(ctx, e.Type.ID)
		if errors.Is(err, fa.ErrNotFound) {
			errs.Field("entity.type.id", "invalid", "There is no entity type with the id [%s].", e.Type.ID)
		} else if err != nil {
			return err
		}
	}
	if e.ParentID != "" && e.ParentID != e.ID {
		parent, err := h.Store.Get(ctx, e.ParentID)
		if errors.Is(err, fa.ErrNotFound) || err == nil && parent.TenantID != e.TenantID {
			errs.Field("entity.parentId", "invalid", "There is no entity with the id [%s] in the tenant.", e.ParentID)
		} else if err != nil {
			return err
		}
	}
	return errs.OrNil()
}

// entityViews gives entities the form that answers have.
type entityViews struct{ types Documents[fa.EntityType] }

// complete puts the whole type in the place of its id.
func (v entityViews) complete(ctx context.Context, all ...*fa.Entity) error {
	types := map[fa.ID]*fa.EntityType{}
	for _, e := range all {
		id := e.Type.ID
		if types[id] == nil {
			var err error
			if types[id], err = v.types.Get(ctx, id); err != nil {
				return err
			}
		}
		e.Type = *types[id]
	}
	return nil
}
