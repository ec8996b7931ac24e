package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"wherry/internal/exit"
)

func openPostgres(ctx context.Context, url string) (*DB, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, exit.With(exit.Usage, errors.New("the database URL is not one that PostgreSQL understands"),
			"write it as postgres://user:password@host:5432/database")
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open PostgreSQL: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, exit.With(exit.Failed, unreachable(config, err), "check that PostgreSQL runs there and that --database names the right user and database")
	}
	sqlDB := stdlib.OpenDBFromPool(pool)
	db := &DB{
		dialect: dialect{migrations: "postgres", forUpdate: " for update", isUnique: isUniquePostgres},
		writer:  sqlDB, reader: sqlDB,
		release: func() error { pool.Close(); return nil },
	}
	if err := db.migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// unreachable says where PostgreSQL should be without repeating the password.
func unreachable(config *pgxpool.Config, err error) error {
	c := config.ConnConfig
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		return fmt.Errorf("PostgreSQL at %s:%d refuses database %s: %s", c.Host, c.Port, c.Database, refused.Message)
	}
	return fmt.Errorf("PostgreSQL at %s:%d does not answer", c.Host, c.Port)
}

func isUniquePostgres(err error) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	return ok && refused.Code == "23505"
}
