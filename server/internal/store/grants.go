package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"wherry/server/internal/fa"
)

// scanGrant reads a grant whose entity is known by its id alone.
func scanGrant(row scanner) (*fa.EntityGrant, error) {
	var entity fa.ID
	var doc string
	if err := row.Scan(&entity, &doc); err != nil {
		return nil, missing(err)
	}
	g, e := fa.NewEntityGrant(), fa.NewEntity()
	e.ID = entity
	g.Entity = &e
	return &g, fa.Decode([]byte(doc), &g)
}

const grantColumns = "entity_id, doc"

func whereGrant(m fa.GrantMatch) (c conditions) {
	c.id("entity_id", m.EntityID)
	c.id("recipient_entity_id", m.RecipientEntityID)
	c.id("user_id", m.UserID)
	return c
}

// Grants returns the grants that agree with m, oldest first.
func (db *DB) Grants(ctx context.Context, m fa.GrantMatch) ([]*fa.EntityGrant, error) {
	where := whereGrant(m)
	all, err := list(ctx, db.reader, scanGrant,
		"select "+grantColumns+" from entity_grants where "+where.String()+" order by insert_instant, id", where.args...)
	if err != nil {
		return nil, fmt.Errorf("list grants: %w", err)
	}
	return all, nil
}

// WriteGrant stores a grant for g.Entity. One that is there already for the
// same recipient is replaced, and keeps its id and instant.
func (db *DB) WriteGrant(ctx context.Context, g *fa.EntityGrant) error {
	const (
		insert = "insert into entity_grants (id, entity_id, recipient_entity_id, user_id, insert_instant, doc) values ($1, $2, $3, $4, $5, $6)"
		update = "update entity_grants set entity_id = $2, recipient_entity_id = $3, user_id = $4, insert_instant = $5, doc = $6 where id = $1"
	)
	err := db.tx(ctx, func(tx *sql.Tx) error {
		if err := db.hold(ctx, tx, "entities", g.Entity.ID); err != nil {
			return err
		}
		where := whereGrant(fa.GrantMatch{EntityID: g.Entity.ID, RecipientEntityID: g.RecipientEntityID, UserID: g.UserID})
		there, err := scanGrant(tx.QueryRowContext(ctx, "select "+grantColumns+" from entity_grants where "+where.String(), where.args...))
		switch {
		case err == nil:
			g.ID, g.InsertInstant = there.ID, there.InsertInstant
			return db.storeGrant(ctx, tx, g, update)
		case errors.Is(err, fa.ErrNotFound):
			return db.storeGrant(ctx, tx, g, insert)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("write a grant: %w", err)
	}
	return nil
}

func (db *DB) storeGrant(ctx context.Context, tx *sql.Tx, g *fa.EntityGrant, statement string) error {
	plain := *g
	plain.Entity = nil
	doc, err := fa.EncodeWhole(plain)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	_, err = tx.ExecContext(ctx, statement,
		g.ID, g.Entity.ID, orNull(string(g.RecipientEntityID)), orNull(string(g.UserID)), g.InsertInstant, string(doc))
	if db.isUnique(err) {
		return fa.FieldError("grant.id", "duplicate", "A grant with id = [%s] already exists.", g.ID)
	}
	return err
}

// DeleteGrant removes the grant of one recipient, or says fa.ErrNotFound.
func (db *DB) DeleteGrant(ctx context.Context, m fa.GrantMatch) error {
	where := whereGrant(m)
	if err := db.execOne(ctx, "delete from entity_grants where "+where.String(), where.args...); err != nil {
		return fmt.Errorf("delete a grant: %w", err)
	}
	return nil
}

var grantSorting = sorting{"insertInstant": "g.insert_instant", "name": "e.name_key"}

// SearchGrants returns the grants found, and how many there are in all.
func (db *DB) SearchGrants(ctx context.Context, s fa.GrantSearch) ([]*fa.EntityGrant, int, error) {
	where := whereGrant(s.GrantMatch)
	where.id("e.tenant_id", s.TenantID)
	if s.Name != "" {
		where.also(`e.name_key like $%d escape '\'`, likePattern(s.Name))
	}
	from := " from entity_grants g join entities e on e.id = g.entity_id where " + where.String()
	order, err := grantSorting.by(s.Order)
	if err != nil {
		return nil, 0, fmt.Errorf("search grants: %w", err)
	}
	found, total, err := page(ctx, db.reader, scanGrant, "g.entity_id, g.doc", from, order+", g.id", where.args, s.Limit, s.Offset)
	if err != nil {
		return nil, 0, fmt.Errorf("search grants: %w", err)
	}
	return found, total, nil
}
