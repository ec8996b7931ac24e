package plan

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wherry/internal/need"
)

var update = flag.Bool("update", false, "write what the manual shows anew")

// TestTheManualShowsWhatHappens types what the console blocks of a page say,
// in a fresh folder, and compares what comes. Commands that end in & run until
// the page does; the ports of the page stand for free ones.
func TestTheManualShowsWhatHappens(t *testing.T) {
	t.Parallel()
	need.Program(t, "apt-get install curl", "curl")
	const page = "../../docs/migrate/plan.md"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	c := newConsole(t, string(text))
	got := block.ReplaceAllStringFunc(string(text), c.block)
	if *update {
		if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(strings.Split(string(text), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s shows something else (-update writes it anew):\n%s", page, diff)
	}
}

var (
	block = regexp.MustCompile("(?s)```console\n.*?```")
	port  = regexp.MustCompile(`127\.0\.0\.1:(9\d{3})`)
)

// console is somebody who types what a page says.
type console struct {
	t       *testing.T
	dir     string
	env     []string
	there   *strings.Replacer // the page's addresses to real ones
	back    *strings.Replacer
	program string
}

func newConsole(t *testing.T, text string) *console {
	t.Helper()
	c := &console{t: t, dir: t.TempDir(), program: t.TempDir()}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(c.program, "wherry"), "./cmd/wherry")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c.env = append(os.Environ(), "PATH="+c.program+":"+os.Getenv("PATH"))
	var there, back []string
	seen := map[string]bool{}
	for _, found := range port.FindAllStringSubmatch(text, -1) {
		if seen[found[1]] {
			continue
		}
		seen[found[1]] = true
		free := fmt.Sprintf("127.0.0.1:%d", freePort(t))
		there, back = append(there, found[0], free), append(back, free, found[0])
	}
	c.there, c.back = strings.NewReplacer(there...), strings.NewReplacer(back...)
	return c
}

func freePort(t *testing.T) int {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port
}

// block types the commands of a block, and returns it with what came.
func (c *console) block(text string) string {
	var b strings.Builder
	b.WriteString("```console\n")
	for line := range strings.Lines(text) {
		if command, typed := strings.CutPrefix(line, "$ "); typed {
			fmt.Fprintf(&b, "$ %s%s", command, c.back.Replace(c.enter(c.there.Replace(strings.TrimSpace(command)))))
		}
	}
	return b.String() + "```"
}

// enter runs a command and returns what it prints.
func (c *console) enter(command string) string {
	c.t.Helper()
	if set, exported := strings.CutPrefix(command, "export "); exported {
		c.env = append(c.env, strings.Fields(set)...)
		return ""
	}
	if serving, background := strings.CutSuffix(command, "&"); background {
		c.start(strings.TrimSpace(serving))
		return ""
	}
	cmd := c.shell(c.t.Context(), command)
	out, err := cmd.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited { //nolint:errorlint // exec returns it as it is
		c.t.Fatal(err)
	}
	return took.ReplaceAllString(string(out), "in 0.1 s")
}

// took is how long something has taken, which differs.
var took = regexp.MustCompile(`in \d+\.\d s`)

func (c *console) shell(ctx context.Context, command string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "bash", "-c", command)
	cmd.Dir, cmd.Env = c.dir, c.env
	return cmd
}

// start runs a command in the background, and waits until it listens.
func (c *console) start(command string) {
	c.t.Helper()
	var out bytes.Buffer
	cmd := c.shell(context.WithoutCancel(c.t.Context()), "exec "+command)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGINT) // it may have ended
		_ = cmd.Wait()
	})
	address := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(command)
	for range 600 {
		conn, err := net.Dial("tcp", address) //nolint:noctx // on this machine
		if err == nil {
			conn.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	c.t.Fatalf("%s does not listen on %s: %s", command, address, out.String())
}
