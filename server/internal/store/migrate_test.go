package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/internal/exit"
	"wherry/server/internal/fa"
)

func TestMigrationFoldersMatch(t *testing.T) {
	t.Parallel()
	names := map[string][]string{}
	for _, folder := range []string{"sqlite", "postgres"} {
		entries, err := fs.ReadDir(migrations, "migrations/"+folder)
		must(t, err)
		for i, e := range entries {
			names[folder] = append(names[folder], e.Name())
			text, err := fs.ReadFile(migrations, "migrations/"+folder+"/"+e.Name())
			must(t, err)
			if !strings.HasPrefix(e.Name(), fmt.Sprintf("%04d_", i+1)) {
				t.Errorf("%s/%s: want number %d", folder, e.Name(), i+1)
			}
			if strings.Contains(string(text), "goose Down") || strings.Contains(string(text), "NO TRANSACTION") {
				t.Errorf("%s/%s: schemas go forward, each step in a transaction", folder, e.Name())
			}
		}
	}
	if diff := cmp.Diff(names["sqlite"], names["postgres"]); diff != "" || len(names["sqlite"]) == 0 {
		t.Errorf("the folders differ: %s", diff)
	}
	rows, err := filepath.Glob("testdata/rows-*.sql")
	must(t, err)
	if len(rows) != len(names["sqlite"]) {
		t.Errorf("there are rows of %d versions of the schema and %d versions", len(rows), len(names["sqlite"]))
	}
}

// TestRowsOfTheFirstVersionAreMigrated reads rows as the first version of the
// schema had them.
func TestRowsOfTheFirstVersionAreMigrated(t *testing.T) {
	rows, err := os.ReadFile("testdata/rows-0001.sql")
	must(t, err)
	onEachAt(t, func(t *testing.T, url, path string) {
		ctx := t.Context()
		old, err := connect(ctx, url, path)
		must(t, err)
		steps, err := old.steps()
		must(t, err)
		_, err = steps.UpTo(ctx, 1)
		must(t, err)
		for statement := range strings.SplitSeq(strings.TrimSpace(string(rows)), ";\n") {
			_, err := old.writer.ExecContext(ctx, statement)
			must(t, err)
		}
		must(t, old.Close())

		db := open(t, url, path, new(clock))
		tenant, err := db.Tenants.Get(ctx, id(1))
		must(t, err)
		if tenant.Issuer != "https://auth.example.com" || string(tenant.Data["big"]) != "12345678901234567890" ||
			string(tenant.Rest["notYetKnown"]) != `{"a":[1]}` || !tenant.ConnectorPolicies[0].Migrate {
			t.Errorf("tenant: %+v", tenant)
		}
		application, err := db.Applications.Get(ctx, id(3))
		if err != nil || len(application.Roles) != 2 || application.OAuthConfiguration.ClientSecret != "made up" {
			t.Errorf("application: %+v, %v", application, err)
		}
		connector, err := db.Connectors.Get(ctx, id(4))
		if err != nil || connector.Headers["Authorization"] != "made up" || connector.ReadTimeout != 2000 {
			t.Errorf("connector: %+v, %v", connector, err)
		}
		key, err := db.APIKeyByValue(ctx, "made-up-key")
		if err != nil || !key.Allows("POST", "/api/user/import", 0) || key.Allows("GET", "/api/user", 0) {
			t.Errorf("API key: %+v, %v", key, err)
		}
		if signing, err := db.SigningKeys.Get(ctx, id(5)); err != nil || signing.Secret != "PEM" || signing.KID != "kid-5" {
			t.Errorf("signing key: %+v, %v", signing, err)
		}
		user, err := db.UserByIdentity(ctx, id(1), fa.IdentityEmail, "ada@example.com")
		must(t, err)
		if user.Hash != "aGFzaA==" || user.Scheme != "salted-md5" || len(user.Registrations) != 1 || len(user.Registrations[0].Roles) != 2 ||
			!user.IsVerified(fa.IdentityPhoneNumber) || user.TwoFactor.Methods[0].Secret != "c2VjcmV0" {
			t.Errorf("user: %+v", user)
		}
		if gone, err := db.UserByIdentity(ctx, id(1), fa.IdentityEmail, "gone@example.com"); err != nil || gone.Active {
			t.Errorf("deactivated user: %+v, %v", gone, err)
		}
		var code map[string]fa.ID
		if err := db.TakeIdentifier(ctx, "authorizationGrantId", "made-up-code", &code); err != nil || code["userId"] != id(10) {
			t.Errorf("code: %v, %v", code, err)
		}
		if events, total, err := db.SearchEventLog(ctx, fa.EventSearch{Message: "Two lines", Limit: 1, Order: fa.Order{{Property: "id"}}}); err != nil || total != 1 {
			t.Errorf("events: %v, %v", events, err)
		}
		if done, err := db.Setting(ctx, "first-start"); err != nil || done != "done" {
			t.Errorf("setting: %q, %v", done, err)
		}
	})
}

func TestANewerDatabaseIsRefusedAndLeftAlone(t *testing.T) {
	onEachAt(t, func(t *testing.T, url, path string) {
		ctx := t.Context()
		newer, err := Open(ctx, url, path, new(clock).now)
		must(t, err)
		must(t, newer.Tenants.Create(ctx, tenant(1, "Default")))
		_, err = newer.writer.ExecContext(ctx, "insert into goose_db_version (version_id, is_applied) values (9999, true)")
		must(t, err)
		before := contents(t, newer)
		must(t, newer.Close())

		_, err = Open(ctx, url, path, new(clock).now)
		if err == nil || !strings.Contains(err.Error(), "version 9999") || !strings.Contains(exit.Hint(err), "newer program") || exit.Code(err) != exit.Failed {
			t.Errorf("Open: %v, hint %q", err, exit.Hint(err))
		}
		again, err := connect(ctx, url, path) // nothing is still open or locked
		must(t, err)
		if diff := cmp.Diff(before, contents(t, again)); diff != "" {
			t.Errorf("it was touched: %s", diff)
		}
		must(t, again.Close())
	})
}

// contents is the names of the tables and what stands in those that matter.
func contents(t *testing.T, db *DB) []string {
	t.Helper()
	all := tablesOf(t, db)
	for _, query := range []string{"select doc from tenants order by id", "select cast(version_id as text) from goose_db_version order by version_id"} {
		rows, err := list(t.Context(), db.reader, func(row scanner) (text string, err error) {
			err = row.Scan(&text)
			return text, err
		}, query)
		must(t, err)
		all = append(all, rows...)
	}
	return all
}

// stopping is a context that is cancelled when it has been looked at so often:
// a Ctrl-C at each point of the work in turn.
type stopping struct {
	context.Context
	left   atomic.Int64
	cancel context.CancelFunc
}

func stoppingAfter(ctx context.Context, looks int64) *stopping {
	ctx, cancel := context.WithCancel(ctx)
	s := &stopping{Context: ctx, cancel: cancel}
	s.left.Store(looks)
	return s
}

func (s *stopping) look() {
	if s.left.Add(-1) < 0 {
		s.cancel()
	}
}

func (s *stopping) Done() <-chan struct{} { s.look(); return s.Context.Done() }
func (s *stopping) Err() error            { s.look(); return s.Context.Err() }

func TestAnInterruptedMigrationCanBeStartedAgain(t *testing.T) {
	onEachAt(t, func(t *testing.T, url, path string) {
		interrupted, looks, step := 0, int64(0), int64(20)
		for {
			if url != "" {
				url, step = schema(t), 80 // each costs a connection or two
			} else {
				path = filepath.Join(t.TempDir(), "test.db")
			}
			first, err := Open(stoppingAfter(t.Context(), looks), url, path, new(clock).now)
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("after %d looks: %v, want context.Canceled", looks, err)
			}
			if err == nil {
				must(t, first.Close())
			}
			db, second := Open(t.Context(), url, path, new(clock).now)
			if second != nil {
				t.Fatalf("started again after %d looks: %v", looks, second)
			}
			must(t, db.UseKeys(t.Context(), ring(t, keyOne)))
			firstStart(t, db)
			must(t, db.Close())
			if err == nil {
				break
			}
			interrupted++
			looks += step
		}
		if interrupted < 3 {
			t.Errorf("only %d points to stop at", interrupted)
		}
	})
}
