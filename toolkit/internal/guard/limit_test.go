package guard

import (
	"testing"
	"time"
)

func TestLimit(t *testing.T) {
	t.Parallel()
	clock := time.Now()
	l := NewLimit(3, time.Minute, 1000)
	l.now = func() time.Time { return clock }
	jane, john := Key{1}, Key{2}
	for i := range 3 {
		if !l.Allows(jane) {
			t.Fatalf("attempt %d was refused", i+1)
		}
	}
	if l.Allows(jane) {
		t.Error("the fourth attempt was allowed")
	}
	if !l.Allows(john) {
		t.Error("keys are counted apart")
	}
	clock = clock.Add(20 * time.Second)
	if !l.Allows(jane) || l.Allows(jane) {
		t.Error("a third of the time gives one attempt back")
	}
}

func TestNoLimit(t *testing.T) {
	t.Parallel()
	l := NewLimit(0, time.Minute, 10)
	for range 100 {
		if !l.Allows(Key{}) {
			t.Fatal("refused")
		}
	}
}

func TestLimitRemembersBoundedly(t *testing.T) {
	t.Parallel()
	const keys = 100
	l := NewLimit(1, time.Hour, keys)
	busy := Key{255}
	l.Allows(busy)
	for i := range 10 * keys {
		l.Allows(Key{byte(i), byte(i >> 8), 1})
		if i%(keys/4) == 0 && l.Allows(busy) {
			t.Fatal("a key in use was forgotten")
		}
		if n := len(l.young) + len(l.old); n > keys {
			t.Fatalf("%d keys are remembered", n)
		}
	}
}
