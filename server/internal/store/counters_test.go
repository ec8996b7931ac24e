package store

import (
	"testing"
	"time"

	"wherry/server/internal/fa"
)

func TestCountersStartOverWithTheirWindow(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	onEach(t, func(t *testing.T, db *DB) {
		at := now
		db.now = func() time.Time { return at }
		count := func(key string) int {
			n, err := db.Count(t.Context(), "failed", key, time.Minute)
			must(t, err)
			return n
		}
		counted := func(kind, key string) int {
			n, err := db.Counted(t.Context(), kind, key)
			must(t, err)
			return n
		}
		if a, b, other := count("ada"), count("ada"), count("bob"); a != 1 || b != 2 || other != 1 {
			t.Errorf("counted %d, %d and for another %d", a, b, other)
		}
		if n, other := counted("failed", "ada"), counted("other", "ada"); n != 2 || other != 0 {
			t.Errorf("read %d, of another kind %d", n, other)
		}
		at = at.Add(59 * time.Second)
		if n := count("ada"); n != 3 {
			t.Errorf("inside the window: %d", n)
		}
		at = at.Add(time.Second) // a minute after the first, not after the last
		if read, n := counted("failed", "ada"), count("ada"); read != 0 || n != 1 {
			t.Errorf("after the window: read %d, counted %d", read, n)
		}
	})
}

func TestCountersCountEveryone(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		together(50, func(int) error {
			_, err := db.Count(t.Context(), "failed", "ada", time.Minute)
			return err
		})
		if n, err := db.Counted(t.Context(), "failed", "ada"); err != nil || n != 50 {
			t.Errorf("counted %d of 50 at once, %v", n, err)
		}
	})
}

func TestLockouts(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		firstStart(t, db)
		u := user(9, id(1), "ada@example.com")
		must(t, db.CreateUser(t.Context(), u))
		until := func() (fa.ID, int64) {
			action, until, err := db.Lockout(t.Context(), u.ID)
			if err != nil {
				return "", 0
			}
			return action, until
		}
		now := db.now().UnixMilli()
		for _, step := range []struct {
			do           func() error
			wantAction   fa.ID
			wantDuration int64
		}{
			{do: func() error { return nil }},
			{do: func() error { return db.LockOut(t.Context(), u.ID, id(20), now+60_000) }, wantAction: id(20), wantDuration: 60_000},
			{do: func() error { return db.LockOut(t.Context(), u.ID, id(21), now+90_000) }, wantAction: id(21), wantDuration: 90_000},
			{do: func() error { return db.EndLockout(t.Context(), u.ID) }},
			{do: func() error { return db.LockOut(t.Context(), u.ID, id(20), now-1) }}, // over already
		} {
			must(t, step.do())
			action, at := until()
			if action != step.wantAction || step.wantDuration != 0 && at != now+step.wantDuration {
				t.Errorf("locked out by %q until %d, want %q until %d", action, at, step.wantAction, now+step.wantDuration)
			}
		}
	})
}
