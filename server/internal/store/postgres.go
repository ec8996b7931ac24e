package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

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
		return nil, unreachable(ctx, config, err)
	}
	sqlDB := stdlib.OpenDBFromPool(pool)
	return &DB{
		dialect: dialect{
			migrations: "postgres", forUpdate: " for no key update", skipLocked: " for update skip locked",
			isUnique: isUniquePostgres, isVictim: isVictimPostgres, isConstraint: isConstraintPostgres, load: loadPostgres, noteLogin: noteAtOnce,
			questions: 1, // the way there is longer than what is done there
			listed:    "(select cast(value as bigint) from json_array_elements_text(%s))",
		},
		writer: sqlDB, reader: sqlDB,
		release: func() error { pool.Close(); return nil },
	}, nil
}

// unreachable says where PostgreSQL should be without repeating the password.
func unreachable(ctx context.Context, config *pgxpool.Config, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("reach PostgreSQL: %w", ctx.Err())
	}
	c := config.ConnConfig
	problem := fmt.Errorf("PostgreSQL at %s:%d does not answer", c.Host, c.Port)
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		problem = fmt.Errorf("PostgreSQL at %s:%d refuses database %s: %s", c.Host, c.Port, c.Database, refused.Message)
	}
	return exit.With(exit.Failed, problem, "check that PostgreSQL runs there and that --database names the right user and database")
}

func isUniquePostgres(err error) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	return ok && refused.Code == "23505"
}

// isConstraintPostgres recognises every violation of a constraint, class 23.
func isConstraintPostgres(err error) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	return ok && strings.HasPrefix(refused.Code, "23")
}

// isVictimPostgres recognises deadlocks and serialization failures, after which
// PostgreSQL asks to try again.
//
// Source: https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html
func isVictimPostgres(err error) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (refused.Code == "40P01" || refused.Code == "40001")
}

// schemaLock makes servers that start together migrate one after the other. It
// waits in the database, where goose's own lock would look again every five
// seconds, and only for servers of the same schema.
type schemaLock struct{}

func (schemaLock) SessionLock(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "select pg_advisory_lock(hashtext('wherry migrates ' || current_schema()))"); err != nil {
		return fmt.Errorf("wait for another server that migrates: %w", err)
	}
	return nil
}

func (schemaLock) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "select pg_advisory_unlock(hashtext('wherry migrates ' || current_schema()))"); err != nil {
		return fmt.Errorf("let other servers migrate: %w", err)
	}
	return nil
}
