package e2e

import (
	"bufio"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wherry/internal/need"
)

func TestRehearsalChecksItself(t *testing.T) {
	t.Parallel()
	r := run(t, "rehearse", "--check")
	if r.code != 0 || strings.Contains(r.stdout, "✗") || strings.Count(r.stdout, "✓") < 15 {
		t.Errorf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}

func TestRehearsalOnPostgreSQL(t *testing.T) {
	t.Parallel()
	r := run(t, "rehearse", "--check", "--json", "--postgres", need.Postgres(t))
	if r.code != 0 {
		t.Fatalf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	lines := bufio.NewScanner(strings.NewReader(r.stdout))
	for lines.Scan() {
		var line struct {
			Check  string
			Passed bool
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil || line.Check == "" || !line.Passed {
			t.Errorf("%v: %s", err, lines.Text())
		}
	}
}

// A rehearsal in a folder of its own can be taken up again: accounts that came
// across are there.
func TestRehearsalIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "rehearsal")
	if r := run(t, "rehearse", "--check", "--dir", dir); r.code != 0 {
		t.Fatalf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	r := run(t, "rehearse", "--check", "--dir", dir)
	if r.code != 1 || !strings.Contains(r.stdout, "✗ nobody is across yet") {
		t.Errorf("the second check should have found the accounts of the first one: exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}

func TestRehearsalLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	tmp := t.TempDir()
	p := startWith(t, []string{"TMPDIR=" + tmp}, "rehearse", "--json",
		"--server", "127.0.0.1:0", "--connector", "127.0.0.1:0", "--pool", "127.0.0.1:0", "--app", "127.0.0.1:0", "--mail", "127.0.0.1:0")
	shown := p.firstLine()
	var addresses struct{ Server, Dir string }
	if err := json.Unmarshal([]byte(shown), &addresses); err != nil {
		t.Fatalf("%v: %s", err, shown)
	}
	p.until(addresses.Server + "/api/status")
	if code := p.interrupt(); code != 0 {
		t.Errorf("exit %d after Ctrl-C, want 0:\n%s", code, p.printed())
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestPortInUseNamesPortAndFlag(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed with the test
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	taken := ln.Addr().String()
	_, number, _ := net.SplitHostPort(taken)
	for name, args := range map[string][]string{
		"--server": {"rehearse", "--check", "--server", taken},
		"--app":    {"rehearse", "--check", "--app", taken},
		"--mail":   {"rehearse", "--check", "--mail", taken},
		"--listen": {"server", "--listen", taken},
	} {
		r := run(t, args...)
		if r.code != 1 || !strings.Contains(r.stderr, number) || !strings.Contains(r.stderr, name) {
			t.Errorf("%v: exit %d, want 1 and the port and flag named:\n%s", args, r.code, r.stderr)
		}
	}
}

// The bulk road too, through everything that a pool can do to an export.
func TestRehearsalOfTheBulkRoad(t *testing.T) {
	t.Parallel()
	report := filepath.Join(t.TempDir(), "report.html")
	r := run(t, "rehearse", "--bulk", "--users", "600", "--faults", "throttle,empty-pages,short-pages,expired-tokens,resets,errors", "--check", "--report", report)
	if r.code != 0 || strings.Contains(r.stdout, "✗") || strings.Count(r.stdout, "✓") < 9 {
		t.Errorf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	if page, err := os.ReadFile(report); err != nil || !strings.Contains(string(page), "<html") {
		t.Errorf("the report: %v", err)
	}
	if r := run(t, "rehearse", "--users", "600"); r.code != 2 || !strings.Contains(r.stderr, "--bulk") {
		t.Errorf("exit %d\n%s", r.code, r.stderr)
	}
}
