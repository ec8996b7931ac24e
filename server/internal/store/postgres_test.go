package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/internal/exit"
	"wherry/internal/need"
	"wherry/server/internal/fa"
)

func TestServersStartTogetherOnOnePostgreSQL(t *testing.T) {
	t.Parallel()
	place := schema(t)
	outcomes := together(6, func(int) error {
		db, err := Open(t.Context(), place, "", new(clock).now)
		if err != nil {
			return err
		}
		return db.Close()
	})
	if diff := cmp.Diff(map[string]int{"done": 6}, outcomes); diff != "" {
		t.Error(diff)
	}
	if version, err := versions(t, open(t, place, "", new(clock))); err != nil || version != "0,1" {
		t.Errorf("migrated: %s, %v", version, err)
	}
}

func versions(t *testing.T, db *DB) (text string, err error) {
	t.Helper()
	err = db.reader.QueryRowContext(t.Context(), "select string_agg(version_id::text, ',' order by id) from goose_db_version").Scan(&text)
	return text, err
}

// TestTheConstraintHasTheLastWord lets another transaction take the values
// after Create has looked and before it writes.
func TestTheConstraintHasTheLastWord(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		taken  func(ctx context.Context, db *DB, tx *sql.Tx) error
		create func(ctx context.Context, db *DB) error
		want   string
	}{
		"document": {
			taken: func(ctx context.Context, db *DB, tx *sql.Tx) error {
				_, err := tx.ExecContext(ctx, "insert into tenants (id, name_key, insert_instant, doc) values ($1, 'wanted', 0, '{}')", id(7))
				return err
			},
			create: func(ctx context.Context, db *DB) error { return db.Tenants.Create(ctx, tenant(7, "Wanted")) },
			want:   "[duplicate]tenant.id [duplicate]tenant.name",
		},
		"user": {
			taken: func(ctx context.Context, db *DB, tx *sql.Tx) error {
				u := user(8, id(1), "wanted@example.com")
				u.Username = "wanted"
				return db.insertUser(ctx, tx, u)
			},
			create: func(ctx context.Context, db *DB) error {
				u := user(9, id(1), "wanted@example.com")
				u.Username = "Wanted"
				return db.CreateUser(ctx, u)
			},
			want: "[duplicate]user.email [duplicate]user.username",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			db := open(t, schema(t), "", new(clock))
			world(t, db)
			tx, err := db.writer.BeginTx(ctx, nil)
			must(t, err)
			must(t, test.taken(ctx, db, tx))
			late := make(chan error, 1)
			go func() { late <- test.create(ctx, db) }()
			for !blocked(t, db) {
				continue
			}
			must(t, tx.Commit())
			if got := refusals(<-late); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// blocked tells whether a statement in the test's schema waits for a lock.
func blocked(t *testing.T, db *DB) (is bool) {
	t.Helper()
	must(t, db.reader.QueryRowContext(t.Context(), `select exists (select 1 from pg_locks l join pg_locks mine on mine.pid = l.pid
		join pg_class c on c.oid = mine.relation join pg_namespace n on n.oid = c.relnamespace
		where not l.granted and n.nspname = current_schema())`).Scan(&is))
	return is
}

func TestAnApplicationThatIsDeletedWaitsForTheUsersInHand(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := open(t, schema(t), "", new(clock))
	world(t, db)
	must(t, db.CreateUser(ctx, ada()))
	deleted := make(chan error, 1)
	_, err := db.UpdateUser(ctx, id(10), func(u *fa.Account) error {
		go func() { deleted <- db.Applications.Delete(ctx, id(3)) }()
		for len(deleted) == 0 && !blocked(t, db) {
			continue
		}
		u.Registrations[0].LastLoginInstant = 1
		return nil
	})
	must(t, err, <-deleted)
	if got, err := db.User(ctx, id(10)); err != nil || len(got.Registrations) != 1 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestOnlyUniqueConstraintsMeanTaken(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		world(t, db)
		for statement, want := range map[string]bool{
			"insert into tenants (id, name_key, insert_instant, doc) select id, 'x', 0, doc from tenants":                      true,
			"insert into tenants (id, name_key, insert_instant, doc) select 'x', name_key, 0, doc from tenants":                true,
			"insert into tenants (id, name_key, insert_instant, doc) values ('x', null, 0, '{}')":                              false,
			"insert into applications (id, tenant_id, name_key, active, insert_instant, doc) values ('x','x','x',true,0,'{}')": false,
			"insert into nowhere values (1)": false,
		} {
			_, err := db.writer.ExecContext(t.Context(), statement)
			if err == nil || db.isUnique(err) != want || db.isVictim(err) {
				t.Errorf("%s: %v", statement, err)
			}
		}
	})
}

func TestPostgreSQLThatCannotBeReached(t *testing.T) {
	t.Parallel()
	server, err := url.Parse(need.Postgres(t))
	must(t, err)
	with := func(change func(u *url.URL)) string {
		u := *server
		u.User = url.UserPassword(server.User.Username(), "a-made-up-password")
		change(&u)
		return u.String()
	}
	for name, test := range map[string]struct {
		url, want string
		code      int
	}{
		"no URL":         {"postgres://wherry:a-made-up-password@[::1/x", "not one that PostgreSQL understands", exit.Usage},
		"nobody there":   {with(func(u *url.URL) { u.Host = "127.0.0.1:1" }), "127.0.0.1:1 does not answer", exit.Failed},
		"wrong password": {with(func(*url.URL) {}), "refuses database", exit.Failed},
	} {
		db, err := Open(t.Context(), test.url, "", new(clock).now)
		if err == nil {
			t.Errorf("%s: it was opened: %v", name, db.Close())
			continue
		}
		if !strings.Contains(err.Error(), test.want) || exit.Code(err) != test.code || exit.Hint(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Contains(err.Error(), "a-made-up-password") {
			t.Errorf("%s: the password is printed", name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, server.String(), "", new(clock).now); !errors.Is(err, context.Canceled) || exit.Code(err) != exit.Interrupted {
		t.Errorf("interrupted: %v", err)
	}
}
