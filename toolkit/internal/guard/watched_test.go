package guard

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSecretsInFilesAreReadAgain(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secret")
	put(t, file, "the first secret\n")
	var log bytes.Buffer
	source, err := Files(slog.New(slog.NewTextHandler(&log, nil)), Fixed{"a fixed secret"}, file)
	if err != nil {
		t.Fatal(err)
	}
	clock := time.Now()
	source.(*files).watched[0].now = func() time.Time { return clock }
	want := func(secrets ...string) {
		t.Helper()
		got, err := source.Secrets(t.Context())
		var texts []string
		for _, s := range got {
			texts = append(texts, s.Reveal())
		}
		if err != nil || strings.Join(texts, "|") != strings.Join(secrets, "|") {
			t.Errorf("got %q, %v, want %q", texts, err, secrets)
		}
	}
	want("a fixed secret", "the first secret")
	put(t, file, "the second one\n")
	want("a fixed secret", "the first secret") // it looks once a second
	clock = clock.Add(lookAgain)
	want("a fixed secret", "the second one")

	put(t, file, "") // half written, or emptied by mistake
	clock = clock.Add(lookAgain)
	want("a fixed secret", "the second one")
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	clock = clock.Add(lookAgain)
	want("a fixed secret", "the second one")
	if !strings.Contains(log.String(), "cannot be read again") || strings.Contains(log.String(), "the second one") {
		t.Errorf("log: %s", &log)
	}
	put(t, file, "the third")
	clock = clock.Add(lookAgain)
	want("a fixed secret", "the third")
}

func TestFilesMustBeThereAtTheStart(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty")
	put(t, empty, " \n")
	for _, file := range []string{empty, filepath.Join(t.TempDir(), "none")} {
		if _, err := Files(slog.New(slog.DiscardHandler), nil, file); err == nil {
			t.Errorf("%s was accepted", file)
		}
	}
}

func put(t *testing.T, file, content string) {
	t.Helper()
	next := file + ".next" // renamed, as Kubernetes does it: another file each time
	if err := os.WriteFile(next, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, file); err != nil {
		t.Fatal(err)
	}
}
