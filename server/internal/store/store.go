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
	"iter"
	"math"
	"strings"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/jobs"
	"wherry/server/internal/seal"
)

// DB is an open database of the current schema.
type DB struct {
	Tenants      Documents[fa.Tenant]
	Applications Applications
	Connectors   Connectors
	APIKeys      Documents[fa.APIKey]
	SigningKeys  Documents[fa.SigningKey]
	Groups       Documents[fa.Group]
	EntityTypes  EntityTypes
	Entities     Entities
	ActionLogs   ActionLogs
	UserConsents UserConsents
	Catalog
	Jobs

	dialect
	writer, reader *sql.DB
	ring           *seal.Ring // empty until UseKeys
	aside          aside
	changes        changes
	repeat         often
	now            func() time.Time
	release        func() error
}

// dialect is everything the two databases disagree about. Adding to it should
// feel expensive: look first for a statement both accept.
type dialect struct {
	migrations string           // folder below migrations/
	forUpdate  string           // locks the row a transaction is about to rewrite; others may still refer to it
	skipLocked string           // the same, passing over rows that somebody else has locked
	isUnique   func(error) bool // did a unique constraint refuse the row?
	isVictim   func(error) bool // was the transaction given up so that others could go on?

	questions int // how many of those that are gathered are out at a time

	parses  bool   // is a statement parsed each time it is run?
	inOrder string // behind a table's name: go through users in the order of their numbers
	listed  string // the numbers in a list of JSON, which is the argument %s

	isConstraint func(error) bool // did any constraint refuse the row?
	load         func(ctx context.Context, db *DB, tables []loaded) error
	noteLogin    func(ctx context.Context, db *DB, changed []replacement, r fa.LoginRecord) error
	scratch      string // the folder for temporary files; empty: the system's
}

// Open opens the database at url, a postgres:// URL, or in the file at path
// when url is empty, and migrates it. A database that is newer than this
// program is refused. What is secret in it needs UseKeys first.
func Open(ctx context.Context, url, path string, now func() time.Time) (*DB, error) {
	db, err := connect(ctx, url, path)
	if err != nil {
		return nil, err
	}
	if err := db.migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	db.now, db.ring = now, &seal.Ring{}
	db.Tenants = Documents[fa.Tenant]{db, tenants}
	db.Applications = Applications{Documents[fa.Application]{db, applications}}
	db.Connectors = Connectors{Documents[fa.Connector]{db, connectors}}
	db.APIKeys = Documents[fa.APIKey]{db, apiKeys}
	db.SigningKeys = Documents[fa.SigningKey]{db, signingKeys}
	db.Groups = Documents[fa.Group]{db, groups}
	db.EntityTypes = EntityTypes{Documents[fa.EntityType]{db, entityTypes}}
	db.Entities = Entities{Documents[fa.Entity]{db, entities}}
	db.ActionLogs = ActionLogs{Documents[fa.UserActionLog]{db, actionLogs}}
	db.UserConsents = UserConsents{Documents[fa.UserConsent]{db, userConsents}}
	db.Catalog = newCatalog(db)
	db.Jobs = Jobs{db, make(chan struct{}, 1)}
	db.IdentityProviders.exclusive = db.ownDomains
	return db, nil
}

// connect opens a database of whatever version.
func connect(ctx context.Context, url, path string) (*DB, error) {
	if url != "" {
		return openPostgres(ctx, url)
	}
	return openSQLite(path)
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

// attempts is how often a transaction is tried.
const attempts = 5

// tx runs change in a transaction, once more when the database gave it up.
func (db *DB) tx(ctx context.Context, change func(*sql.Tx) error) error {
	return db.retry(func() error { return db.try(ctx, change) })
}

func (db *DB) retry(do func() error) (err error) {
	for range attempts {
		if err = do(); err == nil || !db.isVictim(err) {
			break
		}
	}
	return err
}

func (db *DB) try(ctx context.Context, change func(*sql.Tx) error) error {
	db.repeat.catchUp(ctx, db.writer)
	tx, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	if err := change(tx); err != nil {
		return err
	}
	left, err := db.leave(ctx, func(row []any) error { _, err := db.often(tx).ExecContext(ctx, insertJob, row...); return err })
	if err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	db.tell(left)
	return nil
}

// one is tx for a change that is a single statement: that is a transaction by
// itself, unless jobs go along.
func (db *DB) one(ctx context.Context, change func(querier) error) error {
	due, err := jobs.Due(ctx)()
	if err != nil {
		return err
	}
	if len(due) == 0 {
		return db.retry(func() error { return change(db.writer) })
	}
	return db.tx(ctx, func(tx *sql.Tx) error { return change(tx) })
}

// exec runs a single statement.
func (db *DB) exec(ctx context.Context, statement string, args ...any) (result sql.Result, err error) {
	err = db.one(ctx, func(q querier) error {
		result, err = q.ExecContext(ctx, statement, args...)
		return err
	})
	return result, err
}

// execOne is exec for a statement that has something to change: otherwise it is
// fa.ErrNotFound, and no jobs go along.
func (db *DB) execOne(ctx context.Context, statement string, args ...any) error {
	return db.one(ctx, func(q querier) error { return affectsOne(q.ExecContext(ctx, statement, args...)) })
}

// hold lets one transaction at a time change what hangs on a row.
func (db *DB) hold(ctx context.Context, tx *sql.Tx, table string, id fa.ID) error {
	var found fa.ID
	return missing(tx.QueryRowContext(ctx, "select id from "+table+" where id = $1"+db.forUpdate, id).Scan(&found))
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
	defer rows.Close()
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

// atOnce is how many rows of a log are read at once.
const atOnce = 1000

// each goes through the rows of a log, from the newest on. It reads them page by
// page, each before a number, so that no connection is held while somebody slow
// takes them in.
func each[T any](find func(before int64) ([]T, error), number func(T) int64) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for before := int64(math.MaxInt64); ; {
			found, err := find(before)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, v := range found {
				if before = number(v); !yield(v, nil) {
					return
				}
			}
			if len(found) < atOnce {
				return
			}
		}
	}
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
