package store

import (
	"testing"
	"time"
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
