package bench

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // the driver called sqlite

	"wherry/internal/need"
	"wherry/server"
)

var importDatabases = map[string]func(*testing.B) importDatabase{"sqlite": openSQLite, "postgres": openPostgres}

// sqlite is the file that the server writes, on a connection of its own with
// the server's settings.
type sqlite struct{ dir string }

func openSQLite(b *testing.B) importDatabase {
	b.Helper()
	return &sqlite{b.TempDir()}
}

// with opens the file for as long as do takes: its cache would count as memory
// of the server otherwise.
func (s *sqlite) with(b *testing.B, do func(ctx context.Context, db *sql.DB) error) {
	b.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.dir, "wherry-server.db")+"?_pragma=busy_timeout(60000)&_pragma=journal_mode(WAL)"+
		"&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(ON)&_txlock=immediate&_pragma=cache_size(-65536)")
	if err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	// A context that can end costs half as much again for each row.
	if err := errors.Join(do(context.WithoutCancel(b.Context()), db), db.Close()); err != nil {
		b.Fatal(err)
	}
}

func (s *sqlite) open(b *testing.B) *sql.DB {
	b.Helper()
	return connected(b, "sqlite", "file:"+filepath.Join(s.dir, "wherry-server.db")+"?_pragma=busy_timeout(60000)&_pragma=query_only(ON)")
}

func connected(b *testing.B, driver, name string) *sql.DB {
	b.Helper()
	db, err := sql.Open(driver, name)
	if err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	b.Cleanup(func() { _ = db.Close() })
	return db
}

func (s *sqlite) config() server.Config { return server.Config{Data: s.dir} }

func (s *sqlite) query(b *testing.B, statement string, dest ...any) {
	b.Helper()
	s.with(b, func(ctx context.Context, db *sql.DB) error { return db.QueryRowContext(ctx, statement).Scan(dest...) })
}

func (s *sqlite) insert(b *testing.B, rows [][]any) {
	b.Helper()
	s.with(b, func(ctx context.Context, db *sql.DB) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		insert, err := tx.PrepareContext(ctx, insertUsers)
		if err != nil {
			return err
		}
		defer insert.Close()
		for _, row := range rows {
			if _, err := insert.ExecContext(ctx, row...); err != nil {
				return err
			}
		}
		return tx.Commit()
	})
}

var insertUsers = "insert into users (" + strings.Join(userColumns, ", ") + ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"

func (s *sqlite) grow(b *testing.B, row []any, n int, number int64) {
	b.Helper()
	const id = "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-' || hex(randomblob(2)) || '-' || hex(randomblob(2)) || '-' || hex(randomblob(6)))"
	for ; n > 0; n, number = n-growth, number+growth {
		s.with(b, func(ctx context.Context, db *sql.DB) error {
			_, err := db.ExecContext(ctx, fmt.Sprintf(`with recursive more (n, id) as (select 1, %[1]s union all select n + 1, %[1]s from more where n < %[2]d)
				insert into users (%[3]s)
				select id, $1, 'user.' || substr(id, 1, 13) || '@example.com', 'user-' || substr(id, 25), null, true, $2, $3, $4, $5, $6, $7, $8 + n - 1 from more`,
				id, min(n, growth), strings.Join(userColumns, ", ")), row[1], row[6], row[7], row[8], row[9], row[10], row[11], number)
			return err
		})
	}
}

// growth is how many rows are added in a transaction.
const growth = 500_000

// postgres is a schema of a server.
type postgres struct {
	dir  string // for the server's key
	url  string
	conn *pgx.Conn
}

func openPostgres(b *testing.B) importDatabase {
	b.Helper()
	at := need.Postgres(b)
	conn, err := pgx.Connect(b.Context(), at)
	if err != nil {
		b.Fatal(err)
	}
	name := "bench_" + strings.ToLower(rand.Text())
	p := &postgres{conn: conn, dir: b.TempDir()}
	p.exec(b, "create schema "+name)
	p.exec(b, "set search_path to "+name)
	b.Cleanup(func() {
		ctx := context.WithoutCancel(b.Context())
		_, _ = conn.Exec(ctx, "drop schema "+name+" cascade")
		_ = conn.Close(ctx)
	})
	u, err := url.Parse(at)
	if err != nil {
		b.Fatal("WHERRY_TEST_POSTGRES is not a URL")
	}
	query := u.Query()
	query.Set("search_path", name)
	u.RawQuery = query.Encode()
	p.url = u.String()
	return p
}

func (p *postgres) open(b *testing.B) *sql.DB {
	b.Helper()
	return connected(b, "pgx", p.url)
}

func (p *postgres) config() server.Config {
	return server.Config{Database: p.url, KeyFile: filepath.Join(p.dir, "server.key")}
}

func (p *postgres) query(b *testing.B, statement string, dest ...any) {
	b.Helper()
	if err := p.conn.QueryRow(b.Context(), statement).Scan(dest...); err != nil {
		b.Fatal(err)
	}
}

func (p *postgres) exec(b *testing.B, statement string, args ...any) {
	b.Helper()
	if _, err := p.conn.Exec(b.Context(), statement, args...); err != nil {
		b.Fatal(err)
	}
}

func (p *postgres) insert(b *testing.B, rows [][]any) {
	b.Helper()
	n, err := p.conn.CopyFrom(b.Context(), pgx.Identifier{"users"}, userColumns, pgx.CopyFromRows(rows))
	if err != nil || n != int64(len(rows)) {
		b.Fatal(n, err)
	}
}

func (p *postgres) grow(b *testing.B, row []any, n int, number int64) {
	b.Helper()
	for ; n > 0; n, number = n-growth, number+growth {
		p.exec(b, fmt.Sprintf(`insert into users (%s)
			select id, $1, 'user.' || substr(id, 1, 13) || '@example.com', 'user-' || substr(id, 25), null, true, $2, $3, $4, $5, $6, $7, $8::bigint + n - 1
			from (select n, gen_random_uuid()::text id from generate_series(1, %d) n) more`, strings.Join(userColumns, ", "), min(n, growth)),
			row[1], row[6], row[7], row[8], row[9], row[10], row[11], number)
	}
}
