package keys

import (
	"context"
	"fmt"
	"sync"

	"wherry/server/internal/fa"
)

// Ring signs with the keys of a store. Parsed keys are kept: a key's material
// never changes.
type Ring struct {
	Store interface {
		Get(ctx context.Context, id fa.ID) (*fa.SigningKey, error)
		All(ctx context.Context) ([]*fa.SigningKey, error)
	}

	signers sync.Map // fa.ID to *Signer
}

// Sign signs claims with the key of that id; see Signer.Sign.
func (r *Ring) Sign(ctx context.Context, id fa.ID, header, claims map[string]any) (string, error) {
	if signer, ok := r.signers.Load(id); ok {
		return signer.(*Signer).Sign(claims, header)
	}
	stored, err := r.Store.Get(ctx, id)
	if err != nil {
		return "", fmt.Errorf("signing key %s: %w", id, err)
	}
	signer, err := load(stored).Signer()
	if err != nil {
		return "", fmt.Errorf("signing key %s: %w", id, err)
	}
	r.signers.Store(id, signer)
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
