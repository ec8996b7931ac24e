package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"unicode/utf8"

	"wherry/server/internal/fa"
)

var entityTypes = kind[fa.EntityType]{
	name:    "entityType",
	table:   "entity_types",
	blank:   fa.NewEntityType,
	id:      func(t *fa.EntityType) fa.ID { return t.ID },
	columns: []string{"name_key", "insert_instant"},
	values:  func(t *fa.EntityType) []any { return []any{key(t.Name), t.InsertInstant} },
	unique: []unique[fa.EntityType]{{
		columns: []string{"name_key"}, values: func(t *fa.EntityType) []any { return []any{key(t.Name)} },
		taken: func(t *fa.EntityType, errs *fa.Errors) {
			errs.Field("entityType.name", "duplicate", "An entity type with name = [%s] already exists.", t.Name)
		},
	}},
}

var entities = kind[fa.Entity]{
	name:    "entity",
	table:   "entities",
	blank:   fa.NewEntity,
	id:      func(e *fa.Entity) fa.ID { return e.ID },
	columns: []string{"tenant_id", "entity_type_id", "parent_id", "client_id", "name_key", "insert_instant"},
	values: func(e *fa.Entity) []any {
		return []any{e.TenantID, e.Type.ID, orNull(string(e.ParentID)), e.ClientID, key(e.Name), e.InsertInstant}
	},
	unique: []unique[fa.Entity]{{
		columns: []string{"client_id"}, values: func(e *fa.Entity) []any { return []any{e.ClientID} },
		taken: func(e *fa.Entity, errs *fa.Errors) {
			errs.Field("entity.clientId", "duplicate", "An entity with clientId = [%s] already exists.", e.ClientID)
		},
	}},
}

// EntityTypes is the table of entity types.
type EntityTypes struct{ Documents[fa.EntityType] }

// Delete removes a type that no entity has.
func (d EntityTypes) Delete(ctx context.Context, id fa.ID) error {
	err := d.db.execOne(ctx,
		"delete from entity_types where id = $1 and not exists (select 1 from entities where entity_type_id = $1)", id)
	if errors.Is(err, fa.ErrNotFound) {
		if _, err := d.Get(ctx, id); err != nil {
			return err
		}
		return fa.GeneralError("inUse", "There are entities of the type [%s]. Delete them first.", id)
	}
	return d.wrap("delete", err)
}

// Entities is the table of entities.
type Entities struct{ Documents[fa.Entity] }

// Client returns the entity with that client id.
func (d Entities) Client(ctx context.Context, clientID string) (*fa.Entity, error) {
	if strings.ContainsRune(clientID, 0) || !utf8.ValidString(clientID) {
		return nil, fa.ErrNotFound
	}
	e, err := d.one(ctx, d.db.reader, "client_id = $1", clientID)
	return e, d.wrap("find", err)
}

// Delete removes an entity and its grants. Its children have no parent
// afterwards.
func (d Entities) Delete(ctx context.Context, id fa.ID) error {
	err := d.db.tx(ctx, func(tx *sql.Tx) error {
		children, err := list(ctx, tx, d.scan, "select doc from entities where parent_id = $1"+d.db.forUpdate, id)
		if err != nil {
			return err
		}
		for _, child := range children {
			child.ParentID = ""
			if err := d.put(ctx, tx, d.updateSQL(), child, child.ID); err != nil {
				return err
			}
		}
		return affectsOne(tx.ExecContext(ctx, "delete from entities where id = $1", id))
	})
	return d.wrap("delete", err)
}
