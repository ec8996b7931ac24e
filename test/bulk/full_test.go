package bulk

import (
	"database/sql"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // the tests look into workspaces

	"wherry/pool"
)

const kilobyte, megabyte = 1 << 10, 1 << 20

// onDisk moves a crossing to a disk of its own.
func (c *crossing) onDisk(t *testing.T, size uint64) {
	t.Helper()
	config, err := os.ReadFile(filepath.Join(c.dir, "wherry.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	c.disk = newDisk(t, size)
	c.dir = c.disk.outside()
	c.write(t, "wherry.yaml", string(config))
}

// fails runs a command that finds no room, which says so and what to do. The
// workspace is whole afterwards.
func (c *crossing) fails(t *testing.T, args ...string) string {
	t.Helper()
	output := c.must(t, 1, args...)
	for _, want := range []string{"there is no room for", c.disk.dir, "make room there and run the same command again"} {
		if !strings.Contains(output, want) {
			t.Errorf("%v says\n%s\nwant %q", args, output, want)
		}
	}
	if n := strings.Count(output, "there is no room"); n > 1 {
		t.Errorf("%v says it %d times:\n%s", args, n, output)
	}
	c.intact(t)
	return output
}

// intact checks a copy of the workspace, as the disk has no room to look at it.
func (c *crossing) intact(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"wherry.db", "wherry.db-wal"} {
		text, err := os.ReadFile(filepath.Join(c.dir, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "wherry.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var answer string
	if err := db.QueryRowContext(t.Context(), "pragma integrity_check").Scan(&answer); err != nil || answer != "ok" {
		t.Errorf("the workspace is not whole: %q, %v", answer, err)
	}
}

// files lists a folder but for the workspace and what belongs to it.
func (c *crossing) files(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(c.dir, dir))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "wherry.") {
			names = append(names, e.Name())
		}
	}
	return names
}

// TestExportOnAFullDisk fills the disk while a pool is read, and while the list
// is written.
func TestExportOnAFullDisk(t *testing.T) {
	t.Parallel()
	const users = 4000
	export := []string{"export", "--rate", "2000", "--out", "users.json"}
	quiet := begin(t, users, pool.Faults{})
	quiet.must(t, 0, export...)
	c := begin(t, users, pool.Faults{})
	c.onDisk(t, 256*kilobyte)
	for _, size := range []uint64{0, 100 * kilobyte, megabyte} {
		c.disk.leave(t, size)
		c.fails(t, export...)
		if names := c.files(t, ""); len(names) > 0 {
			t.Errorf("it left %v", names)
		}
	}
	c.disk.leave(t, 64*megabyte)
	if output := c.must(t, 0, "export", "--rate", "2000"); !strings.Contains(output, "going on with what was begun") {
		t.Errorf("with room again it says\n%s", output)
	}
	c.disk.leave(t, 300*kilobyte)
	c.fails(t, export...)
	if names := c.files(t, ""); len(names) > 0 {
		t.Errorf("half a list was left: %v", names)
	}
	c.disk.leave(t, 64*megabyte)
	c.must(t, 0, export...)
	if got, want := c.lines(t, "users.json"), quiet.lines(t, "users.json"); !slices.Equal(got, want) || len(got) != users+2 {
		t.Errorf("%d users, the undisturbed run has %d, and they differ", len(got)-2, len(want)-2)
	}
}

// TestTransformOnAFullDisk fills the disk while users are planned, and while
// their files are written.
func TestTransformOnAFullDisk(t *testing.T) {
	t.Parallel()
	const users = 4000
	transform := []string{"transform", "--collisions", "verified", "--users", "500"}
	quiet := begin(t, users, pool.Faults{})
	quiet.must(t, 0, "export", "--rate", "2000", "--quiet")
	quiet.must(t, 3, transform...)
	c := begin(t, users, pool.Faults{})
	c.onDisk(t, 64*megabyte)
	c.must(t, 0, "export", "--rate", "2000", "--quiet")
	for _, size := range []uint64{0, 200 * kilobyte, megabyte} {
		c.disk.leave(t, size)
		c.fails(t, transform...)
		if names := c.files(t, "import"); len(names) > 0 {
			t.Errorf("nobody is planned, and there are %v", names)
		}
	}
	c.disk.leave(t, 64*megabyte)
	c.must(t, 3, transform...)
	before := c.requests(t)
	if want := quiet.requests(t); !reflect.DeepEqual(before, want) {
		t.Errorf("%d users, the undisturbed run has %d, and they differ", len(before), len(want))
	}
	if err := os.RemoveAll(filepath.Join(c.dir, "import")); err != nil {
		t.Fatal(err)
	}
	c.disk.leave(t, megabyte)
	c.fails(t, "transform", "--users", "500")
	some := c.requests(t)
	for _, name := range c.files(t, "import") {
		if strings.HasPrefix(name, ".") {
			t.Errorf("half a file was left: %s", name)
		}
	}
	if len(some) == 0 || len(some) >= len(before) {
		t.Errorf("%d users of %d are in whole files", len(some), len(before))
	}
	c.disk.leave(t, 64*megabyte)
	c.must(t, 0, "transform", "--users", "500")
	if got := c.requests(t); !reflect.DeepEqual(got, before) {
		t.Errorf("%d users in the end, want %d", len(got), len(before))
	}
}

// requests are the users in the import files, by their ids, without their
// random passwords. Each file must be in the manifest, and whole.
func (c *crossing) requests(t *testing.T) map[string]doc {
	t.Helper()
	users := map[string]doc{}
	listed := map[string]bool{"manifest.jsonl": true}
	for _, line := range c.lines(t, filepath.Join("import", "manifest.jsonl")) {
		var info struct {
			File  string
			Users int
		}
		if err := json.Unmarshal([]byte(line), &info); err != nil {
			t.Fatal(err)
		}
		listed[info.File] = true
		var request struct{ Users []doc }
		text, err := os.ReadFile(filepath.Join(c.dir, "import", info.File))
		if err == nil {
			err = json.Unmarshal(text, &request)
		}
		if err != nil || len(request.Users) != info.Users {
			t.Fatalf("%s: %d users, want %d: %v", info.File, len(request.Users), info.Users, err)
		}
		for _, u := range request.Users {
			maps.DeleteFunc(u, func(name string, _ any) bool { return name == "password" || name == "salt" })
			users[u["id"].(string)] = u
		}
	}
	for _, name := range c.files(t, "import") {
		if !listed[name] {
			t.Errorf("%s is not in the manifest", name)
		}
	}
	return users
}

// TestImportOnAFullDisk fills the disk while users are sent, so that the target
// has some of whom the workspace does not know.
func TestImportOnAFullDisk(t *testing.T) {
	t.Parallel()
	const users = 4000
	carry := []string{"import", "--collisions", "verified", "--at-most", "250", "--refused", "refused.json"}
	undisturbed := newSite(t)
	quiet := beginAt(t, undisturbed, users)
	quiet.must(t, 0, "export", "--rate", "2000", "--quiet")
	quiet.must(t, 3, carry...)
	want, tally := undisturbed.accounts(t, quiet), quiet.tally(t)

	s := newSite(t)
	c := beginAt(t, s, users)
	c.onDisk(t, 64*megabyte)
	c.must(t, 0, "export", "--rate", "2000", "--quiet")
	c.must(t, 3, "transform", "--collisions", "verified", "--quiet")
	if err := os.RemoveAll(filepath.Join(c.dir, "import")); err != nil {
		t.Fatal(err)
	}
	across := 0
	for _, size := range []uint64{0, 150 * kilobyte, 400 * kilobyte} {
		c.disk.leave(t, size)
		c.fails(t, carry...)
		if names := c.files(t, ""); len(names) > 0 {
			t.Errorf("it left %v", names)
		}
		across = len(s.accounts(t, c))
	}
	if across == 0 || across >= len(want) {
		t.Errorf("%d of %d were across when the disk was full: nothing was tried", across, len(want))
	}
	c.disk.leave(t, 64*megabyte)
	c.must(t, 0, carry...)
	if got := s.accounts(t, c); !reflect.DeepEqual(got, want) {
		t.Errorf("%d accounts, the undisturbed run has %d, and they differ", len(got), len(want))
	}
	if now := c.tally(t); !reflect.DeepEqual(now, tally) {
		t.Errorf("%v, want %v", now, tally)
	}
}
