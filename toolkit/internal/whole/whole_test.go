package whole_test

import (
	"os"
	"path/filepath"
	"testing"

	"wherry/toolkit/internal/whole"
)

func TestFilesAreWholeOrNotThere(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "users.json")
	if err := whole.Write(path, []byte("first")); err != nil {
		t.Fatal(err)
	}
	f, err := whole.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.WriteString("half")
	f.Drop()
	text, err := os.ReadFile(path)
	info, statErr := os.Stat(path)
	if err != nil || statErr != nil || string(text) != "first" || info.Mode() != 0o600 {
		t.Errorf("%q, %v, %v, %v", text, info, err, statErr)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestNoRoomIsTold(t *testing.T) {
	t.Parallel()
	if err := whole.Write(filepath.Join(t.TempDir(), "none", "users.json"), nil); err == nil {
		t.Error("a file was written into a folder that is not there")
	}
}
