package store

import (
	"context"
	"fmt"
)

// Setting returns a fact about this instance, such as the id of its default
// tenant, or "".
func (db *DB) Setting(ctx context.Context, name string) (string, error) {
	all, err := list(ctx, db.reader, scanText, "select value from instance where name = $1", name)
	if err != nil || len(all) == 0 {
		return "", wrapSetting(name, err)
	}
	return all[0], nil
}

// Settle writes a fact about this instance.
func (db *DB) Settle(ctx context.Context, name, value string) error {
	_, err := db.writer.ExecContext(ctx,
		"insert into instance (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value", name, value)
	return wrapSetting(name, err)
}

func wrapSetting(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("setting %s: %w", name, err)
}

func scanText(row scanner) (text string, err error) {
	err = row.Scan(&text)
	return text, err
}
