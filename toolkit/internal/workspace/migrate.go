package workspace

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

// migrate brings the schema forward, each step in a transaction of its own. Of
// several processes that start together, one does.
func (w *Workspace) migrate(ctx context.Context) (err error) {
	if !w.postgres {
		unlock, err := waitForFile(ctx, w.place+".lock")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, unlock()) }()
	}
	steps, err := w.steps()
	if err != nil {
		return err
	}
	have, want, err := steps.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the workspace's version: %w", errors.Join(err, ctx.Err()))
	}
	if have > want {
		return exit.With(exit.Failed,
			fmt.Errorf("the workspace %s has version %d, this program knows versions up to %d", w.place, have, want),
			"use the newer program that made it; a workspace is never taken back to an older version")
	}
	if have == want {
		return nil
	}
	if _, err := steps.Up(ctx); err != nil {
		return fmt.Errorf("migrate the workspace: %w", errors.Join(err, ctx.Err()))
	}
	return nil
}

// steps are the migrations for the kind of database that the workspace is in.
func (w *Workspace) steps() (*goose.Provider, error) {
	folder, kind, options := "sqlite", goose.DialectSQLite3, []goose.ProviderOption{}
	if w.postgres {
		folder, kind = "postgres", goose.DialectPostgres
		options = append(options, goose.WithSessionLocker(schemaLock{}))
	}
	files, err := fs.Sub(migrations, "migrations/"+folder)
	if err != nil {
		return nil, fmt.Errorf("find the migrations: %w", err)
	}
	provider, err := goose.NewProvider(kind, w.writer, files, options...)
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return provider, nil
}
