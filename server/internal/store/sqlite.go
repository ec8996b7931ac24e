package store

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// pragmas travel in the DSN: sent as a statement they would reach one
// connection of the pool. The cache is the connection's own, so the one writer
// gets most of it, in KiB.
const (
	pragmas = "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(ON)"
	writing = "&_txlock=immediate&_pragma=cache_size(-65536)"
	reading = "&_pragma=query_only(ON)&_pragma=cache_size(-8192)"
)

// readers bounds the connections that read beside the one writer.
const readers = 8

func openSQLite(path string) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	unlock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, err
	}
	if err := keepPrivate(path); err != nil {
		return nil, errors.Join(err, unlock())
	}
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + pragmas
	writer, writerErr := sql.Open("sqlite", dsn+writing)
	reader, readerErr := sql.Open("sqlite", dsn+reading)
	if err := errors.Join(writerErr, readerErr); err != nil { // no file was opened yet, so there is none to close
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), unlock())
	}
	writer.SetMaxOpenConns(1)
	reader.SetMaxOpenConns(readers)
	reader.SetMaxIdleConns(readers)
	return &DB{
		dialect: dialect{
			migrations: "sqlite", isUnique: isUniqueSQLite, isVictim: func(error) bool { return false },
			isConstraint: isConstraintSQLite, load: loadSQLite, noteLogin: noteInTurn, parses: true,
			questions: runtime.GOMAXPROCS(0),
			inOrder:   " not indexed", // it would collect all of a tenant first, and sort them
			listed:    "(select value from json_each(%s))", scratch: filepath.Dir(path),
		},
		writer: writer, reader: reader, release: unlock,
	}, nil
}

// keepPrivate makes sure that only the owner can read the file before there is
// anything in it. SQLite gives the files beside it the same rights.
func keepPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	if err := errors.Join(f.Chmod(0o600), f.Close()); err != nil {
		return fmt.Errorf("keep the database private: %w", err)
	}
	return nil
}

func isUniqueSQLite(err error) bool {
	refused, ok := errors.AsType[*sqlite.Error](err)
	return ok && (refused.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || refused.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

func isConstraintSQLite(err error) bool {
	refused, ok := errors.AsType[*sqlite.Error](err)
	return ok && refused.Code()&0xff == sqlite3.SQLITE_CONSTRAINT
}
