package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"wherry/internal/exit"
)

//go:embed migrations
var migrations embed.FS

// migrate brings the schema forward, each step in a transaction of its own.
// Several servers may start on one PostgreSQL: one migrates, the others wait.
func (db *DB) migrate(ctx context.Context) error {
	steps, err := fs.Sub(migrations, "migrations/"+db.migrations)
	if err != nil {
		return fmt.Errorf("find the migrations: %w", err)
	}
	kind, options := goose.DialectSQLite3, []goose.ProviderOption{}
	if db.migrations == "postgres" {
		kind = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return fmt.Errorf("prepare the migration lock: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(kind, db.writer, steps, options...)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	have, want, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	if have > want {
		return exit.With(exit.Failed,
			fmt.Errorf("the database has schema version %d, this program knows versions up to %d", have, want),
			"start the newer program that made it, or restore a backup from before the upgrade; schemas are never taken back")
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database: %w", errors.Join(err, ctx.Err()))
	}
	return nil
}
