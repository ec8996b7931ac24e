package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"
	"time"
)

// watched are the tables of which servers keep copies. Whoever writes to one
// counts its version up in the same transaction.
var watched = []string{"api_keys", "applications", "identity_providers", "ip_access_control_lists", "signing_keys", "system_configurations", "tenants", "webhooks"}

// going are the watched tables whose rows go with those of another one.
var going = map[string][]string{"tenants": {"api_keys", "applications", "identity_providers"}}

// changes tells those who keep copies that there is something new.
type changes struct {
	mu    sync.Mutex
	drops map[string][]func()
}

// look is how often a server looks for what the others have changed.
const look = 500 * time.Millisecond

// OnChange has drop called after every change of one of these objects, by
// whichever server; only some kinds can be watched. For changes of other servers
// Watch has to run.
func (d Documents[T]) OnChange(drop func()) {
	if !slices.Contains(watched, d.table) {
		panic("nobody counts the changes of " + d.table)
	}
	d.db.changes.mu.Lock()
	defer d.db.changes.mu.Unlock()
	if d.db.changes.drops == nil {
		d.db.changes.drops = map[string][]func(){}
	}
	d.db.changes.drops[d.table] = append(d.db.changes.drops[d.table], drop)
}

func (c *changes) tell(table string) {
	c.mu.Lock()
	drops := slices.Clone(c.drops[table])
	c.mu.Unlock()
	for _, drop := range drops {
		drop()
	}
}

// tx is a transaction that changes the table.
func (d Documents[T]) tx(ctx context.Context, change func(*sql.Tx) error) error {
	if !slices.Contains(watched, d.table) {
		return d.db.tx(ctx, change)
	}
	changing := append([]string{d.table}, going[d.table]...)
	err := d.db.tx(ctx, func(tx *sql.Tx) error {
		if err := change(tx); err != nil {
			return err
		}
		for _, table := range changing {
			if _, err := tx.ExecContext(ctx, `insert into changes (name, version) values ($1, 1)
				on conflict (name) do update set version = changes.version + 1`, table); err != nil {
				return err
			}
		}
		return nil
	})
	for _, table := range changing {
		d.db.changes.tell(table)
	}
	return err
}

// Watch looks for changes of other servers until ctx ends. A server that cannot
// look keeps nothing, and one that looks again sees what it has missed: versions
// stay, where messages over a lost connection do not.
func (db *DB) Watch(ctx context.Context) {
	if db.migrations != "postgres" {
		return // SQLite has one server, which hears of its own changes at once
	}
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	seen := map[string]int64{}
	for {
		now, err := db.versions(ctx)
		for _, table := range watched {
			if err != nil || now[table] != seen[table] {
				db.changes.tell(table)
			}
		}
		if err == nil {
			seen = now
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// versions counts how often each of the watched tables was changed.
func (db *DB) versions(ctx context.Context) (map[string]int64, error) {
	versions := map[string]int64{}
	_, err := list(ctx, db.reader, func(row scanner) (none struct{}, err error) {
		var table string
		var version int64
		err = row.Scan(&table, &version)
		versions[table] = version
		return none, err
	}, "select name, version from changes")
	if err != nil {
		return nil, fmt.Errorf("look for changes: %w", err)
	}
	return versions, nil
}
