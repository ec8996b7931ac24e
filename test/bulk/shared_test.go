package bulk

import (
	"errors"
	"os/exec"
	"testing"
)

// TestMachinesShareAnImport lets two machines, as it were, import from one
// workspace in PostgreSQL: everybody comes across, and nobody is sent twice.
func TestMachinesShareAnImport(t *testing.T) {
	t.Parallel()
	place := "--workspace=" + schema(t)
	s := newSite(t)
	c := beginAt(t, s, 1500)
	c.must(t, 0, "export", "--rate", "2000", "--quiet", place)
	c.must(t, 3, "transform", "--collisions", "verified", "--quiet", place) // so that both begin with the import
	first, one := c.command(t.Context(), "import", "--at-most", "50", place)
	second, two := c.command(t.Context(), "import", "--at-most", "50", place)
	for _, cmd := range []*exec.Cmd{first, second} {
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
	}
	for cmd, output := range map[*exec.Cmd]any{first: one, second: two} {
		exited, failed := errors.AsType[*exec.ExitError](cmd.Wait())
		if failed && exited.ExitCode() != 5 {
			t.Fatalf("%v\n%s", exited, output)
		}
	}
	if n := len(s.accounts(t, c)); n != c.carried() {
		t.Errorf("%d accounts, want %d\n%s\n%s", n, c.carried(), one, two)
	}
	t.Logf("%s\n%s", one, two)
}
