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

	signers   copies.Of[fa.ID, *Signer]
	verifiers copies.Of[string, *verifier]
	set       copies.Of[struct{}, []byte]
}

// verifier is what checks signatures, and the id of its key.
type verifier struct {
	*Verifier
	id fa.ID
}

// Drop forgets what was parsed: the keys of the store have changed.
func (r *Ring) Drop() {
	r.signers.Drop()
	r.verifiers.Drop()
	r.set.Drop()
}

// Sign signs claims with the key of that id; see Signer.Sign.
func (r *Ring) Sign(ctx context.Context, id fa.ID, header, claims map[string]any) (string, error) {
	signer, err := r.signer(ctx, id)
	if err != nil {
		return "", err
	}
	return signer.Sign(claims, header)
}

func (r *Ring) signer(ctx context.Context, id fa.ID) (*Signer, error) {
	signer, err := r.signers.Get(ctx, id, func(ctx context.Context) (*Signer, error) {
		stored, err := r.Store.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		return Load(stored).Signer()
	})
	if err != nil {
		return nil, fmt.Errorf("signing key %s: %w", id, err)
	}
	return signer, nil
}

// Hash is Algorithm.HalfHash with the algorithm of the key of that id.
func (r *Ring) Hash(ctx context.Context, id fa.ID, value string) (string, error) {
	signer, err := r.signer(ctx, id)
	if err != nil {
		return "", err
	}
	return signer.algorithm.HalfHash(value), nil
}

// Verify returns the claims of a token and which of the keys has signed it, or
// fa.ErrNotFound for a token that none has.
func (r *Ring) Verify(ctx context.Context, token string) (key fa.ID, claims []byte, err error) {
	verified, err := Verify(token, func(kid string) (*Verifier, error) {
		v, err := r.verifiers.Get(ctx, kid, func(ctx context.Context) (*verifier, error) { return r.verifier(ctx, kid) })
		if err != nil {
			return nil, err
		}
		key = v.id
		return v.Verifier, nil
	}, slices.Collect(maps.Keys(algorithms))...)
	if errors.Is(err, ErrToken) {
		return "", nil, fa.ErrNotFound
	}
	if err != nil {
		return "", nil, err
	}
	return key, verified.Claims, nil
}

func (r *Ring) verifier(ctx context.Context, kid string) (*verifier, error) {
	all, err := r.Store.All(ctx)
	if err != nil {
		return nil, fmt.Errorf("signing keys: %w", err)
	}
	for _, k := range all {
		if k.KID == kid {
			v, err := Load(k).Verifier()
			return &verifier{v, k.ID}, err
		}
	}
	return nil, ErrToken
}

// JWKS is the set of the public keys of the whole instance.
func (r *Ring) JWKS(ctx context.Context) ([]byte, error) {
	return r.set.Get(ctx, struct{}{}, r.publish)
}

func (r *Ring) publish(ctx context.Context) ([]byte, error) {
	stored, err := r.Store.All(ctx)
	if err != nil {
		return nil, fmt.Errorf("signing keys: %w", err)
	}
	all := make([]Key, len(stored))
	for i, k := range stored {
		all[i] = Load(k)
	}
	return JWKS(all)
}

// VerifyForeign returns the claims of a token that another system has signed, or
// fa.ErrNotFound. parameter is the header that names the key. A key with which
// this server could sign counts only if it is the one by default: else a token
// of our own would be as good as theirs.
func (r *Ring) VerifyForeign(ctx context.Context, token, parameter string, byDefault fa.ID) ([]byte, error) {
	verified, err := VerifyBy(token, parameter, func(name string) (*Verifier, error) {
		all, err := r.Store.All(ctx)
		if err != nil {
			return nil, fmt.Errorf("signing keys: %w", err)
		}
		for _, k := range all {
			named := name != "" && k.KID == name && k.Secret == ""
			if named || byDefault != "" && k.ID == byDefault && (name == "" || k.KID == name) {
				return Load(k).Verifier()
			}
		}
		return nil, ErrToken
	}, slices.Collect(maps.Keys(algorithms))...)
	if errors.Is(err, ErrToken) {
		return nil, fa.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return verified.Claims, nil
}
