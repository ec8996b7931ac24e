package rehearse

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"

	"wherry/internal/exit"
)

// temporarySchema makes a schema for one rehearsal and returns the URL that
// works in it. Nothing else in the database is touched.
func temporarySchema(ctx context.Context, database string) (inSchema string, drop func() error, err error) {
	u, err := url.Parse(database)
	if err != nil || u.Host == "" && u.RawQuery == "" {
		return "", nil, exit.With(exit.Usage, errors.New("--postgres is not the URL of a database"),
			"write it as postgres://user:password@host:5432/database")
	}
	schema := "wherry_rehearsal_" + strings.ToLower(rand.Text()[:12])
	if err := execute(ctx, database, "create schema "+schema); err != nil {
		return "", nil, fmt.Errorf("make a schema for the rehearsal: %w", err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	drop = func() error {
		return execute(context.WithoutCancel(ctx), database, "drop schema "+schema+" cascade")
	}
	return u.String(), drop, nil
}

func execute(ctx context.Context, database, statement string) (err error) {
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		return exit.With(exit.Failed, errors.New("PostgreSQL cannot be reached, or refuses the user or the database"),
			"check the URL of --postgres, and that the server runs")
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	_, err = conn.Exec(ctx, statement)
	return err
}
