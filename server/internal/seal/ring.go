// Package seal encrypts what must not be readable where it is stored. A ring
// holds the keys: the first one seals, each of them opens, so that a key can be
// replaced while everything keeps working.
//
// It owns the form of a sealed value and which parts of a JSON document are
// sealed; it knows nothing of databases and of what the parts mean.
package seal

import (
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"

	"wherry/internal/secret"
)

// Ring seals with its first key and opens with all of them. The zero value has
// none.
type Ring struct{ keys []key }

type key struct {
	id   string
	aead cipher.AEAD
}

// NewKey returns a fresh key in the form that Read takes: 32 random bytes in
// base64.
func NewKey() secret.String {
	var b [chacha20poly1305.KeySize]byte
	_, _ = rand.Read(b[:]) // never fails: it would end the program first
	return secret.String(base64.StdEncoding.EncodeToString(b[:]))
}

// Read reads keys that are separated by commas or white space. What follows a
// "#" in a line is a comment.
func Read(text secret.String) (*Ring, error) {
	r := &Ring{}
	for line := range strings.Lines(text.Reveal()) {
		line, _, _ = strings.Cut(line, "#")
		for _, word := range strings.FieldsFunc(line, isBetween) {
			k, err := newKey(word)
			if err != nil {
				return nil, fmt.Errorf("key %d: %w", len(r.keys)+1, err)
			}
			r.keys = append(r.keys, k)
		}
	}
	if len(r.keys) == 0 {
		return nil, errors.New("there is no key")
	}
	return r, nil
}

func isBetween(r rune) bool { return strings.ContainsRune(", \t\r\n", r) }

// newKey never says what the text was: it may be a key with a mistake.
func newKey(text string) (key, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) != chacha20poly1305.KeySize {
		return key{}, fmt.Errorf("it is not %d bytes in base64", chacha20poly1305.KeySize)
	}
	// Nonces of 24 bytes may be random however often a key is used.
	aead, err := chacha20poly1305.NewX(raw)
	if err != nil {
		return key{}, err
	}
	sum := sha256.Sum256(append([]byte("wherry key id:"), raw...))
	return key{hex.EncodeToString(sum[:4]), aead}, nil
}

// IDs names the keys, the one that seals first. An id says nothing about its
// key.
func (r *Ring) IDs() []string {
	ids := make([]string, len(r.keys))
	for i, k := range r.keys {
		ids[i] = k.id
	}
	return ids
}

// marker begins every sealed value: "sealed:KEY:NONCE AND CIPHERTEXT".
const marker = "sealed:"

// Seal encrypts plain. The sealed text is ASCII without characters that JSON
// would escape, and opens for the same purpose only.
func (r *Ring) Seal(plain []byte, purpose string) string {
	k := r.keys[0]
	nonce := make([]byte, k.aead.NonceSize(), k.aead.NonceSize()+len(plain)+k.aead.Overhead())
	_, _ = rand.Read(nonce) // never fails
	return marker + k.id + ":" + base64.RawURLEncoding.EncodeToString(k.aead.Seal(nonce, nonce, plain, []byte(purpose)))
}

// UnknownKeyError is a value that was sealed with a key that is not there.
type UnknownKeyError struct{ ID string }

func (e *UnknownKeyError) Error() string { return "the key " + e.ID + " is not there" }

// ErrNoKey is an attempt to seal without a key.
var ErrNoKey = errors.New("there is no key to encrypt with")

var errBroken = errors.New("the sealed value is damaged, or not where it belongs")

// Open decrypts what Seal has made, or says *UnknownKeyError.
func (r *Ring) Open(sealed, purpose string) ([]byte, error) {
	id, text, _ := strings.Cut(strings.TrimPrefix(sealed, marker), ":")
	for _, k := range r.keys {
		if k.id != id {
			continue
		}
		raw, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil || len(raw) < k.aead.NonceSize() {
			return nil, errBroken
		}
		plain, err := k.aead.Open(nil, raw[:k.aead.NonceSize()], raw[k.aead.NonceSize():], []byte(purpose))
		if err != nil {
			return nil, errBroken
		}
		return plain, nil
	}
	return nil, &UnknownKeyError{id}
}

// current tells whether a text is sealed with the key that seals now.
func (r *Ring) current(text string) bool { return strings.HasPrefix(text, marker+r.keys[0].id+":") }
