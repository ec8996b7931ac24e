package server_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver called pgx

	"wherry/internal/need"
	"wherry/server"
)

// What testdata/kickstart.json makes.
const (
	tenantID      = "d7d09513-a3f5-401c-9685-34ab6c552453"
	applicationID = "85a03867-dccf-4882-adde-1a79aeec50df"
	adminAppID    = "3c219e58-ed0e-4b18-ad48-f4f92793ae32"
	connectorID   = "e3306678-a53a-4964-9040-1c96f36dda72"
	clientSecret  = "made-up client secret + 1"
	callback      = "https://app.example.com/callback"
	janeID        = "00000000-0000-0000-0000-111111111111"
	password      = "made-up password 1"

	superKey         = "super-key"
	managerKey       = "manager-key"
	tenantKey        = "tenant-key"
	tenantManagerKey = "tenant-manager-key"
	readerKey        = "reader-key"
	expiredKey       = "expired-key"
	narrowManagerKey = "narrow-manager-key"
	noKey            = "none" // send none

	nobodyID = "99999999-9999-9999-9999-999999999999" // an id that nothing has
)

// instance is a server that one test has for itself.
type instance struct {
	http.Handler
	config server.Config
	clock  *clock
	log    *record
	leaks  *leaks
}

// clock runs with the real one, ahead of it by as much as a test says.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// record keeps everything that is logged.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// start returns an instance on SQLite that has just been kickstarted.
func start(t testing.TB) *instance {
	t.Helper()
	return open(t, server.Config{Data: kickstartedData(t), Key: sampleKey})
}

// kickstartedData is a data folder after the first start.
func kickstartedData(t testing.TB) string {
	t.Helper()
	database, err := kickstarted()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, databaseFile), database, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

const databaseFile = "wherry-server.db"

// kickstarted is a database after its first start, which takes a while: a
// signing key is generated and passwords are hashed. Every test has a copy.
var kickstarted = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "wherry-kickstarted")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	s, err := server.New(context.Background(), server.Config{Data: dir, Key: sampleKey, Kickstart: sampleKickstart, Getenv: sampleEnv})
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, databaseFile))
})

// sampleKey encrypts the databases of the tests.
const sampleKey = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

const sampleKickstart = "testdata/kickstart.json"

func sampleEnv(name string) string {
	return map[string]string{"SAMPLE_PASSWORD": password}[name]
}

// open starts a server that ends with the test and has said no secret then.
func open(t testing.TB, c server.Config) *instance {
	t.Helper()
	if c.Data == "" { // there is no folder for a key file
		c.Key = sampleKey
	}
	i := &instance{config: c, clock: &clock{}, log: &record{}, leaks: newLeaks()}
	c.Now, c.Log = i.clock.now, slog.New(slog.NewJSONHandler(i.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s, err := server.New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		i.mustKeepSecrets(t)
	})
	i.Handler = i.leaks.over(s.Handler())
	return i
}

// onEach runs a test on SQLite and on PostgreSQL.
func onEach(t *testing.T, test func(t *testing.T, i *instance)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, start(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, open(t, server.Config{Database: schema(t), Kickstart: sampleKickstart, Getenv: sampleEnv}))
	})
}

// schema makes an empty PostgreSQL schema for one test, and returns a URL for
// it.
func schema(t testing.TB) string {
	t.Helper()
	at := need.Postgres(t)
	db, err := sql.Open("pgx", at)
	if err != nil {
		t.Fatal(err)
	}
	name := "server_" + strings.ToLower(rand.Text())
	if _, err := db.ExecContext(t.Context(), `create schema "`+name+`"`); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.ExecContext(context.WithoutCancel(t.Context()), `drop schema "`+name+`" cascade`); err != nil {
			t.Error(err)
		}
		_ = db.Close()
	})
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("search_path", name)
	u.RawQuery = query.Encode()
	return u.String()
}

// serve gives the instance an address.
func (i *instance) serve(t testing.TB) string {
	t.Helper()
	s := httptest.NewServer(i)
	t.Cleanup(s.Close)
	return s.URL
}
