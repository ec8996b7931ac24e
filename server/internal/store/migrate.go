package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"wherry/internal/exit"
)

//go:embed migrations
var migrations embed.FS

// migrate brings the schema forward, each step in a transaction of its own.
// Several servers may start on one PostgreSQL: one migrates, the others wait.
func (db *DB) migrate(ctx context.Context) error {
	steps, err := db.steps()
	if err != nil {
		return err
	}
	have, want, err := steps.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", errors.Join(err, ctx.Err()))
	}
	if have > want {
		return exit.With(exit.Failed,
			fmt.Errorf("the database has schema version %d, this program knows versions up to %d", have, want),
			"start the newer program that made it, or restore a backup from before the upgrade; schemas are never taken back")
	}
	if _, err := steps.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database: %w", errors.Join(err, ctx.Err()))
	}
	return nil
}

// steps are the migrations for the kind of database that db is.
func (db *DB) steps() (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations/"+db.migrations)
	if err != nil {
		return nil, fmt.Errorf("find the migrations: %w", err)
	}
	kind, options := goose.DialectSQLite3, []goose.ProviderOption{}
	if db.migrations == "postgres" {
		kind, options = goose.DialectPostgres, append(options, goose.WithSessionLocker(schemaLock{}))
	}
	provider, err := goose.NewProvider(kind, db.writer, files, options...)
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return provider, nil
}
