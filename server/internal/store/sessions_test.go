package store

import (
	"errors"
	"strings"
	"testing"
	"time"

	"wherry/server/internal/fa"
)

func session(n int, user, application fa.ID) *fa.Session {
	s := fa.NewSession()
	s.ID, s.TenantID, s.UserID, s.ApplicationID, s.Hash = id(n), id(1), user, application, "hash-"+string(id(n))
	s.StartInstant, s.InsertInstant, s.AuthenticationType = start.UnixMilli(), start.UnixMilli(), "PASSWORD"
	return &s
}

// makeSession makes a session whose value was used once.
func makeSession(t *testing.T, db *DB, user, application fa.ID) {
	t.Helper()
	s := session(70, user, application)
	must(t, db.CreateSession(t.Context(), s), db.UseSession(t.Context(), s.Hash, func(s *fa.Session) ([]byte, error) {
		s.Hash = "hash-next"
		return []byte("next"), nil
	}))
}

// registered is a user with a registration for application 2.
func registered(t *testing.T, db *DB) fa.ID {
	t.Helper()
	u := user(9, id(1), "ada@example.com")
	u.Registrations = []fa.Registration{registration(id(2))}
	must(t, db.Tenants.Create(t.Context(), tenant(1, "Default")), db.Applications.Create(t.Context(), application(2, id(1), "Forum")),
		db.Applications.Create(t.Context(), application(3, id(1), "Chat")), db.CreateUser(t.Context(), u))
	return u.ID
}

func TestSessionsAreFoundByTheirHash(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx, u := t.Context(), registered(t, db)
		makeSession(t, db, u, id(2))
		if _, err := db.Session(ctx, "hash-"+string(id(70))); !errors.Is(err, fa.ErrNotFound) {
			t.Errorf("by the old value: %v", err)
		}
		s, err := db.Session(ctx, "hash-next")
		if err != nil || s.ID != id(70) || s.TenantID != id(1) || s.Hash != "hash-next" || s.AuthenticationType != "PASSWORD" {
			t.Errorf("by the next value: %+v, %v", s, err)
		}
		if s, u, acted, err := db.SessionUser(ctx, "hash-next", 0); err != nil || s.ID != id(70) || s.TenantID != id(1) || s.Hash != "hash-next" ||
			u.Email != "ada@example.com" || len(u.Registrations) != 1 || acted {
			t.Errorf("with its user: %+v, %+v, %t, %v", s, u, acted, err)
		}
		if _, _, _, err := db.SessionUser(ctx, "nobody's", 0); !errors.Is(err, fa.ErrNotFound) {
			t.Errorf("nobody's, with a user: %v", err)
		}
		of, used, next, err := db.UsedSession(ctx, "hash-"+string(id(70)))
		if err != nil || of != id(70) || string(next) != "next" || used.IsZero() {
			t.Errorf("used: %s %v %s, %v", of, used, next, err)
		}
		if err := db.CreateSession(ctx, &fa.Session{RefreshToken: fa.RefreshToken{ID: id(71), TenantID: id(1), UserID: u}, Hash: "hash-next"}); !errors.Is(err, fa.ErrConflict) {
			t.Errorf("the same value: %v", err)
		}
		if err := db.EndSessions(ctx, fa.SessionMatch{}); err == nil {
			t.Error("ended everything")
		}
	})
}

func TestSessionsEndWithWhatTheyBelongTo(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx, u := t.Context(), registered(t, db)
		for what, end := range map[string]func() error{
			"registration": func() error {
				_, err := db.UpdateUser(ctx, u, func(u *fa.Account) error { u.Registrations = nil; return nil })
				return err
			},
			"a change that says so": func() error {
				_, err := db.UpdateUser(ctx, u, func(u *fa.Account) error { u.EndSessions = true; return nil })
				return err
			},
			"their end": func() error { return db.EndSessions(ctx, fa.SessionMatch{UserID: u, ApplicationID: id(2)}) },
		} {
			_, err := db.UpdateUser(ctx, u, func(u *fa.Account) error {
				u.Registrations = []fa.Registration{registration(id(2))}
				return nil
			})
			must(t, err)
			makeSession(t, db, u, id(2))
			must(t, end())
			if left, err := db.Sessions(ctx, fa.SessionMatch{UserID: u}); err != nil || len(left) != 0 {
				t.Errorf("%s: %d left, %v", what, len(left), err)
			}
		}
		if n := count(t, db, "used_refresh_tokens"); n != 0 {
			t.Errorf("%d used values are left", n)
		}
	})
}

func TestSessionsArePruned(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx, u := t.Context(), registered(t, db)
		for n, application := range map[int]fa.ID{71: id(2), 72: id(3), 73: ""} {
			must(t, db.CreateSession(ctx, session(n, u, application)))
		}
		must(t, db.PruneSessions(ctx, id(1), id(2), start), db.PruneSessions(ctx, id(1), "", start))
		if n := count(t, db, "refresh_tokens"); n != 3 {
			t.Fatalf("%d are left, want all", n)
		}
		must(t, db.PruneSessions(ctx, id(1), id(2), start.Add(time.Second)), db.PruneSessions(ctx, id(1), "", start.Add(time.Second)))
		left, err := db.Sessions(ctx, fa.SessionMatch{TenantID: id(1)})
		if err != nil || len(left) != 1 || left[0].ApplicationID != id(3) {
			t.Errorf("left: %v, %v", left, err)
		}
	})
}

func TestImportOfSessionsIsAllOrNone(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx, u := t.Context(), registered(t, db)
		var refused []int
		refuse := func(i int) error { refused = append(refused, i); return nil }
		must(t, db.ImportSessions(ctx, []*fa.Session{session(71, u, id(2)), session(72, u, id(3)), session(73, id(99), id(2))}, refuse))
		if len(refused) != 2 || refused[0] != 1 || refused[1] != 2 || count(t, db, "refresh_tokens") != 0 {
			t.Errorf("refused %v, stored %d", refused, count(t, db, "refresh_tokens"))
		}
		if err := db.ImportSessions(ctx, []*fa.Session{session(71, u, id(2)), session(71, u, id(2))}, refuse); !errors.Is(err, fa.ErrConflict) || strings.Contains(err.Error(), "hash-") {
			t.Errorf("twice: %v", err)
		}
		must(t, db.ImportSessions(ctx, []*fa.Session{session(71, u, id(2)), session(74, u, id(2))}, refuse))
		if n := count(t, db, "refresh_tokens"); n != 2 {
			t.Errorf("%d are stored", n)
		}
	})
}
