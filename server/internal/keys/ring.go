package keys

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"wherry/internal/secret"
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
	signer, err := stand(stored).Signer()
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
		all[i] = stand(k)
	}
	return JWKS(all)
}

// NewSigningKey generates a key in the form in which it is stored.
func NewSigningKey(id fa.ID, spec Spec) (*fa.SigningKey, error) {
	k, err := Generate(spec)
	if err != nil {
		return nil, fmt.Errorf("generate a signing key: %w", err)
	}
	shown, err := json.Marshal(k) // the API's view, which has the same names
	if err != nil {
		return nil, fmt.Errorf("encode a signing key: %w", err)
	}
	stored := &fa.SigningKey{Secret: k.PrivateKey.Reveal() + k.Secret.Reveal()} // it has one of them
	if err := fa.Decode(shown, &stored.Key); err != nil {
		return nil, err
	}
	stored.ID, stored.InsertInstant, stored.LastUpdateInstant = id, spec.Now.UnixMilli(), spec.Now.UnixMilli()
	return stored, nil
}

// stand is a stored key as this package works with it.
func stand(k *fa.SigningKey) Key {
	key := Key{
		Algorithm: Algorithm(k.Algorithm), Type: Type(k.Type), Kid: k.KID, Name: k.Name, Length: k.Length,
		PublicKey: k.PublicKey, Certificate: k.Certificate, HasPrivateKey: k.HasPrivateKey,
	}
	if key.Type == HMAC {
		key.Secret = secret.String(k.Secret)
	} else {
		key.PrivateKey = secret.String(k.Secret)
	}
	return key
}
