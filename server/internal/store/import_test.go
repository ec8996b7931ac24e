package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
)

func newImport(t *testing.T, db *DB, accounts ...*fa.Account) *Import {
	t.Helper()
	im, err := db.NewImport()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { must(t, im.Close()) })
	for n, u := range accounts {
		if first, err := im.Add([]*fa.Account{u}); err != nil || first != n {
			t.Fatalf("Add: %d, %v; want %d", first, err, n)
		}
	}
	return im
}

// TestImported: what is imported reads like what is created.
func TestImported(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		world(t, db)
		must(t, db.Groups.Create(ctx, &fa.Group{ID: id(20), TenantID: id(1), Name: "Readers", Data: fa.Data{}}))
		plain := user(11, id(1), "grace@example.com")
		member := ada()
		member.Memberships = []fa.Membership{{ID: id(21), GroupID: id(20), InsertInstant: 5}}
		hashed := fa.Credential{Scheme: "bcrypt", Factor: 4, Salt: "c2FsdA==", Hash: "aGFzaA=="}
		must(t, newImport(t, db, member, plain).Write(ctx, map[int]fa.Credential{1: hashed}))
		plain.Credential = hashed
		for _, want := range []*fa.Account{member, plain} {
			got, err := db.User(ctx, want.ID)
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%v %s", err, diff)
			}
		}
	})
}

// TestImportIsAllOrNothing: the last of many is refused.
func TestImportIsAllOrNothing(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		world(t, db)
		must(t, db.CreateUser(ctx, ada()))
		taken := user(12, id(1), "ada@example.com")
		err := newImport(t, db, user(11, id(1), "grace@example.com"), taken).Write(ctx, nil)
		if errs, ok := errors.AsType[*fa.Errors](err); !ok || !strings.Contains(fmt.Sprint(errs), "ImportRequestFailed") {
			t.Errorf("Write: %v", err)
		}
		if _, err := db.User(ctx, id(11)); !errors.Is(err, fa.ErrNotFound) {
			t.Errorf("the first one has stayed: %v", err)
		}
	})
}

// TestImportTaken: what is not unique, each value named, however many there are.
func TestImportTaken(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		world(t, db)
		must(t, db.CreateUser(t.Context(), ada()))
		var accounts []*fa.Account
		for n := range takenAtOnce {
			accounts = append(accounts, user(100+n, id(1), fmt.Sprintf("u%d@example.com", n)))
		}
		elsewhere := user(11, id(2), "ada@example.com")
		twice := user(12, id(1), "u0@example.com")
		phone := user(13, id(1), "")
		phone.PhoneNumber = "+13035550100"
		named := user(14, id(1), "")
		named.Username = "ADA"
		same := user(10, id(1), "new@example.com")

		must(t, newImport(t, db, append(accounts, elsewhere)...).Taken(t.Context()))
		err := newImport(t, db, append(accounts, twice, phone, named, same)...).Taken(t.Context())
		told, _ := json.Marshal(err)
		for _, want := range []string{"[u0@example.com]", "[+13035550100]", "[ada]", string(id(10))} {
			if !strings.Contains(string(told), want) {
				t.Errorf("%s is not in %s", want, told)
			}
		}
	})
}

// TestImportKeepsPeopleOutOfTemporaryFiles: what waits on the disk can be read
// by nobody, and is gone afterwards.
func TestImportKeepsPeopleOutOfTemporaryFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := newSpool(dir, "users", "id", "doc")
	must(t, err)
	must(t, s.write(appendRow(nil, []any{id(1), "ada@example.com"}), 1))
	next, err := s.reader()
	must(t, err)
	if row, err := next(); err != nil || row[1] != "ada@example.com" {
		t.Errorf("the row has come back as %v, %v", row, err)
	}
	size, err := s.file.Seek(0, 2)
	must(t, err)
	stored := make([]byte, size)
	if n, err := s.file.ReadAt(stored, 0); err != nil || n == 0 || strings.Contains(string(stored), "ada") {
		t.Errorf("%d bytes on the disk, in clear or not there: %v", n, err)
	}
	must(t, s.close())
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("%v, %v are left", left, err)
	}
}

// TestNotesWaitForAnImport: who has signed in during an import is written down
// after it, and nobody has waited.
func TestNotesWaitForAnImport(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := open(t, "", filepath.Join(t.TempDir(), "test.db"), new(clock))
	world(t, db)
	must(t, db.CreateUser(ctx, ada()))
	release := db.aside.hold(ctx)
	must(t, db.NoteUser(ctx, id(10), func(u *fa.Account) error { u.LastLoginInstant = 7; return nil }))
	if u, err := db.User(ctx, id(10)); err != nil || u.LastLoginInstant != 0 {
		t.Errorf("it was not put aside: %v, %v", u, err)
	}
	release()
	if u, err := db.User(ctx, id(10)); err != nil || u.LastLoginInstant != 7 {
		t.Errorf("it was not made up for: %v, %v", u, err)
	}
}

// TestTenantsChangeDuringAnImport: rows that refer to a tenant do not lock it.
func TestTenantsChangeDuringAnImport(t *testing.T) {
	t.Parallel()
	db := open(t, schema(t), "", new(clock))
	world(t, db)
	tx, err := db.writer.BeginTx(t.Context(), nil)
	must(t, err)
	_, err = tx.ExecContext(t.Context(), "select id from tenants where id = $1 for key share", id(1)) // as a foreign key does
	must(t, err)
	updated := make(chan error, 1)
	go func() {
		_, err := db.Tenants.Update(t.Context(), id(1), func(v *fa.Tenant) error { v.Issuer = "changed.example.com"; return nil })
		updated <- err
	}()
	for len(updated) == 0 && !t.Failed() {
		if blocked(t, db) {
			t.Error("the change waits for the import")
		}
	}
	must(t, tx.Rollback(), <-updated)
}
