package workspace

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"wherry/internal/exit"
)

// Pragmas travel in the DSN: sent as a statement they would reach one
// connection of the pool. Several processes may use the file at a time, each
// with one writer, so a writer waits for the others. What is deleted is
// overwritten, as purge promises. The log may have 16 MB before it is written
// back, which is when the disk has to be waited for.
const (
	pragmas = "?_pragma=busy_timeout(60000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)" +
		"&_pragma=foreign_keys(ON)&_pragma=secure_delete(ON)"
	writing = "&_pragma=wal_autocheckpoint(4000)&_txlock=immediate&_pragma=cache_size(-16384)"
	reading = "&_pragma=query_only(ON)&_pragma=cache_size(-2048)"
)

// readers bounds the connections that read beside the one writer.
const readers = 4

// mark is SQLite's application_id of a workspace, "Whry".
//
// Source: https://www.sqlite.org/pragma.html#pragma_application_id
const mark = 0x57687279

func openSQLite(ctx context.Context, path string, existing bool) (*Workspace, error) {
	if err := keepPrivate(path, existing); err != nil {
		return nil, err
	}
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + pragmas
	writer, writerErr := sql.Open("sqlite", dsn+writing)
	reader, readerErr := sql.Open("sqlite", dsn+reading)
	if err := errors.Join(writerErr, readerErr); err != nil { // no file was opened yet, so there is none to close
		return nil, fmt.Errorf("open the workspace %s: %w", path, err)
	}
	writer.SetMaxOpenConns(1)
	reader.SetMaxOpenConns(readers)
	w := &Workspace{
		dialect: dialect{isVictim: func(error) bool { return false }, isFull: isFullSQLite},
		writer:  writer, reader: reader, place: path, release: func() error { return nil },
	}
	if err := w.first(ctx); err != nil {
		return nil, errors.Join(w.full(err), w.Close())
	}
	return w, nil
}

// first opens the file, which one process does at a time: a new one gets its
// write-ahead log then, and SQLite waits for nobody who does that.
func (w *Workspace) first(ctx context.Context) (err error) {
	unlock, err := waitForFile(ctx, w.place+".lock")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	return w.recognise(ctx)
}

// keepPrivate makes sure that only the owner can read the file before there is
// anything in it. SQLite gives the files beside it the same rights.
func keepPrivate(path string, existing bool) error {
	if _, err := os.Stat(path); existing && errors.Is(err, fs.ErrNotExist) {
		return exit.With(exit.Usage, fmt.Errorf("there is no workspace %s", path),
			"run wherry export first, or name another file with --workspace")
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return exit.With(exit.Usage, fmt.Errorf("open the workspace: %w", err), "name a file that can be written with --workspace")
	}
	if err := errors.Join(f.Chmod(0o600), f.Close()); err != nil {
		return fmt.Errorf("keep the workspace private: %w", err)
	}
	return nil
}

// isFullSQLite recognises a full disk, which SQLite calls by another name when
// it is the index of the log that has no room.
func isFullSQLite(err error) bool {
	failed, ok := errors.AsType[*sqlite.Error](err)
	return ok && (failed.Code()&0xff == sqlite3.SQLITE_FULL || failed.Code() == sqlite3.SQLITE_IOERR_SHMSIZE)
}

// recognise marks an empty file and refuses one that something else made.
func (w *Workspace) recognise(ctx context.Context) error {
	var id, tables int
	err := w.writer.QueryRowContext(ctx, "pragma application_id").Scan(&id)
	if err == nil {
		err = w.writer.QueryRowContext(ctx, "select count(*) from sqlite_schema").Scan(&tables)
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("open the workspace: %w", ctx.Err())
	case w.isFull(err):
		return err
	case err != nil:
		return exit.With(exit.Failed, fmt.Errorf("open the workspace %s: %w", w.place, err),
			"name another file with --workspace, or restore this one from a copy")
	case id == mark:
		return nil
	case tables > 0:
		return exit.With(exit.Usage, fmt.Errorf("%s is a database, but no workspace", w.place), "name another file with --workspace")
	}
	if _, err := w.writer.ExecContext(ctx, fmt.Sprintf("pragma application_id = %d", mark)); err != nil {
		return fmt.Errorf("begin the workspace %s: %w", w.place, err)
	}
	return nil
}
