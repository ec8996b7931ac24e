// Package bulk runs the bulk road as processes, as its users do, and kills
// them.
package bulk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"wherry/pool"
)

// wherry is the program under test.
var wherry string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "wherry-bulk-")
	if err != nil {
		panic(err)
	}
	wherry = filepath.Join(dir, "wherry")
	build := exec.Command("go", "build", "-trimpath", "-o", wherry, "./cmd/wherry") //nolint:noctx // it ends with the tests
	build.Dir, build.Env = "../..", append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		panic(fmt.Sprintf("build: %v\n%s", err, out))
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// crossing is a folder with a configuration, beside a pool.
type crossing struct {
	dir       string
	disk      *disk  // that dir is, nil if it is none of its own
	place     string // of the workspace, "" for a file in dir
	pool      *pool.Pool
	generated *pool.Generated
}

// begin starts a pool of generated users and writes the configuration for it.
func begin(t *testing.T, users int, faults pool.Faults) *crossing {
	t.Helper()
	generated := pool.Generate(users, 1)
	p, err := pool.New(pool.Config{Directories: []pool.Directory{generated.Directory()}, Faults: faults})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(p.Handler())
	t.Cleanup(server.Close)
	c := &crossing{dir: t.TempDir(), pool: p, generated: generated}
	c.write(t, "wherry.yaml", fmt.Sprintf("pools: [{id: %s, client_id: 1example23456789, endpoint: %q}]\n", generated.Directory().Pool.ID, server.URL))
	return c
}

func (c *crossing) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// command is the program, not started yet.
func (c *crossing) command(ctx context.Context, args ...string) (*exec.Cmd, *bytes.Buffer) {
	var output bytes.Buffer
	cmd := exec.CommandContext(ctx, wherry, args...)
	cmd.Dir = c.dir
	if c.disk != nil {
		cmd = c.disk.command(ctx, append([]string{wherry}, args...)...)
	}
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=example")
	if c.place != "" {
		cmd.Env = append(cmd.Env, "WHERRY_WORKSPACE="+c.place)
	}
	return cmd, &output
}

// run runs the program to its end and returns its exit code and what it
// printed.
func (c *crossing) run(t *testing.T, args ...string) (int, string) {
	t.Helper()
	cmd, output := c.command(t.Context(), args...)
	if err := cmd.Run(); err != nil {
		if _, exited := errors.AsType[*exec.ExitError](err); !exited {
			t.Fatal(err)
		}
	}
	return cmd.ProcessState.ExitCode(), output.String()
}

// runFor runs the program, and kills it when its time is over. It tells
// whether the program ended by itself.
func (c *crossing) runFor(t *testing.T, d time.Duration, args ...string) (ended bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	cmd, output := c.command(ctx, args...) // a context that ends is SIGKILL
	err := cmd.Run()
	if ctx.Err() == nil && err != nil {
		t.Fatalf("%v: %v\n%s", args, err, output)
	}
	return err == nil
}

// lines are the lines of a file in some order.
func (c *crossing) lines(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(c.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], ",")
	}
	slices.Sort(lines)
	return lines
}

// number is the value of an environment variable that scales a test.
func number(t *testing.T, name string, usual int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}
