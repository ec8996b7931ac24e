package password

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"
	"testing/synctest"
)

// gate is a scheme whose hashes are ready when the test says so.
func gate(open <-chan struct{}) Registry {
	return Registry{"gate": {salts: textSalts, hash: func(password string, _ []byte, _ int) (string, error) {
		<-open
		return password, nil
	}}}
}

var stored = Hashed{EncryptionScheme: "gate", Hash: "right"}

func TestHasherQueuesAndThenRefuses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		open := make(chan struct{})
		h := NewHasher(gate(open), rand.Reader, 2, 3)
		results := make(chan error, 5)
		for range 5 {
			go func() { results <- h.Verify(t.Context(), "right", stored) }()
		}
		synctest.Wait()
		if err := h.Verify(t.Context(), "right", stored); !errors.Is(err, ErrBusy) {
			t.Errorf("beyond slots and queue: %v, want ErrBusy", err)
		}
		close(open)
		for range 5 {
			if err := <-results; err != nil {
				t.Errorf("in a slot or queued: %v", err)
			}
		}
		synctest.Wait()
		if err := h.Verify(t.Context(), "wrong", stored); !errors.Is(err, ErrMismatch) {
			t.Errorf("after the flood: %v, want ErrMismatch", err)
		}
	})
}

func TestHasherWaitsNoLongerThanItsCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		open := make(chan struct{})
		h := NewHasher(gate(open), rand.Reader, 1, 1)
		first, second := make(chan error, 1), make(chan error, 1)
		go func() { first <- h.Verify(t.Context(), "right", stored) }()
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		go func() { second <- h.Verify(ctx, "right", stored) }()
		synctest.Wait()
		cancel()
		if err := <-second; !errors.Is(err, context.Canceled) {
			t.Errorf("given up: %v, want context.Canceled", err)
		}
		go func() { second <- h.Verify(t.Context(), "right", stored) }()
		close(open)
		if err := errors.Join(<-first, <-second); err != nil {
			t.Errorf("the place that was given up is free again: %v", err)
		}
	})
}

func TestHasherDoesNothingForACallerWhoHasLeft(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h := NewHasher(gate(nil), rand.Reader, 1, 0)
	if err := h.Verify(ctx, "right", stored); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func TestHasherDoesTheRegistrysWork(t *testing.T) {
	t.Parallel()
	h := NewHasher(Schemes, rand.Reader, 1, 0)
	made, err := h.New(t.Context(), "salted-md5", "right", 3)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Verify(t.Context(), "right", made); err != nil {
		t.Errorf("Verify: %v", err)
	}
	if err := h.Pretend(t.Context(), "salted-md5", "right", 3); !errors.Is(err, ErrMismatch) {
		t.Errorf("Pretend: %v", err)
	}
}

// What Pretend does is what Verify does: the same hash, with the same factor,
// of a salt as long.
func TestPretendCostsWhatVerifyCosts(t *testing.T) {
	t.Parallel()
	type call struct{ password, salt, factor int }
	var calls []call
	scheme := chain(1000, func(password string, salt []byte, factor int) (string, error) {
		calls = append(calls, call{len(password), len(salt), factor})
		return "", nil
	})
	schemes := Registry{"counted": scheme}
	made, err := schemes.New("counted", "right", 77, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	calls = nil
	_ = schemes.Verify("wrong", made)
	_ = schemes.Pretend("counted", "wrong", 77)
	if len(calls) != 2 || calls[0] != calls[1] {
		t.Errorf("Verify and Pretend did %v", calls)
	}
}
