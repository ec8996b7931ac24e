package copies_test

import (
	"context"
	"errors"
	"testing"

	"wherry/server/internal/copies"
)

func TestACopyIsMadeOnce(t *testing.T) {
	t.Parallel()
	var c copies.Of[string, int]
	loads := 0
	load := func(context.Context) (int, error) { loads++; return loads, nil }
	for range 3 {
		if v, err := c.Get(t.Context(), "a", load); v != 1 || err != nil {
			t.Errorf("got %d, %v", v, err)
		}
	}
	if v, _ := c.Get(t.Context(), "b", load); v != 2 {
		t.Errorf("another key: %d", v)
	}
	c.Drop()
	if v, _ := c.Get(t.Context(), "a", load); v != 3 {
		t.Errorf("after it was dropped: %d", v)
	}
}

func TestWhatIsDroppedWhileItIsReadIsNotKept(t *testing.T) {
	t.Parallel()
	var c copies.Of[string, string]
	v, err := c.Get(t.Context(), "a", func(context.Context) (string, error) { c.Drop(); return "old", nil })
	if v != "old" || err != nil {
		t.Errorf("got %s, %v", v, err)
	}
	if v, _ := c.Get(t.Context(), "a", func(context.Context) (string, error) { return "new", nil }); v != "new" {
		t.Errorf("then %s", v)
	}
}

func TestAFailureIsNotKept(t *testing.T) {
	t.Parallel()
	var c copies.Of[string, int]
	broken := errors.New("broken")
	if _, err := c.Get(t.Context(), "a", func(context.Context) (int, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if v, err := c.Get(t.Context(), "a", func(context.Context) (int, error) { return 1, nil }); v != 1 || err != nil {
		t.Errorf("then %d, %v", v, err)
	}
}
