// Package token makes and checks the tokens of a pool: signed ID and access
// tokens, sealed refresh tokens, and what has been revoked of them.
//
// Sign-ins are numbered. The number travels in each token, hidden in its
// event_id, and inside the refresh token, so that revoking a sign-in is one
// bit, and signing a user out everywhere is one number.
package token

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"
)

// Mint makes and checks the tokens of one pool.
type Mint struct {
	PoolID string
	Issuer string

	idKey, accessKey       *Key
	idSigner, accessSigner jose.Signer
	sealer                 jose.Encrypter
	sealKey                []byte
	block                  cipher.Block
	next                   atomic.Uint64
	revoked                revocations
	rotations              rotations
}

// NewMint makes the mint of a pool. Its keys depend on pool and seed alone;
// start numbers its first sign-in, and must grow from run to run.
func NewMint(poolID, issuer, seed string, start time.Time) (*Mint, error) {
	seed += "\x00" + poolID
	secret := sha256.Sum256([]byte(seed + "\x00refresh"))
	m := &Mint{
		PoolID: poolID, Issuer: issuer,
		idKey: NewKey(seed + "\x00id"), accessKey: NewKey(seed + "\x00access"),
		sealKey: secret[:],
	}
	var err error
	if m.idSigner, err = signer(m.idKey); err != nil {
		return nil, err
	}
	if m.accessSigner, err = signer(m.accessKey); err != nil {
		return nil, err
	}
	options := (&jose.EncrypterOptions{}).WithContentType("JWT")
	if m.sealer, err = jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.DIRECT, Key: m.sealKey}, options); err != nil {
		return nil, fmt.Errorf("seal refresh tokens: %w", err)
	}
	if m.block, err = aes.NewCipher(secret[:16]); err != nil {
		return nil, fmt.Errorf("hide sign-in numbers: %w", err)
	}
	m.revoked.first = uint64(start.UnixNano())
	m.next.Store(m.revoked.first)
	return m, nil
}

func signer(k *Key) (jose.Signer, error) {
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: k}, nil)
	if err != nil {
		return nil, fmt.Errorf("sign tokens: %w", err)
	}
	return s, nil
}

// Begin numbers a new sign-in.
func (m *Mint) Begin() uint64 { return m.next.Add(1) }

// JWKS is the two public keys.
func (m *Mint) JWKS() jose.JSONWebKeySet {
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{*m.idKey.Public(), *m.accessKey.Public()}}
}

// What the number of a sign-in is hidden in.
const (
	asOrigin uint64 = iota // origin_jti
	asEvent                // event_id
)

// hide makes of the number of a sign-in what looks like any other UUID.
func (m *Mint) hide(session, as uint64) string {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], session)
	binary.BigEndian.PutUint64(id[8:], as)
	m.block.Encrypt(id[:], id[:])
	return id.String()
}

// session finds the number of a sign-in in the event_id of its tokens.
func (m *Mint) session(event string) (uint64, error) {
	id, err := uuid.Parse(event)
	if err != nil {
		return 0, fmt.Errorf("read event_id: %w", err)
	}
	m.block.Decrypt(id[:], id[:])
	if binary.BigEndian.Uint64(id[8:]) != asEvent {
		return 0, ErrInvalid
	}
	return binary.BigEndian.Uint64(id[:8]), nil
}
