package password

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// ErrBusy says that more passwords are waiting to be hashed than can be done in
// good time. The answer to the client is that it may try again.
var ErrBusy = errors.New("too many passwords are being checked")

// Hasher does a registry's work on a limited number of slots, so that a flood
// of sign-ins slows sign-ins only. Hashing cannot be interrupted: a context
// ends the wait for a slot, not the work. Bulk work deserves a Hasher of its
// own, or it takes the sign-ins' slots.
type Hasher struct {
	schemes Registry
	rand    io.Reader
	slots   chan struct{}
	places  chan struct{} // slots and the queue before them
}

// NewHasher returns a Hasher that works on so many slots (sensibly one for each
// core) and lets so many more callers wait. Salts come from rand.
func NewHasher(schemes Registry, rand io.Reader, slots, queue int) *Hasher {
	return &Hasher{
		schemes: schemes,
		rand:    rand,
		slots:   make(chan struct{}, slots),
		places:  make(chan struct{}, slots+queue),
	}
}

// New is Registry.New; ErrBusy or the context's error if it finds no slot.
func (h *Hasher) New(ctx context.Context, scheme, password string, factor int) (made Hashed, err error) {
	err = h.do(ctx, func() error {
		made, err = h.schemes.New(scheme, password, factor, h.rand)
		return err
	})
	return made, err
}

// Verify is Registry.Verify; ErrBusy or the context's error if it finds no slot.
func (h *Hasher) Verify(ctx context.Context, password string, stored Hashed) error {
	return h.do(ctx, func() error { return h.schemes.Verify(password, stored) })
}

// Pretend is Registry.Pretend; ErrBusy or the context's error if it finds no slot.
func (h *Hasher) Pretend(ctx context.Context, scheme, password string, factor int) error {
	return h.do(ctx, func() error { return h.schemes.Pretend(scheme, password, factor) })
}

func (h *Hasher) do(ctx context.Context, work func() error) error {
	select {
	case h.places <- struct{}{}:
	default:
		return ErrBusy
	}
	defer func() { <-h.places }()
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("wait to hash a password: %w", err)
	}
	return work()
}
