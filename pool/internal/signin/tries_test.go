package signin

import (
	"testing"
	"time"
)

func TestLocksDoubleUpToAQuarterOfAnHour(t *testing.T) {
	t.Parallel()
	for failures, want := range map[int]time.Duration{
		0: 0, 4: 0, 5: time.Second, 6: 2 * time.Second, 10: 32 * time.Second, 14: 512 * time.Second,
		15: 15 * time.Minute, 1000: 15 * time.Minute,
	} {
		if got := (try{failures: failures}).lock(); got != want {
			t.Errorf("after %d failures: got %v, want %v", failures, got, want)
		}
	}
}

func TestEndedSessionsAreSweptOut(t *testing.T) {
	t.Parallel()
	var s sessions
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for i := range 10_000 {
		at := now.Add(time.Duration(i) * time.Second)
		s.put(session{expires: at.Add(3 * time.Minute)}, at)
	}
	if n := len(s.open); n > 2000 {
		t.Errorf("%d sessions are kept, of which 180 are open", n)
	}
}

func TestASessionBearsFiveWrongCodes(t *testing.T) {
	t.Parallel()
	var s sessions
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	id := s.put(session{expires: now.Add(time.Minute)}, now)
	for i := range wrongCodes {
		v, err := s.take(id, now)
		if err != nil {
			t.Fatalf("wrong code %d: %v", i, err)
		}
		s.again(id, v)
	}
	if _, err := s.take(id, now); err == nil {
		t.Error("the session must be over")
	}
}
