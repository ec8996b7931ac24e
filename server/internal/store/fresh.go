package store

import (
	"context"
	"database/sql"
	"fmt"
)

// tables is every table with objects, dependants first.
var tables = []string{
	"entity_grants", "entities", "entity_types", "group_members", "groups",
	"external_identifiers", "registrations", "users", "applications", "tenants", "connectors", "api_keys", "signing_keys", "event_log", "instance",
}

// Wipe removes everything but the schema: what an interrupted first start has
// left behind is not a state to go on from.
func (db *DB) Wipe(ctx context.Context) error {
	return db.tx(ctx, func(tx *sql.Tx) error {
		for _, table := range tables {
			if _, err := tx.ExecContext(ctx, "delete from "+table); err != nil {
				return fmt.Errorf("empty %s: %w", table, err)
			}
		}
		return nil
	})
}

// Untouched tells whether nobody has added anything to what every instance has
// from the start: no API key, no user, one tenant, two applications, one
// connector, one signing key.
func (db *DB) Untouched(ctx context.Context) (bool, error) {
	var untouched bool
	err := db.reader.QueryRowContext(ctx, `select not exists (select 1 from api_keys) and not exists (select 1 from users)
		and (select count(*) from tenants) = 1 and (select count(*) from applications) = 2
		and (select count(*) from connectors) = 1 and (select count(*) from signing_keys) = 1`).Scan(&untouched)
	if err != nil {
		return false, fmt.Errorf("look what the database holds: %w", err)
	}
	return untouched, nil
}
