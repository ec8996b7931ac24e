package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wherry/internal/exit"
)

func TestASecondServerOnTheSameFileIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	first, err := Open(t.Context(), "", path, new(clock).now)
	must(t, err)
	_, err = Open(t.Context(), "", path, new(clock).now)
	if err == nil || !strings.Contains(err.Error(), "another server uses the data") || !strings.Contains(exit.Hint(err), "--data") {
		t.Errorf("the second: %v, hint %q", err, exit.Hint(err))
	}
	must(t, first.Tenants.Create(t.Context(), tenant(1, "Default"))) // the first goes on
	must(t, first.Close())
	second := open(t, "", path, new(clock))
	if _, err := second.Tenants.Get(t.Context(), id(1)); err != nil {
		t.Errorf("after the first has stopped: %v", err)
	}
}

func TestOnlyTheOwnerCanReadTheFiles(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "data")
	path := filepath.Join(dir, "test.db")
	db := open(t, "", path, new(clock))
	must(t, db.Tenants.Create(t.Context(), tenant(1, "Default")))
	entries, err := os.ReadDir(dir)
	must(t, err)
	if len(entries) < 4 {
		t.Errorf("want database, log, shared memory and lock, got %v", entries)
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", e.Name(), info.Mode(), err)
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v", info.Mode(), err)
	}
}

func TestAFileThatOthersCouldReadIsClosed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	must(t, os.WriteFile(path, nil, 0o644))
	open(t, "", path, new(clock))
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestFoldersMayHaveAnyName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a b", "what?", "50%", "50%41", "#1", "a&b=c", "ä", ";,+"} {
		path := filepath.Join(t.TempDir(), name, "test.db")
		db := open(t, "", path, new(clock))
		must(t, db.Tenants.Create(t.Context(), tenant(1, "Default")))
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("%q: the database is elsewhere: %v", name, err)
		}
		var mode string
		must(t, db.reader.QueryRowContext(t.Context(), "pragma journal_mode").Scan(&mode))
		if mode != "wal" {
			t.Errorf("%q: the settings got lost: %s", name, mode)
		}
	}
}

func TestReadersCannotWrite(t *testing.T) {
	t.Parallel()
	db := open(t, "", filepath.Join(t.TempDir(), "test.db"), new(clock))
	if _, err := db.reader.ExecContext(t.Context(), "delete from tenants"); err == nil {
		t.Error("a reader deleted")
	}
}

func TestPlacesWhereNoDatabaseCanBe(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, []byte("this is not a database, only text that is long enough to look like one"), 0o600))
	for name, path := range map[string]string{"below a file": filepath.Join(file, "test.db"), "in another file": file} {
		if db, err := Open(t.Context(), "", path, new(clock).now); err == nil {
			t.Errorf("%s: it was opened: %v", name, db.Close())
		}
	}
	if left, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(left), "this is not") {
		t.Errorf("the other file was changed: %q, %v", left, err)
	}
}
