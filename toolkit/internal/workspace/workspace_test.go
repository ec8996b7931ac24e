package workspace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"wherry/internal/need"
)

const testPool = "eu-west-1_ExamplePool"

// start is when every test begins.
var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// clock is moved by hand.
type clock struct{ elapsed atomic.Int64 }

func (c *clock) now() time.Time          { return start.Add(time.Duration(c.elapsed.Load())) }
func (c *clock) advance(d time.Duration) { c.elapsed.Add(int64(d)) }

// onEach runs a test on an empty place of each kind: a file, and a schema of
// PostgreSQL when there is a server.
func onEach(t *testing.T, test func(t *testing.T, place string)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, filepath.Join(t.TempDir(), "wherry.db")) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, schema(t)) })
}

// schema returns the URL of a PostgreSQL schema that lives as long as the test.
func schema(t *testing.T) string {
	t.Helper()
	server := need.Postgres(t)
	name := fmt.Sprintf("wherry_workspace_%d_%d", time.Now().UnixNano(), schemas.Add(1))
	run := func(statement string) {
		ctx := context.WithoutCancel(t.Context())
		conn, err := pgx.Connect(ctx, server)
		if err == nil {
			_, err = conn.Exec(ctx, statement)
			err = errors.Join(err, conn.Close(ctx))
		}
		must(t, err)
	}
	run("create schema " + name)
	t.Cleanup(func() { run("drop schema " + name + " cascade") })
	u, err := url.Parse(server)
	must(t, err)
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

var schemas atomic.Int64

func open(t *testing.T, place string, o Options) *Workspace {
	t.Helper()
	if o.Now == nil {
		o.Now = new(clock).now
	}
	w, err := Open(t.Context(), place, o)
	must(t, err)
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func openPool(t *testing.T, w *Workspace) *Pool {
	t.Helper()
	p, err := w.Pool(t.Context(), testPool)
	must(t, err)
	return p
}

func begin(t *testing.T, p *Pool, kind Kind) *Run {
	t.Helper()
	r, err := p.Start(t.Context(), kind)
	must(t, err)
	t.Cleanup(func() { _ = r.End(context.WithoutCancel(t.Context()), "done") })
	return r
}

// person is a made-up user.
func person(n int) Source {
	name := fmt.Sprintf("user%04d", n)
	return Source{
		ID: fmt.Sprintf("%08x-0000-7000-8000-000000000000", n*0x1357), Document: fmt.Appendf(nil, `{"Username":%q}`, name),
		Names: Names{Username: name, Email: name + "@example.com"}, Enabled: true,
	}
}

func people(from, to int) []Source {
	var all []Source
	for n := from; n < to; n++ {
		all = append(all, person(n))
	}
	return all
}

// fill exports users in one scan of one shard.
func fill(t *testing.T, p *Pool, users ...Source) *Scan {
	t.Helper()
	r, err := p.Start(t.Context(), Export)
	must(t, err)
	s, err := r.Scan(t.Context())
	must(t, err)
	h := shard(t, s, "")
	_, err = h.Save(t.Context(), Page{Users: users, Last: true})
	must(t, err, s.Finish(t.Context(), true, nil), r.End(t.Context(), "done"))
	return s
}

func shard(t *testing.T, s *Scan, names ...string) *Shard {
	t.Helper()
	must(t, s.Divide(t.Context(), PartUsers, names))
	h, err := s.Next(t.Context(), PartUsers)
	must(t, err)
	return h
}

func collect[T any](t *testing.T, seq iter.Seq2[T, error]) []T {
	t.Helper()
	var all []T
	for v, err := range seq {
		must(t, err)
		all = append(all, v)
	}
	return all
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func wantEOF(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, io.EOF) {
		t.Fatalf("got %v, want the end", err)
	}
}
