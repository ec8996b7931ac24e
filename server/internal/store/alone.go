package store

import (
	"context"
	"errors"
	"fmt"
)

// Alone runs start while no other server of this database does: of several that
// meet an empty database, one fills it. SQLite has one server anyway.
func (db *DB) Alone(ctx context.Context, start func(context.Context) error) (err error) {
	if db.migrations != "postgres" {
		return start(ctx)
	}
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	const name = "(hashtext('wherry starts ' || current_schema()))"
	if _, err := conn.ExecContext(ctx, "select pg_advisory_lock"+name); err != nil {
		return fmt.Errorf("wait for another server that starts: %w", err)
	}
	defer func() {
		if _, unlock := conn.ExecContext(context.WithoutCancel(ctx), "select pg_advisory_unlock"+name); unlock != nil {
			err = errors.Join(err, fmt.Errorf("let other servers start: %w", unlock))
		}
	}()
	return start(ctx)
}
