package store

import (
	"context"
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
