package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// pragmas travel in the DSN: sent as a statement they would reach one
// connection of the pool.
const pragmas = "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)" +
	"&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(ON)&_pragma=cache_size(-65536)"

// readers bounds the connections that read beside the one writer.
const readers = 8

func openSQLite(ctx context.Context, path string) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	unlock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, err
	}
	dsn := "file:" + path + pragmas
	writer, err := sql.Open("sqlite", dsn+"&_txlock=immediate")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), unlock())
	}
	writer.SetMaxOpenConns(1)
	db := &DB{dialect: dialect{migrations: "sqlite", isUnique: isUniqueSQLite}, writer: writer, reader: writer, release: unlock}
	if err := db.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), db.Close())
	}
	if db.reader, err = sql.Open("sqlite", dsn+"&_pragma=query_only(ON)"); err != nil {
		db.reader = writer
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	db.reader.SetMaxOpenConns(readers)
	db.reader.SetMaxIdleConns(readers)
	return db, os.Chmod(path, 0o600)
}

func isUniqueSQLite(err error) bool {
	refused, ok := errors.AsType[*sqlite.Error](err)
	return ok && (refused.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || refused.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}
