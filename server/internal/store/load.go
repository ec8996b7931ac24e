package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// The fastest way of each database to take in many rows, in one transaction.

// loaded is rows on their way into a table. next returns nil at the end.
type loaded struct {
	table   string
	columns []string
	open    func() (next func() ([]any, error), err error)
}

// loadSQLite holds the only writer no longer than it must: what a large
// transaction leaves in the log is copied into the database afterwards, on
// another connection. Otherwise the next writer would have to do it.
func loadSQLite(ctx context.Context, db *DB, tables []loaded) error {
	err := db.loadAlone(ctx, tables)
	// The rows are stored, whatever becomes of this.
	_, _ = db.reader.ExecContext(context.WithoutCancel(ctx), "pragma wal_checkpoint(passive)")
	return err
}

func (db *DB) loadAlone(ctx context.Context, tables []loaded) error {
	whole := context.WithoutCancel(ctx)
	defer db.aside.hold(whole)()
	if _, err := db.writer.ExecContext(ctx, "pragma wal_autocheckpoint = 0"); err != nil {
		return fmt.Errorf("wait for the writer: %w", err)
	}
	err := db.try(ctx, func(tx *sql.Tx) error {
		for _, t := range tables {
			if err := insertAll(ctx, tx, t); err != nil {
				return fmt.Errorf("load %s: %w", t.table, err)
			}
		}
		return nil
	})
	_, _ = db.writer.ExecContext(whole, "pragma wal_autocheckpoint = 1000") // fails with its connection only
	return err
}

// insertAll runs a statement for each row: on SQLite several rows in one are
// slower. A statement whose context can end costs half as much again, so only
// the transaction's does.
func insertAll(ctx context.Context, tx *sql.Tx, t loaded) error {
	next, err := t.open()
	if err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	insert, err := tx.PrepareContext(ctx,
		"insert into "+t.table+" ("+strings.Join(t.columns, ", ")+") values ("+parameters(len(t.columns))+")")
	if err != nil {
		return err
	}
	defer insert.Close()
	next, stop := readAhead(next)
	defer stop()
	for {
		row, err := next()
		if err != nil || row == nil {
			return err
		}
		if _, err := insert.ExecContext(ctx, row...); err != nil {
			return err
		}
	}
}

// readAhead reads rows on a goroutine of its own while those before them are
// written. Once stop has returned, nobody reads any more.
func readAhead(from func() ([]any, error)) (next func() ([]any, error), stop func()) {
	type read struct {
		rows [][]any
		err  error
	}
	reads, enough := make(chan read, 2), make(chan struct{})
	go func() {
		defer close(reads)
		for more := true; more; {
			rows, err := some(from, readAtOnce)
			select {
			case reads <- read{rows, err}:
				more = len(rows) == readAtOnce && err == nil
			case <-enough:
				return
			}
		}
	}()
	var r read
	next = func() ([]any, error) {
		for len(r.rows) == 0 && r.err == nil {
			var more bool
			if r, more = <-reads; !more {
				return nil, nil
			}
		}
		if len(r.rows) == 0 {
			return nil, r.err
		}
		row := r.rows[0]
		r.rows = r.rows[1:]
		return row, nil
	}
	stop = func() {
		close(enough)
		for range reads { //nolint:revive // until it is closed
		}
	}
	return next, stop
}

const readAtOnce = 128 // rows

// loadPostgres copies.
func loadPostgres(ctx context.Context, db *DB, tables []loaded) (err error) {
	left := 0
	defer func() {
		if err == nil {
			db.tell(left)
		}
	}()
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return conn.Raw(func(driver any) error {
		return pgx.BeginFunc(ctx, driver.(*stdlib.Conn).Conn(), func(tx pgx.Tx) error {
			for _, t := range tables {
				next, err := t.open()
				if err != nil {
					return err
				}
				if _, err := tx.CopyFrom(ctx, pgx.Identifier{t.table}, t.columns, pgx.CopyFromFunc(next)); err != nil {
					return fmt.Errorf("load %s: %w", t.table, err)
				}
			}
			left, err = db.leave(ctx, func(row []any) error { _, err := tx.Exec(ctx, insertJob, row...); return err })
			return err
		})
	})
}
