package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Setting returns a fact about this instance, such as the id of its default
// tenant, or "".
func (db *DB) Setting(ctx context.Context, name string) (value string, err error) {
	err = db.reader.QueryRowContext(ctx, "select value from instance where name = $1", name).Scan(&value)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read the setting %s: %w", name, err)
	}
	return value, nil
}

// Settle writes a fact about this instance.
func (db *DB) Settle(ctx context.Context, name, value string) error {
	if _, err := db.exec(ctx,
		"insert into instance (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value", name, value); err != nil {
		return fmt.Errorf("write the setting %s: %w", name, err)
	}
	return nil
}
