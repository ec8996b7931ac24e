package workspace

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"wherry/internal/exit"
)

// ownSchema keeps a workspace apart from other tables of its database, unless
// the URL names another schema as search_path.
const ownSchema = "wherry_workspace"

// idle is how long a transaction may stand still, in milliseconds. A machine that
// falls asleep in the middle of one would keep others from what it has locked.
//
// Source: https://www.postgresql.org/docs/current/runtime-config-client.html
const idle = "idle_in_transaction_session_timeout"

func openPostgres(ctx context.Context, url string) (*Workspace, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, exit.With(exit.Usage, errors.New("the workspace is not a URL that PostgreSQL understands"),
			"write it as postgres://user:password@host:5432/database")
	}
	c := config.ConnConfig
	own := c.RuntimeParams["search_path"] == ""
	if own {
		c.RuntimeParams["search_path"] = ownSchema
	}
	if c.RuntimeParams[idle] == "" {
		c.RuntimeParams[idle] = strconv.FormatInt((patience / 3).Milliseconds(), 10)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open PostgreSQL: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, unreachable(ctx, c, err)
	}
	w := &Workspace{
		dialect: dialect{postgres: true, skipLocked: " for update skip locked", isVictim: isVictim, isFull: isFull},
		place:   fmt.Sprintf("postgres://%s:%d/%s", c.Host, c.Port, c.Database),
		release: func() error { pool.Close(); return nil },
	}
	w.writer = stdlib.OpenDBFromPool(pool)
	w.reader = w.writer
	if own {
		if _, err := w.writer.ExecContext(ctx, "create schema if not exists "+ownSchema); err != nil && !isUnique(err) {
			return nil, errors.Join(fmt.Errorf("make the workspace's schema: %w", err), w.Close())
		}
	}
	return w, nil
}

// unreachable says where PostgreSQL should be without repeating the password.
func unreachable(ctx context.Context, c *pgx.ConnConfig, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("reach PostgreSQL: %w", ctx.Err())
	}
	problem := fmt.Errorf("PostgreSQL at %s:%d does not answer", c.Host, c.Port)
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		problem = fmt.Errorf("PostgreSQL at %s:%d refuses database %s: %s", c.Host, c.Port, c.Database, refused.Message)
	}
	return exit.With(exit.Failed, problem, "check that PostgreSQL runs there and that --workspace names the right user and database")
}

// isUnique recognises a schema that another machine has just made.
func isUnique(err error) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	return ok && refused.Code == "23505"
}

// isVictim recognises deadlocks and serialization failures, after which
// PostgreSQL asks to try again.
//
// Source: https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html
func isVictim(err error) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (refused.Code == "40P01" || refused.Code == "40001")
}

// isFull recognises disk_full.
func isFull(err error) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	return ok && refused.Code == "53100"
}

// schemaLock makes machines that start together migrate one after the other.
type schemaLock struct{}

const schemaLockName = "(hashtext('wherry migrates a workspace ' || current_schema()))"

func (schemaLock) SessionLock(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "select pg_advisory_lock"+schemaLockName); err != nil {
		return fmt.Errorf("wait for another machine that migrates: %w", err)
	}
	return nil
}

func (schemaLock) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "select pg_advisory_unlock"+schemaLockName); err != nil {
		return fmt.Errorf("let other machines migrate: %w", err)
	}
	return nil
}
