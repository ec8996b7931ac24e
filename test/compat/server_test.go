// Package compat drives our server, as a process, with the clients that
// FusionAuth publishes for Go and for TypeScript. What they cannot do against
// FusionAuth's own server, they need not do here.
//
// Each folder of testdata is an instance: a kickstart file that sets it up, and
// files of scenarios that both clients run through, on SQLite and on PostgreSQL.
// scenario says how those are written.
//
// The package has a go.mod of its own, so that nothing else can import the
// client for Go.
package compat

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"wherry/internal/need"
)

// program is the server, built once.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "wherry-compat")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(dir, "wherry")
	build := exec.Command("go", "build", "-o", program, "./cmd/wherry") //nolint:noctx // it ends by itself
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the server: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

// kickstartEnv is what the kickstart files find in the environment.
var kickstartEnv = []string{"COMPAT_PASSWORD=" + password, "COMPAT_SMTP_PASSWORD=made-up"}

const password = "made-up password 1"

// serve starts the server for the first time and returns its URL. It ends with
// the test, and its log is shown if the test has failed.
func serve(t *testing.T, flags ...string) string {
	t.Helper()
	server := exec.CommandContext(context.WithoutCancel(t.Context()), program, append([]string{"server", "--listen", "127.0.0.1:0", "--allow-private-connectors"}, flags...)...)
	server.Env = append(os.Environ(), kickstartEnv...)
	stderr, err := server.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	lines, logged := bufio.NewScanner(io.TeeReader(stderr, &log)), make(chan struct{})
	address := listening(lines)
	go func() {
		defer close(logged)
		_, _ = io.Copy(&log, stderr)
	}()
	t.Cleanup(func() {
		_ = server.Process.Signal(os.Interrupt) // it may have ended
		<-logged
		if err := server.Wait(); err != nil {
			t.Errorf("the server: %v", err)
		}
		if t.Failed() {
			t.Logf("the server's log:\n%s", &log)
		}
	})
	if address == "" {
		t.Fatal("the server has ended before it listened")
	}
	return "http://" + address
}

// listening reads the log until the server says where it listens.
func listening(lines *bufio.Scanner) string {
	for lines.Scan() {
		var line struct{ Msg, Address string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "listening" {
			return line.Address
		}
	}
	return ""
}

// databases are those that a server runs on: each makes a fresh one and returns
// the flags that name it.
var databases = map[string]func(t *testing.T) []string{
	"sqlite": func(t *testing.T) []string { return []string{"--data", t.TempDir()} },
	"postgres": func(t *testing.T) []string {
		return []string{"--database", schema(t), "--key-file", filepath.Join(t.TempDir(), "server.key")}
	},
}

// schema makes an empty PostgreSQL schema for one test, and returns a URL for
// it.
func schema(t *testing.T) string {
	t.Helper()
	at := need.Postgres(t)
	name := "compat_" + strings.ToLower(rand.Text())
	query(t, at, `create schema "`+name+`"`)
	t.Cleanup(func() { query(t, at, `drop schema "`+name+`" cascade`) })
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	parameters := u.Query()
	parameters.Set("search_path", name)
	u.RawQuery = parameters.Encode()
	return u.String()
}

func query(t *testing.T, at, statement string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	db, err := pgx.Connect(ctx, at)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(ctx, statement)
	if err := errors.Join(err, db.Close(ctx)); err != nil {
		t.Error(err)
	}
}
