// Package workspace is the journal of a crossing: who was read from the pool,
// what becomes of them, how far they have come, and which run did it. It is one
// SQLite file, or a PostgreSQL schema that several machines share.
//
// Everything that lasts is written in a transaction together with the
// checkpoint that says so, so a process may end anywhere: what is in the
// workspace is whole, and the next run goes on from there.
//
//	Workspace      the file; Pool gives a pool's part of it
//	Pool           what is known: Users, User, Find, Tally, Collisions
//	Run            one run of one kind; whatever is written, a run writes
//	Scan, Shard    reading a pool, in parts with a checkpoint each
//	Batch          users that one run works on, and no other
//
// The package knows no FusionAuth and no Cognito: documents are JSON that it
// does not look into. Nothing is held in memory but the page at hand.
package workspace

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"wherry/internal/exit"
)

// Default is where a workspace is when nobody says otherwise.
const Default = "wherry.db"

// Options say how a workspace is opened.
type Options struct {
	// Pools are the ids of all pools of the crossing. A workspace that holds
	// another one is refused. None: any will do.
	Pools []string

	// Existing refuses to make a new workspace.
	Existing bool

	// Lock opens a workspace whose documents are encrypted, and makes a new one
	// so.
	Lock Lock

	Now    func() time.Time // nil stands for time.Now
	Random io.Reader        // nil stands for crypto/rand
}

// Workspace is an open workspace of the current version. Its methods may be
// called by many goroutines at a time.
type Workspace struct {
	dialect
	writer, reader *sql.DB
	release        func() error
	place          string
	seal           *seal
	now            func() time.Time
	random         io.Reader
}

// dialect is everything the two databases disagree about.
type dialect struct {
	postgres   bool
	skipLocked string // leaves rows alone that another machine is taking
	isVictim   func(error) bool
	isFull     func(error) bool // is there no room on the disk?
}

// Open opens the workspace in the file at place, or at a postgres:// URL, and
// makes it when it is not there yet. The errors say what to do next.
func Open(ctx context.Context, place string, o Options) (*Workspace, error) {
	w, err := connect(ctx, place, o.Existing)
	if err != nil {
		return nil, err
	}
	w.now, w.random = o.Now, o.Random
	if w.now == nil {
		w.now = time.Now
	}
	if w.random == nil {
		w.random = rand.Reader
	}
	if err := w.begin(ctx, o); err != nil {
		return nil, errors.Join(w.full(err), w.Close())
	}
	return w, nil
}

func (w *Workspace) begin(ctx context.Context, o Options) error {
	if err := w.migrate(ctx); err != nil {
		return err
	}
	if err := w.unlock(ctx, o.Lock); err != nil {
		return err
	}
	return w.admit(ctx, o.Pools)
}

func connect(ctx context.Context, place string, existing bool) (*Workspace, error) {
	if IsURL(place) {
		return openPostgres(ctx, place)
	}
	return openSQLite(ctx, place, existing)
}

// IsURL tells whether a workspace is in PostgreSQL, and not in a file.
func IsURL(place string) bool {
	return strings.HasPrefix(place, "postgres://") || strings.HasPrefix(place, "postgresql://")
}

// Shared tells whether several runs of a kind may share the work.
func (w *Workspace) Shared() bool { return w.postgres }

// Place is how the workspace is called in messages: its path, or the URL
// without the password.
func (w *Workspace) Place() string { return w.place }

// Close closes the workspace.
func (w *Workspace) Close() error {
	err := w.writer.Close()
	if w.reader != w.writer {
		err = errors.Join(w.reader.Close(), err)
	}
	return errors.Join(err, w.release())
}

func (w *Workspace) instant() int64 { return w.now().UnixMilli() }

// attempts is how often a transaction is tried.
const attempts = 5

// tx runs change in a transaction, once more when the database gave it up so
// that others could go on. Inside it nothing but the transaction may be asked:
// with one writer that would be waiting for oneself.
func (w *Workspace) tx(ctx context.Context, change func(*sql.Tx) error) (err error) {
	for range attempts {
		if err = w.try(ctx, change); err == nil || !w.isVictim(err) {
			break
		}
	}
	return w.full(err)
}

// exec runs one statement outside of a transaction, and tells how many rows it
// changed.
func (w *Workspace) exec(ctx context.Context, statement string, args ...any) (int, error) {
	n, err := affected(ctx, w.writer, statement, args...)
	return n, w.full(err)
}

// full says of a disk without room which one it is, and what to do. Other errors
// stay as they are.
func (w *Workspace) full(err error) error {
	if err == nil || exit.Hint(err) != "" || !w.isFull(err) {
		return err
	}
	where := w.place
	if dir, absErr := filepath.Abs(filepath.Dir(w.place)); absErr == nil && !w.postgres {
		where = filepath.Base(w.place) + " in " + dir
	}
	return exit.With(exit.Failed, fmt.Errorf("there is no room for the workspace %s: %w", where, err),
		"make room there and run the same command again: what was written is whole")
}

func (w *Workspace) try(ctx context.Context, change func(*sql.Tx) error) error {
	tx, err := w.writer.BeginTx(ctx, nil)
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

// setting is a row of the workspace's own table, "" when there is none.
func setting(ctx context.Context, q querier, name string) (value string, err error) {
	err = q.QueryRowContext(ctx, "select value from workspace where name = $1", name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, err
}

// set makes a row of the workspace's own table unless it is there, and answers
// with what is there then.
func set(ctx context.Context, tx *sql.Tx, name, value string) (string, error) {
	_, err := tx.ExecContext(ctx, "insert into workspace (name, value) values ($1, $2) on conflict (name) do nothing", name, value)
	if err != nil {
		return "", err
	}
	return setting(ctx, tx, name)
}
