package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"wherry/internal/need"
	"wherry/internal/secret"
	"wherry/server/internal/fa"
	"wherry/server/internal/seal"
)

// start is when every test begins.
var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// clock is moved by hand.
type clock struct{ elapsed atomic.Int64 }

func (c *clock) now() time.Time          { return start.Add(time.Duration(c.elapsed.Load())) }
func (c *clock) advance(d time.Duration) { c.elapsed.Add(int64(d)) }

// onEach runs a test on every database we support: SQLite always, PostgreSQL
// when there is a server.
func onEach(t *testing.T, test func(t *testing.T, db *DB)) {
	t.Helper()
	onEachAt(t, func(t *testing.T, url, path string) {
		t.Helper()
		test(t, open(t, url, path, new(clock)))
	})
}

// onEachAt hands the test an empty place for a database of each kind.
func onEachAt(t *testing.T, test func(t *testing.T, url, path string)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, "", filepath.Join(t.TempDir(), "test.db")) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, schema(t), "") })
}

// schema returns the URL of a PostgreSQL schema that lives as long as the test.
func schema(t *testing.T) string {
	t.Helper()
	server := need.Postgres(t)
	name := fmt.Sprintf("wherry_test_%d_%d", time.Now().UnixNano(), schemas.Add(1))
	run := func(statement string) {
		ctx := context.WithoutCancel(t.Context())
		conn, err := pgx.Connect(ctx, server)
		if err == nil {
			_, err = conn.Exec(ctx, statement)
			err = errors.Join(err, conn.Close(ctx))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	run("create schema " + name)
	t.Cleanup(func() { run("drop schema " + name + " cascade") })
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal("WHERRY_TEST_POSTGRES is not a URL")
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

var schemas atomic.Int64

func open(t *testing.T, url, path string, c *clock) *DB {
	t.Helper()
	db, err := Open(t.Context(), url, path, c.now)
	if err != nil {
		t.Fatal(err)
	}
	must(t, db.UseKeys(t.Context(), ring(t, keyOne)))
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// id is the id of the nth made-up object.
func id(n int) fa.ID { return fa.ID(fmt.Sprintf("00000000-0000-0000-0000-%012d", n)) }

// The keys of the tests are made up.
const (
	keyOne = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	keyTwo = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="
)

func ring(t *testing.T, keys ...secret.String) *seal.Ring {
	t.Helper()
	text := secret.String("")
	for _, k := range keys {
		text += k + "\n"
	}
	r, err := seal.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func tenant(n int, name string) *fa.Tenant {
	v := fa.NewTenant()
	v.ID, v.Name, v.InsertInstant = id(n), name, start.UnixMilli()
	return &v
}

func application(n int, tenant fa.ID, name string) *fa.Application {
	v := fa.NewApplication()
	v.ID, v.TenantID, v.Name, v.InsertInstant = id(n), tenant, name, start.UnixMilli()
	return &v
}

func connector(n int, name string) *fa.Connector {
	v := fa.NewConnector()
	v.ID, v.Name, v.Type, v.InsertInstant = id(n), name, fa.ConnectorGeneric, start.UnixMilli()
	return &v
}

func apiKey(n int, key, name string) *fa.APIKey {
	v := fa.NewAPIKey()
	v.ID, v.Key, v.Name, v.InsertInstant = id(n), key, name, start.UnixMilli()
	return &v
}

func signingKey(n int, kid, name string) *fa.SigningKey {
	return &fa.SigningKey{Key: fa.Key{ID: id(n), KID: kid, Name: name, Algorithm: "ES256", Type: "EC", InsertInstant: start.UnixMilli()}, Secret: "PEM"}
}

func user(n int, tenant fa.ID, email string) *fa.Account {
	u := fa.NewUser()
	u.ID, u.TenantID, u.Email, u.InsertInstant = id(n), tenant, email, start.UnixMilli()
	return &fa.Account{User: u}
}

func registration(application fa.ID, roles ...string) fa.Registration {
	r := fa.NewRegistration()
	r.ApplicationID, r.Roles = application, append([]string{}, roles...)
	return r
}

// must stores what a test starts from.
func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// refusals lists the codes of FusionAuth's errors, sorted; other errors as they
// are.
func refusals(err error) string {
	refused, ok := errors.AsType[*fa.Errors](err)
	if !ok {
		return fmt.Sprint(err)
	}
	var codes []string
	for _, list := range refused.FieldErrors {
		for _, e := range list {
			codes = append(codes, e.Code)
		}
	}
	slices.Sort(codes)
	return strings.Join(codes, " ")
}

// together runs f n times at once and returns how often it failed with what.
func together(n int, f func(i int) error) map[string]int {
	results, begin := make(chan error, n), make(chan struct{})
	for i := range n {
		go func() {
			<-begin
			results <- f(i)
		}()
	}
	close(begin)
	outcomes := map[string]int{}
	for range n {
		if err := <-results; err != nil {
			outcomes[refusals(err)]++
		} else {
			outcomes["done"]++
		}
	}
	return outcomes
}
