package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"sync"

	"wherry/server/internal/fa"
)

// aside holds changes for which nobody has to wait while an import has SQLite's
// only writer.
type aside struct {
	mu      sync.Mutex
	imports int
	changes []func(context.Context)
}

// maxAside bounds what is held; what comes then waits as everybody does.
const maxAside = 100_000

// put takes in a change, if there is an import to wait for.
func (a *aside) put(change func(context.Context)) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.imports == 0 || len(a.changes) == maxAside {
		return false
	}
	a.changes = append(a.changes, change)
	return true
}

// hold says that an import has begun. The function that it returns says that it
// has ended, and makes the changes if it was the last one.
func (a *aside) hold(ctx context.Context) (release func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.imports++
	return func() {
		for _, change := range a.released() {
			change(ctx)
		}
	}
}

func (a *aside) released() (changes []func(context.Context)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.imports--; a.imports == 0 {
		changes, a.changes = a.changes, nil
	}
	return changes
}

// NoteLogin keeps a sign-in, and makes the change of instants that it brings, of
// the user who was read for it and of what is stored. As a rule nobody else has
// changed the user meanwhile, and the user need not be read again. During an
// import it stores a little later, and never if the server stops before.
func (db *DB) NoteLogin(ctx context.Context, r fa.LoginRecord, read *fa.Account, change func(*fa.Account)) error {
	before, err := db.storedDocs(read)
	if err != nil {
		return wrapUser("update", err)
	}
	change(read)
	after, err := db.storedDocs(read)
	if err != nil {
		return wrapUser("update", err)
	}
	return db.note(ctx, func(ctx context.Context) error {
		insert := func(tx *sql.Tx) error { return insertLogin(ctx, db.often(tx), r) }
		err := db.tx(ctx, func(tx *sql.Tx) error {
			if err := db.replaceDocs(ctx, tx, r.UserID, before, after); err != nil {
				return err
			}
			return insert(tx)
		})
		if !errors.Is(err, errChanged) {
			return wrapUser("update", err)
		}
		_, err = db.changeUser(ctx, r.UserID, func(u *fa.Account) error { change(u); return nil }, insert)
		return err
	})
}

// errChanged says that a document is not what it was when it was read. One that
// holds secrets never is: they are sealed anew each time.
var errChanged = errors.New("the user has changed meanwhile")

// replaceDocs stores the documents of an account that differ, as long as they
// are still those from before.
func (db *DB) replaceDocs(ctx context.Context, tx *sql.Tx, user fa.ID, before, after storedAccount) error {
	replace := func(statement string, args ...any) error {
		err := affectsOne(db.often(tx).ExecContext(ctx, statement, args...))
		if errors.Is(err, fa.ErrNotFound) {
			return errChanged
		}
		return err
	}
	if err := replace("update users set doc = $3 where id = $1 and doc = $2", user, before.user, after.user); err != nil {
		return err
	}
	for application, doc := range after.registrations {
		was := before.registrations[application]
		if bytes.Equal(doc, was) {
			continue
		}
		stored, err := db.seal("registrations", was)
		if err != nil {
			return err
		}
		next, err := db.seal("registrations", doc)
		if err != nil {
			return err
		}
		if err := replace("update registrations set doc = $4 where user_id = $1 and application_id = $2 and doc = $3", user, application, stored, next); err != nil {
			return err
		}
	}
	return nil
}

// NoteUser is UpdateUser for a change that matters as little as a sign-in's.
func (db *DB) NoteUser(ctx context.Context, id fa.ID, change func(*fa.Account) error) error {
	return db.note(ctx, func(ctx context.Context) error {
		_, err := db.UpdateUser(ctx, id, change)
		return err
	})
}

func (db *DB) note(ctx context.Context, note func(context.Context) error) error {
	later := context.WithoutCancel(ctx) // it carries what is stored along
	if db.aside.put(func(context.Context) { _ = note(later) }) {
		return nil
	}
	return note(ctx)
}
