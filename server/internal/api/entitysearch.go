package api

import (
	"context"
	"net/http"

	"wherry/server/internal/fa"
	"wherry/server/internal/search"
)

// EntitySearch serves /api/entity/search.
//
// Source: https://fusionauth.io/docs/apis/entities/entities#search-for-entities
type EntitySearch struct {
	Store interface {
		SearchEntities(ctx context.Context, r search.Request) (found []*fa.Entity, total int, next search.Position, err error)
		EntitiesByID(ctx context.Context, tenant fa.ID, ids []fa.ID) ([]*fa.Entity, error)
	}
	Types Documents[fa.EntityType]
}

// Mount registers the endpoints. A change can be found at once, so there is
// nothing to flush.
func (h *EntitySearch) Mount(m *Mux) {
	m.Handle("GET /api/entity/search", h.search)
	m.Handle("POST /api/entity/search", h.search)
	m.Handle("PUT /api/entity/search", flushed)
}

func (h *EntitySearch) search(w http.ResponseWriter, r *http.Request) error {
	s, err := readIndexSearch(r)
	if err != nil {
		return err
	}
	tenant := callerOf(r).tenant
	if len(s.IDs) > 0 {
		found, err := h.Store.EntitiesByID(r.Context(), tenant, s.IDs)
		if err != nil {
			return err
		}
		return h.respond(w, r, s, found, len(found), search.Request{}, nil)
	}
	request, err := s.request(search.Entities, tenant)
	if err != nil {
		return err
	}
	found, total, next, err := h.Store.SearchEntities(r.Context(), request)
	if err != nil {
		return err
	}
	return h.respond(w, r, s, found, total, request, next)
}

func (h *EntitySearch) respond(w http.ResponseWriter, r *http.Request, s indexSearch, found []*fa.Entity, total int, request search.Request, next search.Position) error {
	if err := (entityViews{h.Types}).complete(r.Context(), found...); err != nil {
		return err
	}
	return s.respond(w, "entities", found, total, request, next)
}
