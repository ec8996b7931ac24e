package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"wherry/server/internal/fa"
)

// LockOut keeps a user from signing in until then, in milliseconds, by an
// action that is configured. Being locked out already, it is from now on until
// then.
func (db *DB) LockOut(ctx context.Context, user, action fa.ID, until int64) error {
	if _, err := db.writer.ExecContext(ctx, `insert into lockouts (user_id, user_action_id, expires_instant) values ($1, $2, $3)
		on conflict (user_id) do update set user_action_id = excluded.user_action_id, expires_instant = excluded.expires_instant`,
		user, action, until); err != nil {
		return fmt.Errorf("lock a user out: %w", err)
	}
	return nil
}

// Lockout returns by which action a user is locked out, and until when, or
// fa.ErrNotFound.
func (db *DB) Lockout(ctx context.Context, user fa.ID) (action fa.ID, until int64, err error) {
	err = db.reader.QueryRowContext(ctx, "select user_action_id, expires_instant from lockouts where user_id = $1 and expires_instant > $2",
		user, db.now().UnixMilli()).Scan(&action, &until)
	if errors.Is(err, sql.ErrNoRows) {
		return "", 0, fa.ErrNotFound
	}
	if err != nil {
		return "", 0, fmt.Errorf("read a lockout: %w", err)
	}
	return action, until, nil
}

// EndLockout lets a user sign in again.
func (db *DB) EndLockout(ctx context.Context, user fa.ID) error {
	if _, err := db.writer.ExecContext(ctx, "delete from lockouts where user_id = $1", user); err != nil {
		return fmt.Errorf("end a lockout: %w", err)
	}
	return nil
}
