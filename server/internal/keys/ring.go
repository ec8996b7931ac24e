package keys

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"wherry/server/internal/copies"
	"wherry/server/internal/fa"
)

// Ring signs with the keys of a store. Parsed keys are kept until Drop.
type Ring struct {
	Store interface {
		Get(ctx context.Context, id fa.ID) (*fa.SigningKey, error)
		All(ctx context.Context) ([]*fa.SigningKey, error)
	}

	signers copies.Of[fa.ID, *Signer]
}

// Drop forgets what was parsed: the keys of the store have changed.
func (r *Ring) Drop() { r.signers.Drop() }

// Sign signs claims with the key of that id; see Signer.Sign.
func (r *Ring) Sign(ctx context.Context, id fa.ID, header, claims map[string]any) (string, error) {
	signer, err := r.signers.Get(ctx, id, func(ctx context.Context) (*Signer, error) {
		stored, err := r.Store.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		return load(stored).Signer()
	})
	if err != nil {
		return "", fmt.Errorf("signing key %s: %w", id, err)
	}
	return signer.Sign(claims, header)
}

// Hash is Algorithm.HalfHash with the algorithm of the key of that id.
func (r *Ring) Hash(ctx context.Context, id fa.ID, value string) (string, error) {
	stored, err := r.Store.Get(ctx, id)
	if err != nil {
		return "", fmt.Errorf("signing key %s: %w", id, err)
	}
	return Algorithm(stored.Algorithm).HalfHash(value), nil
}

// Verify returns the claims of a token and which of the keys has signed it, or
// fa.ErrNotFound for a token that none has.
func (r *Ring) Verify(ctx context.Context, token string) (key fa.ID, claims []byte, err error) {
	verified, err := Verify(token, func(kid string) (*Verifier, error) {
		all, err := r.Store.All(ctx)
		if err != nil {
			return nil, fmt.Errorf("signing keys: %w", err)
		}
		for _, k := range all {
			if k.KID == kid {
				key = k.ID
				return load(k).Verifier()
			}
		}
		return nil, ErrToken
	}, slices.Collect(maps.Keys(algorithms))...)
	if errors.Is(err, ErrToken) {
		return "", nil, fa.ErrNotFound
	}
	if err != nil {
		return "", nil, err
	}
	return key, verified.Claims, nil
}

// JWKS is the set of the public keys of the whole instance.
func (r *Ring) JWKS(ctx context.Context) ([]byte, error) {
	stored, err := r.Store.All(ctx)
	if err != nil {
		return nil, fmt.Errorf("signing keys: %w", err)
	}
	all := make([]Key, len(stored))
	for i, k := range stored {
		all[i] = load(k)
	}
	return JWKS(all)
}
