package e2e

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the reference of all commands anew")

const reference = "../../docs/reference/commands.md"

// TestReferenceIsCurrent: what the documentation says about commands and flags
// is what the program says.
func TestReferenceIsCurrent(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	if r := run(t, "manual", "--out", out); r.code != 0 {
		t.Fatalf("exit code %d\n%s", r.code, r.stderr)
	}
	page, err := os.ReadFile(filepath.Join(out, "commands.md"))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(reference, page, 0o644); err != nil { //nolint:gosec // for everybody to read
			t.Fatal(err)
		}
	}
	is, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	if string(is) != string(page) {
		t.Error("docs/reference/commands.md is out of date: go test ./test/e2e -run Reference -update")
	}
}
