package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"wherry/server/internal/fa"
)

// Grants serves /api/entity/{entityId}/grant.
//
// Source: https://fusionauth.io/docs/apis/entities/grants
type Grants struct {
	Store interface {
		TenantsOf(ctx context.Context, users []fa.ID) (map[fa.ID]fa.ID, error)
		Grants(ctx context.Context, m fa.GrantMatch) ([]*fa.EntityGrant, error)
		WriteGrant(ctx context.Context, g *fa.EntityGrant) error
		DeleteGrant(ctx context.Context, m fa.GrantMatch) error
		SearchGrants(ctx context.Context, s fa.GrantSearch) (found []*fa.EntityGrant, total int, err error)
	}
	Entities Documents[fa.Entity]
	Types    Documents[fa.EntityType]
	NewID    func() fa.ID
	Now      func() time.Time
}

// Mount registers the endpoints. The pattern that says "grant" would be in the
// way of /api/entity/type/{entityTypeId}, and neither would be the more
// specific one, so the handlers look at the last part of the path.
func (h *Grants) Mount(m *Mux) {
	for method, handle := range map[string]handler{
		"POST": h.write, "PUT": h.write, "GET": h.get, "DELETE": h.delete,
	} {
		m.handleAs(method+" /api/entity/{entityId}/{grant}", "/api/entity/grant", func(w http.ResponseWriter, r *http.Request) error {
			if r.PathValue("grant") != "grant" {
				return fa.ErrNotFound
			}
			return handle(w, r)
		})
	}
	m.Handle("GET /api/entity/grant/search", h.search)
	m.Handle("POST /api/entity/grant/search", h.search)
}

// write makes a grant, or replaces the one that the recipient has.
func (h *Grants) write(_ http.ResponseWriter, r *http.Request) error {
	e, err := h.addressed(r)
	if err != nil {
		return err
	}
	body, err := read(r)
	if err != nil {
		return err
	}
	g := fa.NewEntityGrant()
	if err := body.decode("grant", &g); err != nil {
		return err
	}
	if err := h.complete(r.Context(), &g, e); err != nil {
		return err
	}
	return h.Store.WriteGrant(r.Context(), &g)
}

// complete checks a grant for e and fills in what the server decides.
func (h *Grants) complete(ctx context.Context, g *fa.EntityGrant, e *fa.Entity) error {
	permissions, refused := e.Type.PermissionsFor(g.Permissions, "grant.permissions")
	if err := fa.Join(g.Validate(), refused, h.refer(ctx, g, e.TenantID)); err != nil {
		return err
	}
	g.Entity, g.Permissions = e, permissions
	g.Data.Normalize()
	if g.ID == "" {
		g.ID = h.NewID()
	}
	g.InsertInstant = h.Now().UnixMilli()
	g.LastUpdateInstant = g.InsertInstant
	return nil
}

// refer looks whether the recipient is there, in the tenant of the entity.
func (h *Grants) refer(ctx context.Context, g *fa.EntityGrant, tenant fa.ID) error {
	var errs fa.Errors
	if g.RecipientEntityID != "" {
		recipient, err := h.Entities.Get(ctx, g.RecipientEntityID)
		if errors.Is(err, fa.ErrNotFound) || err == nil && recipient.TenantID != tenant {
			errs.Field("grant.recipientEntityId", "invalid", "There is no entity with the id [%s] in the tenant.", g.RecipientEntityID)
		} else if err != nil {
			return err
		}
	}
	if g.UserID != "" {
		tenants, err := h.Store.TenantsOf(ctx, []fa.ID{g.UserID})
		if err != nil {
			return err
		}
		if tenants[g.UserID] != tenant {
			errs.Field("grant.userId", "invalid", "There is no user with the id [%s] in the tenant.", g.UserID)
		}
	}
	return errs.OrNil()
}

// get answers with the grant of one recipient, or with all.
func (h *Grants) get(w http.ResponseWriter, r *http.Request) error {
	e, err := h.addressed(r)
	if err != nil {
		return err
	}
	match, err := recipient(r, e.ID)
	if err != nil {
		return err
	}
	all, err := h.Store.Grants(r.Context(), match)
	if err != nil {
		return err
	}
	for _, g := range all {
		g.Show(e)
	}
	switch {
	case match == fa.GrantMatch{EntityID: e.ID}:
		return respond(w, http.StatusOK, map[string]any{"grants": all})
	case len(all) == 0:
		return fa.ErrNotFound
	}
	return respond(w, http.StatusOK, map[string]any{"grant": all[0]})
}

func (h *Grants) delete(_ http.ResponseWriter, r *http.Request) error {
	e, err := h.addressed(r)
	if err != nil {
		return err
	}
	match, err := recipient(r, e.ID)
	if err != nil {
		return err
	}
	if match == (fa.GrantMatch{EntityID: e.ID}) {
		return fa.FieldError("userId", "missing", "You must specify the [userId] or the [recipientEntityId] parameter.")
	}
	return h.Store.DeleteGrant(r.Context(), match)
}

// recipient reads whose grant for an entity is meant; nobody's in particular
// when there is no parameter.
func recipient(r *http.Request, entity fa.ID) (fa.GrantMatch, error) {
	var errs fa.Errors
	q := r.URL.Query()
	match := fa.GrantMatch{EntityID: entity, RecipientEntityID: idIn(&errs, q, "recipientEntityId"), UserID: idIn(&errs, q, "userId")}
	return match, errs.OrNil()
}

// addressed is the entity that the path names, with its type, if the caller may
// see it.
func (h *Grants) addressed(r *http.Request) (*fa.Entity, error) {
	id, err := pathID(r, "entityId")
	if err != nil {
		return nil, err
	}
	e, err := h.entity(r.Context(), id)
	if err == nil && !callerOf(r).sees(e.TenantID) {
		err = fa.ErrNotFound
	}
	return e, err
}

// entity is one with its whole type.
func (h *Grants) entity(ctx context.Context, id fa.ID) (*fa.Entity, error) {
	e, err := h.Entities.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return e, entityViews{h.Types}.complete(ctx, e)
}

func (h *Grants) search(w http.ResponseWriter, r *http.Request) error {
	c, err := readCriteria(r)
	if err != nil {
		return err
	}
	order, err := c.sorting("name ASC")
	if err != nil {
		return err
	}
	found, total, err := h.Store.SearchGrants(r.Context(), fa.GrantSearch{
		GrantMatch: fa.GrantMatch{EntityID: c.EntityID, UserID: c.UserID}, TenantID: callerOf(r).tenant, Name: c.Name,
		Limit: c.NumberOfResults, Offset: c.StartRow, Order: order,
	})
	if err != nil {
		return err
	}
	for _, g := range found {
		e, err := h.entity(r.Context(), g.Entity.ID)
		if err != nil {
			return err
		}
		g.Show(e)
	}
	return respond(w, http.StatusOK, map[string]any{"grants": found, "total": total})
}
