package store

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"wherry/server/internal/fa"
)

func TestBearers(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx, bearers, u := t.Context(), db.Bearers(), ada()
		world(t, db)
		must(t, db.CreateUser(ctx, u))
		look := func() (*fa.User, bool) {
			found, revoked, err := bearers.Bearer(ctx, u.ID, "revoked", "made-up")
			must(t, err)
			return found, revoked
		}
		first, revoked := look()
		if again, _ := look(); first == nil || first.ID != u.ID || revoked || again != first {
			t.Errorf("found %v and %v, revoked %t", first, again, revoked)
		}
		_, err := db.UpdateUser(ctx, u.ID, func(u *fa.Account) error { u.FirstName = "June"; return nil })
		must(t, err)
		if now, _ := look(); now.FirstName != "June" || now == first {
			t.Errorf("after a change: %v", now)
		}
		must(t, db.KeepIdentifier(ctx, "revoked", "made-up", time.Minute, struct{}{}))
		if _, revoked := look(); !revoked {
			t.Error("not revoked")
		}
		must(t, db.DeleteUser(ctx, u.ID))
		if now, revoked := look(); now != nil || !revoked {
			t.Errorf("after the end: %v, revoked %t", now, revoked)
		}
	})
}

// TestBearersTogether: many at once, more than one statement takes, and each gets
// the answer about himself.
func TestBearersTogether(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		bearers := db.Bearers()
		world(t, db)
		var users []*fa.Account
		for n := range 5 {
			users = append(users, user(100+n, id(1), string(rune('a'+n))+"@example.com"))
			must(t, db.CreateUser(t.Context(), users[n]))
		}
		outcomes := together(4*askedAtOnce, func(i int) error {
			who, wanted := id(900+i), false
			if i%2 == 0 {
				who, wanted = users[i%5].ID, true
			}
			found, _, err := bearers.Bearer(t.Context(), who, "revoked", string(id(i)))
			if err == nil && (wanted != (found != nil) || wanted && found.ID != who) {
				err = fa.FieldError("bearer", "wrong", "")
			}
			return err
		})
		if outcomes["done"] != 4*askedAtOnce {
			t.Error(outcomes)
		}
	})
}

// TestGather: nobody is told what was read before he asked, and nobody waits for
// ever.
func TestGather(t *testing.T) {
	t.Parallel()
	asked, answer := make(chan []string), make(chan int)
	g := gather[string, int]{most: 1, ask: func(_ context.Context, keys []string) (map[string]int, error) {
		asked <- keys
		found, value := map[string]int{}, <-answer
		for _, key := range keys {
			found[key] = value
		}
		return found, nil
	}}
	got := make(chan int)
	ask := func(ctx context.Context, key string) {
		v, err := g.get(ctx, key)
		if errors.Is(err, context.Canceled) {
			v = -1
		}
		got <- v
	}
	var all sync.WaitGroup
	all.Go(func() { ask(t.Context(), "first") })
	if keys := <-asked; len(keys) != 1 {
		t.Errorf("asked for %v", keys)
	}
	all.Go(func() { ask(t.Context(), "second") })
	all.Go(func() { ask(t.Context(), "third") })
	impatient, leave := context.WithCancel(t.Context())
	all.Go(func() { ask(impatient, "fourth") })
	for waiting := 0; waiting < 3; time.Sleep(time.Millisecond) {
		g.mu.Lock()
		if g.next != nil {
			waiting = len(g.next.keys)
		}
		g.mu.Unlock()
	}
	leave()
	if v := <-got; v != -1 {
		t.Errorf("who left got %d", v)
	}
	answer <- 1
	if v := <-got; v != 1 {
		t.Errorf("the first got %d", v)
	}
	if keys := <-asked; len(keys) != 3 {
		t.Errorf("asked for %v", keys)
	}
	answer <- 2
	if a, b := <-got, <-got; a != 2 || b != 2 {
		t.Errorf("the others got %d and %d", a, b)
	}
	all.Wait()
	all.Go(func() { ask(t.Context(), "last") })
	<-asked
	answer <- 3
	if v := <-got; v != 3 {
		t.Errorf("the last got %d", v)
	}
}
