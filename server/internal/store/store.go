// Package store keeps the server's objects in SQLite or PostgreSQL: one text
// per statement for both, documents as JSON beside the few columns that SQL
// must look up, order or keep unique.
//
// Exported methods open their own transaction. Functions that are handed to
// them run inside it, may be called again on a retry, and must not call the
// store: with one writer that would be waiting for oneself.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"wherry/server/internal/fa"
)

// DB is an open database of the current schema.
type DB struct {
	Tenants      Documents[fa.Tenant]
	Applications Documents[fa.Application]
	Connectors   Documents[fa.Connector]
	APIKeys      Documents[fa.APIKey]
	SigningKeys  Documents[fa.SigningKey]
	Groups       Documents[fa.Group]
	EntityTypes  EntityTypes
	Entities     Entities

	dialect
	writer, reader *sql.DB
	now            func() time.Time
	release        func() error
}

// dialect is everything the two databases disagree about. Adding to it should
// feel expensive: look first for a statement both accept.
type dialect struct {
	migrations string           // folder below migrations/
	forUpdate  string           // locks the row a transaction is about to rewrite
	isUnique   func(error) bool // did a unique constraint refuse the row?
}

// Open opens the database at url, a postgres:// URL, or in the file at path
// when url is empty, and migrates it. A database that is newer than this
// program is refused.
func Open(ctx context.Context, url, path string, now func() time.Time) (*DB, error) {
	open := func() (*DB, error) { return openSQLite(ctx, path) }
	if url != "" {
		open = func() (*DB, error) { return openPostgres(ctx, url) }
	}
	db, err := open()
	if err != nil {
		return nil, err
	}
	db.now = now
	db.Tenants = Documents[fa.Tenant]{db, tenants}
	db.Applications = Documents[fa.Application]{db, applications}
	db.Connectors = Documents[fa.Connector]{db, connectors}
	db.APIKeys = Documents[fa.APIKey]{db, apiKeys}
	db.SigningKeys = Documents[fa.SigningKey]{db, signingKeys}
	db.Groups = Documents[fa.Group]{db, groups}
	db.EntityTypes = EntityTypes{Documents[fa.EntityType]{db, entityTypes}}
	db.Entities = Entities{Documents[fa.Entity]{db, entities}}
	return db, nil
}

// Close closes the database.
func (db *DB) Close() error {
	err := db.writer.Close()
	if db.reader != db.writer {
		err = errors.Join(db.reader.Close(), err)
	}
	return errors.Join(err, db.release())
}

// Ping tells whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.reader.PingContext(ctx) }

// tx runs change in a transaction.
func (db *DB) tx(ctx context.Context, change func(*sql.Tx) error) error {
	tx, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	if err := change(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// querier is what a pool and a transaction have in common.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// list runs a query and scans each row.
func list[T any](ctx context.Context, q querier, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err has the last word
	all := []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// scanner is a row, or the rows that stand at one.
type scanner interface{ Scan(dest ...any) error }

// missing turns an absent row into fa.ErrNotFound.
func missing(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fa.ErrNotFound
	}
	return err
}

// affectsOne turns a change of no row into fa.ErrNotFound.
func affectsOne(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, fa.ErrNotFound)
	}
	return nil
}

// key is how names that ignore case are compared.
func key(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// orNull stores an empty text as null, so that it never collides.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}
