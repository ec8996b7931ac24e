package store

import (
	"context"
	"fmt"
	"slices"

	"wherry/server/internal/fa"
	"wherry/server/internal/search"
)

// SearchEntities returns a page of the entities found, with their types by id
// alone, and how many there are in all; next is where the page after begins, nil
// if there is none. There are so few that all are looked at.
func (db *DB) SearchEntities(ctx context.Context, r search.Request) (all []*fa.Entity, total int, next search.Position, err error) {
	s := &sieve{Request: r}
	m := search.Entities.Matcher(r.Query, r.Sort)
	where := conditions{}
	where.id("e.tenant_id", fa.ID(r.Tenant))
	_, err = list(ctx, db.reader, func(row scanner) (none struct{}, err error) {
		var id string
		var doc, kind []byte
		if err := row.Scan(&id, &doc, &kind); err != nil {
			return none, err
		}
		at, meets, err := m.Match(search.Document{JSON: doc, Below: map[string][]byte{"type": kind}})
		if meets {
			s.take(hit{append(at, id), fa.ID(id)})
		}
		return none, err
	}, "select e.id, e.doc, t.doc from entities e join entity_types t on t.id = e.entity_type_id where "+where.String(), where.args...)
	if err != nil {
		return nil, 0, nil, fmt.Errorf("search entities: %w", err)
	}
	page, total := s.page()
	ids := make([]fa.ID, len(page.hits))
	for i, h := range page.hits {
		ids[i] = h.key.(fa.ID)
	}
	all, err = db.EntitiesByID(ctx, fa.ID(r.Tenant), ids)
	return all, total, page.next, err
}

// EntitiesByID returns those of the entities that exist, in the order of their
// ids. With a tenant, only that one's.
func (db *DB) EntitiesByID(ctx context.Context, tenant fa.ID, ids []fa.ID) ([]*fa.Entity, error) {
	all := []*fa.Entity{}
	for some := range slices.Chunk(ids, usersAtOnce) {
		args := make([]any, len(some))
		for i, id := range some {
			args[i] = id
		}
		found, err := list(ctx, db.reader, db.Entities.scan, "select doc from entities where id in "+db.rows(1, len(args)), args...)
		if err != nil {
			return nil, fmt.Errorf("look up entities: %w", err)
		}
		byID := map[fa.ID]*fa.Entity{}
		for _, e := range found {
			byID[e.ID] = e
		}
		for _, id := range some {
			if e, ok := byID[id]; ok && (tenant == "" || e.TenantID == tenant) {
				all = append(all, e)
			}
		}
	}
	return all, nil
}
