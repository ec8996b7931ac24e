package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Count adds one to how often something has happened and returns how often that
// is now. It starts over when window has passed since the first time. Only a
// hash of key is kept.
func (db *DB) Count(ctx context.Context, kind, key string, window time.Duration) (n int, err error) {
	now := db.now()
	if _, err := db.often(db.writer).ExecContext(ctx, "delete from counters where expires_instant <= $1", now.UnixMilli()); err != nil {
		return 0, fmt.Errorf("clear expired counters: %w", err)
	}
	err = db.often(db.writer).QueryRowContext(ctx, `insert into counters (hash, count, expires_instant) values ($1, 1, $2)
		on conflict (hash) do update set count = counters.count + 1 returning count`,
		digest(kind+":"+key), now.Add(window).UnixMilli()).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", kind, err)
	}
	return n, nil
}

// Counted returns how often something has happened lately.
func (db *DB) Counted(ctx context.Context, kind, key string) (n int, err error) {
	err = db.often(db.reader).QueryRowContext(ctx, "select count from counters where hash = $1 and expires_instant > $2",
		digest(kind+":"+key), db.now().UnixMilli()).Scan(&n)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("read the count of %s: %w", kind, err)
	}
	return n, nil
}
