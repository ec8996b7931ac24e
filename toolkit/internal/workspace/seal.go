package workspace

import (
	"context"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"sync"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"

	"wherry/internal/exit"
	"wherry/internal/secret"
)

// Lock encrypts the documents of a workspace: with a passphrase, or with a key
// of at least 32 random bytes, such as a file from `openssl rand 32`. The zero
// Lock leaves them readable.
type Lock struct {
	Passphrase secret.String
	Key        secret.String
}

func (l Lock) isZero() bool { return l.Passphrase == "" && l.Key == "" }

// envelope is how the key of the documents is kept in the workspace: encrypted
// under a key made from the passphrase by Argon2id (RFC 9106, its second
// recommendation), or from the key file by HKDF (RFC 5869).
type envelope struct {
	KDF    string `json:"kdf"` // argon2id, hkdf-sha256, none
	Time   uint32 `json:"time,omitempty"`
	Memory uint32 `json:"memory,omitempty"` // KiB
	Lanes  uint8  `json:"lanes,omitempty"`
	Salt   []byte `json:"salt,omitempty"`
	Key    []byte `json:"key"`
}

const (
	byPassphrase = "argon2id"
	byKey        = "hkdf-sha256"
	unsealed     = "none"
)

// seal encrypts documents, and makes the keys by which names are compared.
type seal struct {
	aead  cipher.AEAD // nil: documents stay as they are
	names sync.Pool   // of hash.Hash under the key of the names, as to begin with one takes longer than to use it
	rand  io.Reader
}

// unlock reads the key of the workspace with the lock, or makes one for a new
// workspace.
func (w *Workspace) unlock(ctx context.Context, l Lock) error {
	kept, err := setting(ctx, w.reader, "key")
	if err != nil {
		return fmt.Errorf("read the workspace's key: %w", err)
	}
	if kept == "" {
		if kept, err = w.newKey(ctx, l); err != nil {
			return err
		}
	}
	var e envelope
	if err := json.Unmarshal([]byte(kept), &e); err != nil {
		return fmt.Errorf("read the workspace's key: %w", err)
	}
	if (e.KDF == unsealed) != l.isZero() {
		return w.wrongLock(e)
	}
	key, err := e.open(l)
	if err != nil {
		return exit.With(exit.Usage, fmt.Errorf("the passphrase or key does not open the workspace %s", w.place),
			"give the one that it was made with")
	}
	w.seal, err = newSeal(key, e.KDF != unsealed, w.random)
	return err
}

func (w *Workspace) wrongLock(e envelope) error {
	if e.KDF == unsealed {
		return exit.With(exit.Usage, fmt.Errorf("the workspace %s is not encrypted", w.place),
			"leave the passphrase or key out, or begin a new workspace with it")
	}
	return exit.With(exit.Usage, fmt.Errorf("the workspace %s is encrypted", w.place),
		"give its passphrase in WHERRY_WORKSPACE_PASSPHRASE, or its key with --workspace-key FILE")
}

func (w *Workspace) newKey(ctx context.Context, l Lock) (kept string, err error) {
	e := envelope{KDF: unsealed, Salt: make([]byte, 16), Key: make([]byte, 32)}
	if _, err := io.ReadFull(w.random, e.Key); err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}
	if _, err := io.ReadFull(w.random, e.Salt); err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}
	switch {
	case l.Passphrase != "":
		e.KDF, e.Time, e.Memory, e.Lanes = byPassphrase, 3, 64<<10, 4
	case l.Key != "":
		e.KDF = byKey
	}
	if err := e.close(l, w.random); err != nil {
		return "", err
	}
	text, err := json.Marshal(e)
	if err != nil {
		return "", fmt.Errorf("keep the key: %w", err)
	}
	err = w.tx(ctx, func(tx *sql.Tx) error {
		kept, err = set(ctx, tx, "key", string(text)) // another process may have been first
		return err
	})
	return kept, err
}

// wrap is the key that encrypts the key.
func (e envelope) wrap(l Lock) (cipher.AEAD, error) {
	if e.KDF == byPassphrase {
		return chacha20poly1305.NewX(argon2.IDKey([]byte(l.Passphrase), e.Salt, e.Time, e.Memory, e.Lanes, chacha20poly1305.KeySize))
	}
	if len(l.Key) < 32 {
		return nil, exit.With(exit.Usage, errors.New("the key of the workspace is too short"), "make one with openssl rand 32")
	}
	key, err := hkdf.Key(sha256.New, []byte(l.Key), e.Salt, "wherry workspace", chacha20poly1305.KeySize)
	if err != nil {
		return nil, fmt.Errorf("derive a key: %w", err)
	}
	return chacha20poly1305.NewX(key)
}

func (e *envelope) close(l Lock, random io.Reader) error {
	if e.KDF == unsealed {
		return nil
	}
	aead, err := e.wrap(l)
	if err != nil {
		return err
	}
	e.Key, err = encrypt(aead, random, e.Key, e.KDF)
	return err
}

func (e *envelope) open(l Lock) ([]byte, error) {
	if e.KDF == unsealed {
		return e.Key, nil
	}
	if (e.KDF == byPassphrase) != (l.Passphrase != "") {
		return nil, errors.New("a passphrase is no key")
	}
	aead, err := e.wrap(l)
	if err != nil {
		return nil, err
	}
	return decrypt(aead, e.Key, e.KDF)
}

func newSeal(key []byte, sealed bool, random io.Reader) (*seal, error) {
	names, err := hkdf.Expand(sha256.New, key, "names", 32)
	if err != nil {
		return nil, fmt.Errorf("derive a key: %w", err)
	}
	s := &seal{names: sync.Pool{New: func() any { return hmac.New(sha256.New, names) }}, rand: random}
	if sealed {
		s.aead, err = chacha20poly1305.NewX(key)
	}
	return s, err
}

// close encrypts a document. What it is bound to, such as the user's id, must
// be the same when it is opened.
func (s *seal) close(doc []byte, bound string) ([]byte, error) {
	if s.aead == nil || len(doc) == 0 {
		return doc, nil
	}
	return encrypt(s.aead, s.rand, doc, bound)
}

func (s *seal) open(doc []byte, bound string) ([]byte, error) {
	if s.aead == nil || len(doc) == 0 {
		return doc, nil
	}
	return decrypt(s.aead, doc, bound)
}

func encrypt(aead cipher.AEAD, random io.Reader, text []byte, bound string) ([]byte, error) {
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(text)+aead.Overhead())
	if _, err := io.ReadFull(random, nonce); err != nil {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	return aead.Seal(nonce, nonce, text, []byte(bound)), nil
}

func decrypt(aead cipher.AEAD, text []byte, bound string) ([]byte, error) {
	if len(text) < aead.NonceSize() {
		return nil, errors.New("an encrypted document is too short")
	}
	plain, err := aead.Open(nil, text[:aead.NonceSize()], text[aead.NonceSize():], []byte(bound))
	if err != nil {
		return nil, fmt.Errorf("decrypt a document: %w", err)
	}
	return plain, nil
}

// name is what stands for a login name outside the documents: equal for names
// that differ in case only, and of no use to whoever has no key.
func (s *seal) name(name string) string {
	if name = strings.ToLower(strings.TrimSpace(name)); name == "" {
		return ""
	}
	return s.digest([]byte(name))
}

func (s *seal) digest(data []byte) string {
	h := s.names.Get().(hash.Hash)
	defer s.names.Put(h)
	h.Reset()
	h.Write(data)
	var sum [sha256.Size]byte
	return base64.RawURLEncoding.EncodeToString(h.Sum(sum[:0])[:16])
}
