package bulk

import (
	"bufio"
	"context"
	"fmt"
	"os/exec"
	"syscall"
	"testing"

	"wherry/internal/need"
)

// disk is a small file system that only programs in its namespaces see under
// its name.
type disk struct {
	dir string // its name there
	pid int    // of a process that keeps the namespaces
}

// newDisk mounts one of so many bytes.
func newDisk(t *testing.T, size uint64) *disk {
	t.Helper()
	need.Namespaces(t)
	d := &disk{dir: t.TempDir()}
	keeper := exec.CommandContext(t.Context(), "unshare", "-rm", "sh", "-c", `mount -t tmpfs -o size="$1" tmpfs "$0" && echo mounted && exec cat`, d.dir, fmt.Sprint(size))
	stdin, err := keeper.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := keeper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := keeper.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stdin.Close(); _ = keeper.Wait() })
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "mounted\n" {
		t.Fatalf("%q, %v", line, err)
	}
	d.pid = keeper.Process.Pid
	return d
}

// outside is where programs find it that are not in its namespaces.
func (d *disk) outside() string { return fmt.Sprintf("/proc/%d/root%s", d.pid, d.dir) }

// command is a program that runs on it.
func (d *disk) command(ctx context.Context, args ...string) *exec.Cmd {
	enter := []string{"-t", fmt.Sprint(d.pid), "-U", "-m", "--preserve-credentials", "sh", "-c", `cd "$0" && exec "$@"`, d.dir}
	return exec.CommandContext(ctx, "nsenter", append(enter, args...)...)
}

// leave makes it as small or large as needed for so many free bytes.
func (d *disk) leave(t *testing.T, free uint64) {
	t.Helper()
	var now syscall.Statfs_t
	if err := syscall.Statfs(d.outside(), &now); err != nil {
		t.Fatal(err)
	}
	size := (now.Blocks-now.Bfree)*uint64(now.Bsize) + free //nolint:gosec // sizes are not negative
	if out, err := d.command(t.Context(), "mount", "-o", fmt.Sprintf("remount,size=%d", size), d.dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
