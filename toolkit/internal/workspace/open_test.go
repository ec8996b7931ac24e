package workspace

import (
	"bytes"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/internal/exit"
	"wherry/internal/secret"
)

func TestAWorkspaceIsOpenedAgain(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		w := open(t, place, Options{})
		fill(t, openPool(t, w), person(1))
		must(t, w.Close())
		w = open(t, place, Options{Existing: true, Pools: []string{testPool, "eu-west-1_Other"}})
		if tally, err := openPool(t, w).Tally(t.Context()); err != nil || tally.Total != 1 {
			t.Errorf("%+v, %v", tally, err)
		}
	})
}

func TestSeveralOpenANewWorkspaceTogether(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		results := make(chan error)
		for range 4 {
			go func() {
				w, err := Open(t.Context(), place, Options{})
				if err == nil {
					_, err = w.Pool(t.Context(), testPool)
					err = errors.Join(err, w.Close())
				}
				results <- err
			}()
		}
		for range 4 {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestAWorkspaceThatIsRefused(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		must(t, open(t, place, Options{}).Close())
		w := open(t, place, Options{})
		openPool(t, w)
		_, err := Open(t.Context(), place, Options{Pools: []string{"eu-west-1_Other"}})
		wantRefusal(t, err, exit.Usage, "belongs to the pool "+testPool+", the configuration names eu-west-1_Other")

		_, err = w.writer.ExecContext(t.Context(), "insert into goose_db_version (version_id, is_applied) values (9999, true)")
		must(t, err)
		_, err = Open(t.Context(), place, Options{})
		wantRefusal(t, err, exit.Failed, "has version 9999")
	})
}

func TestAFileThatIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.txt")
	must(t, os.WriteFile(text, []byte(strings.Repeat("These are notes.\n", 100)), 0o600))
	foreign := filepath.Join(dir, "foreign.db")
	db, err := sql.Open("sqlite", foreign)
	must(t, err)
	_, err = db.ExecContext(t.Context(), "create table users (id text)")
	must(t, err, db.Close())
	for path, want := range map[string]struct {
		text     string
		code     int
		existing bool
	}{
		text:                             {"file is not a database", exit.Failed, false},
		foreign:                          {"is a database, but no workspace", exit.Usage, false},
		filepath.Join(dir, "none.db"):    {"there is no workspace", exit.Usage, true},
		filepath.Join(dir, "no", "x.db"): {"open the workspace", exit.Usage, false},
	} {
		_, err := Open(t.Context(), path, Options{Existing: want.existing})
		wantRefusal(t, err, want.code, want.text)
	}
}

func TestTheFileIsPrivate(t *testing.T) {
	t.Parallel()
	place := filepath.Join(t.TempDir(), "wherry.db")
	fill(t, openPool(t, open(t, place, Options{})), person(1))
	files, err := filepath.Glob(place + "*")
	must(t, err)
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f, info.Mode(), err)
		}
	}
}

func TestEncryption(t *testing.T) {
	key := secret.String(strings.Repeat("k", 32))
	for name, lock := range map[string]Lock{"passphrase": {Passphrase: "a boat with oars"}, "key": {Key: key}} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, place string) {
				w := open(t, place, Options{Lock: lock})
				fill(t, openPool(t, w), person(1))
				must(t, w.Close())
				for _, wrong := range []Lock{{}, {Passphrase: "another"}, {Key: key + "x"}} {
					_, err := Open(t.Context(), place, Options{Lock: wrong})
					wantRefusal(t, err, exit.Usage, "")
				}
				w = open(t, place, Options{Lock: lock})
				users, err := openPool(t, w).Find(t.Context(), "USER0001@example.com")
				if err != nil || len(users) != 1 || string(users[0].Source) != `{"Username":"user0001"}` {
					t.Errorf("%+v, %v", users, err)
				}
				must(t, w.Close())
				if !IsURL(place) {
					wantNowhere(t, place, "user0001")
				}
			})
		})
	}
	t.Run("not encrypted", func(t *testing.T) {
		onEach(t, func(t *testing.T, place string) {
			must(t, open(t, place, Options{}).Close())
			_, err := Open(t.Context(), place, Options{Lock: Lock{Key: key}})
			wantRefusal(t, err, exit.Usage, "is not encrypted")
		})
	})
	t.Run("short key", func(t *testing.T) {
		t.Parallel()
		_, err := Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), Options{Lock: Lock{Key: "short"}})
		wantRefusal(t, err, exit.Usage, "too short")
	})
}

// wantNowhere looks for a text in all files of a workspace.
func wantNowhere(t *testing.T, place, text string) {
	t.Helper()
	files, err := filepath.Glob(place + "*")
	must(t, err)
	for _, f := range files {
		data, err := os.ReadFile(f)
		must(t, err)
		if bytes.Contains(data, []byte(text)) {
			t.Errorf("%s is in %s", text, f)
		}
	}
}

func TestDocumentsCannotChangePlaces(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		w := open(t, place, Options{Lock: Lock{Key: secret.String(strings.Repeat("k", 32))}})
		p := openPool(t, w)
		fill(t, p, people(1, 3)...)
		_, err := w.writer.ExecContext(t.Context(), "update sources set doc = (select doc from sources s where s.n = 1) where n = 2")
		must(t, err)
		if _, err := p.User(t.Context(), person(2).ID); err == nil {
			t.Error("a document of another user was read")
		}
	})
}

func TestClaims(t *testing.T) {
	onEach(t, func(t *testing.T, place string) {
		p := openPool(t, open(t, place, Options{}))
		must(t, p.Claim(t.Context(), "target", "https://auth.example.com"), p.Claim(t.Context(), "target", "https://auth.example.com"))
		wantRefusal(t, p.Claim(t.Context(), "target", "https://other.example.com"), exit.Usage, "was begun with the target https://auth.example.com, not with")
	})
}

func TestMigrationFoldersMatch(t *testing.T) {
	t.Parallel()
	names := map[string][]string{}
	for _, folder := range []string{"sqlite", "postgres"} {
		entries, err := fs.ReadDir(migrations, "migrations/"+folder)
		must(t, err)
		for _, e := range entries {
			names[folder] = append(names[folder], e.Name())
		}
	}
	if diff := cmp.Diff(names["sqlite"], names["postgres"]); diff != "" || len(names["sqlite"]) == 0 {
		t.Errorf("the folders differ: %s", diff)
	}
}

func wantRefusal(t *testing.T, err error, code int, text string) {
	t.Helper()
	if err == nil || exit.Code(err) != code || exit.Hint(err) == "" || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v (code %d, hint %q), want %q with code %d and a hint", err, exit.Code(err), exit.Hint(err), text, code)
	}
}
