// Package e2e runs the program as processes, as its users do.
package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// wherry is the program under test.
var wherry string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "wherry-e2e-")
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

// result is how a process ended.
type result struct {
	code           int
	stdout, stderr string
}

// credentials are for commands that read a pool, which takes any.
var credentials = []string{"AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=example", "AWS_EC2_METADATA_DISABLED=true"}

// run runs the program to its end.
func run(t *testing.T, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, wherry, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.Env = t.TempDir(), &out, &errs, append(os.Environ(), credentials...)
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

// process is the program in the foreground of a terminal of its own.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	mu     sync.Mutex
	output bytes.Buffer
	done   chan struct{}
}

// start starts the program; it is interrupted at the end of the test if it
// still runs.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	return startWith(t, nil, args...)
}

// startWith is start with more environment.
func startWith(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(wherry, args...), done: make(chan struct{})} //nolint:noctx // interrupted, not killed
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr, p.cmd.Env = t.TempDir(), p, p, append(os.Environ(), env...)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait() // the code is asked for afterwards
	}()
	t.Cleanup(func() { p.interrupt() })
	return p
}

// Write collects what the process prints.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.output.Write(b)
}

func (p *process) printed() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.output.String()
}

// firstLine waits for the first line that is printed.
func (p *process) firstLine() string {
	p.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if line, _, whole := strings.Cut(p.printed(), "\n"); whole {
			return line
		}
	}
	p.t.Fatalf("it printed no line: %s", p.printed())
	return ""
}

// interrupt is Ctrl-C; it returns the exit code.
func (p *process) interrupt() int {
	p.t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGINT) // it may have ended already
	select {
	case <-p.done:
	case <-time.After(30 * time.Second):
		_ = p.cmd.Process.Kill()
		p.t.Fatalf("it did not end after an interrupt; it printed:\n%s", p.printed())
	}
	return p.cmd.ProcessState.ExitCode()
}

// until waits for a URL to answer with 200.
func (p *process) until(url string) {
	p.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		select {
		case <-p.done:
			p.t.Fatalf("it ended too early; it printed:\n%s", p.printed())
		default:
		}
		if status, _ := get(p.t, url); status == http.StatusOK {
			return
		}
	}
	p.t.Fatalf("%s did not answer; the program printed:\n%s", url, p.printed())
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	content, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(content)
}

// port is one that nobody uses at the moment.
func port(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return strings.TrimPrefix(ln.Addr().String(), "127.0.0.1:")
}
