package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/server"
)

// TestRun: the command serves until it is told to stop, and can be started
// again on what it has left.
func TestRun(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	for range 2 {
		running := run(t, &server.Command{Place: server.Place{Data: dir}, Listen: "127.0.0.1:0"})
		resp, err := get(t, running.url+"/api/status")
		if err != nil || resp != http.StatusOK {
			t.Fatalf("status %d, %v", resp, err)
		}
		if err := running.stop(); err != nil {
			t.Fatal(err)
		}
		if _, err := get(t, running.url+"/api/status"); err == nil {
			t.Error("it answers after it has stopped")
		}
	}
}

// process is a command that runs.
type process struct {
	url  string
	stop func() error
}

// run starts a command and waits until it listens.
func run(t *testing.T, c *server.Command) *process {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	log, stderr := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx, &console.Console{Out: io.Discard, Err: stderr}) }()
	var line struct{ Msg, Address string }
	for d := json.NewDecoder(log); line.Msg != "listening"; {
		if err := d.Decode(&line); err != nil {
			t.Fatal(err)
		}
	}
	go func() { _, _ = io.Copy(io.Discard, log) }()
	return &process{"http://" + line.Address, func() error { cancel(); return <-ended }}
}

func get(t *testing.T, url string) (status int, err error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

// TestRunRefuses: what keeps the command from starting, found before anything
// is written.
func TestRunRefuses(t *testing.T) {
	t.Parallel()
	var lc net.ListenConfig
	taken, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	address := taken.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	dir := filepath.Join(t.TempDir(), "data")
	for _, tt := range []struct {
		name string
		cmd  server.Command
		code int
		want []string // in the error or its hint
	}{
		{"port in use", server.Command{Place: server.Place{Data: dir}, Listen: address}, exit.Failed, []string{port, "--listen"}},
		{"wrong settings", server.Command{Place: server.Place{Data: dir}, Listen: "x", LogLevel: "loud"}, exit.Usage, []string{"--listen", "--log-level", "wherry server serve --help"}},
		{"no settings file", server.Command{Place: server.Place{Config: dir + ".yaml", Data: dir}}, exit.Usage, []string{dir + ".yaml"}},
		{"PostgreSQL is not there", server.Command{Place: server.Place{Data: dir, Database: "postgres://user:made-up-secret@127.0.0.1:1/none"}, Listen: "127.0.0.1:0"}, exit.Failed, []string{"127.0.0.1:1", "--database"}},
		{"no such address", server.Command{Place: server.Place{Data: dir}, Listen: "192.0.2.1:80"}, exit.Usage, []string{"192.0.2.1:80", "--listen"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var stderr bytes.Buffer
			err := tt.cmd.Run(t.Context(), &console.Console{Out: io.Discard, Err: &stderr})
			if err == nil || exit.Code(err) != tt.code {
				t.Fatalf("error %v, code %d", err, exit.Code(err))
			}
			said := err.Error() + "\n" + exit.Hint(err)
			for _, want := range tt.want {
				if !strings.Contains(said, want) {
					t.Errorf("%q is missing in: %s", want, said)
				}
			}
			if strings.Contains(said+stderr.String(), "made-up-secret") {
				t.Errorf("the password is shown: %s", said)
			}
			if _, err := os.Stat(dir); err == nil {
				t.Error("something was written")
			}
		})
	}
}

// TestRunIsInterrupted: a signal during the first start ends it with nothing
// done.
func TestRunIsInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	err := (&server.Command{Place: server.Place{Data: dir}, Listen: "127.0.0.1:0"}).Run(ctx, &console.Console{Out: io.Discard, Err: io.Discard})
	if exit.Code(err) != exit.Interrupted {
		t.Errorf("error %v, code %d", err, exit.Code(err))
	}
	mustBeFresh(t, server.Config{Data: dir})
}
