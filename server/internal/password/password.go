// Package password hashes and verifies passwords in every scheme that
// FusionAuth ships, and in those that its users have published as plugins, so
// that imported hashes go on working.
//
// It owns the algorithms, their limits and how salts and hashes are written; it
// knows nothing of users, tenants or storage. Sign-ins go through a Hasher,
// which bounds how much of the machine they may take.
package password

import (
	"cmp"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"strings"
)

// What can be wrong with a password or with what is stored of one. Errors of
// this package wrap one of these and never show a password, salt or hash.
var (
	ErrMismatch = errors.New("the password does not match")
	ErrScheme   = errors.New("the encryption scheme is unknown")
	ErrSalt     = errors.New("the salt is not valid for the encryption scheme")
	ErrFactor   = errors.New("the factor is out of range for the encryption scheme")
	ErrHash     = errors.New("the stored hash cannot be read")
	ErrTooLong  = errors.New("the password is too long for the encryption scheme")
	ErrOwnSalt  = errors.New("the encryption scheme makes its own salt")
)

// Hashed is a password as a user record keeps it and an import request brings
// it. Zero as Factor means the scheme's default.
type Hashed struct {
	EncryptionScheme string
	Factor           int
	Salt             string
	Hash             string
}

// Registry finds schemes by their encryptionScheme name. A server that has a
// plugin of its own, or known ones under other names, adds to a clone.
type Registry map[string]Scheme

// New hashes a password that somebody has chosen, with a fresh salt.
func (r Registry) New(scheme, password string, factor int, rand io.Reader) (Hashed, error) {
	s, factor, err := r.prepare(scheme, factor)
	if err != nil {
		return Hashed{}, err
	}
	made := Hashed{EncryptionScheme: scheme, Factor: factor}
	if s.generate != nil {
		made.Salt, made.Hash, err = s.generate(password, factor)
		return made, err
	}
	if made.Salt, err = s.salts.fresh(rand); err != nil {
		return Hashed{}, err
	}
	made.Hash, err = s.sum(password, made.Salt, factor)
	return made, err
}

// NewSalt returns a salt as the scheme writes it.
func (r Registry) NewSalt(scheme string, rand io.Reader) (string, error) {
	s, err := r.find(scheme)
	if err != nil {
		return "", err
	}
	return s.salts.fresh(rand)
}

// Hash returns the hash of a password with a given salt. bcrypt refuses with
// ErrOwnSalt: it is checked by Verify and made by New.
func (r Registry) Hash(scheme, password, salt string, factor int) (string, error) {
	s, factor, err := r.prepare(scheme, factor)
	if err != nil {
		return "", err
	}
	return s.sum(password, salt, factor)
}

// Verify returns nil if the password is the one that was hashed, ErrMismatch if
// it is another, and any other error if what is stored cannot be used. Hashes
// are compared in constant time, and what would cost too much is refused.
func (r Registry) Verify(password string, stored Hashed) error {
	s, factor, err := r.prepare(stored.EncryptionScheme, stored.Factor)
	if err != nil {
		return err
	}
	if s.verify != nil {
		return s.verify(password, stored.Salt, factor, stored.Hash)
	}
	made, err := s.sum(password, stored.Salt, factor)
	if err != nil {
		return err
	}
	return match(made, stored.Hash)
}

// Pretend takes the time that Verify takes for a password of this scheme and
// factor, and returns ErrMismatch. A sign-in of somebody unknown calls it, so
// that the answer's delay does not tell who is known.
func (r Registry) Pretend(scheme, password string, factor int) error {
	s, factor, err := r.prepare(scheme, factor)
	if err != nil {
		return err
	}
	salt, err := s.salts.fresh(zeros{})
	if err != nil {
		return err
	}
	if s.hash == nil {
		return s.verify(password, salt, factor, strings.Repeat(".", 31))
	}
	_, err = s.sum(password, salt, factor)
	return cmp.Or(err, ErrMismatch)
}

// zeros is randomness for salts that protect nothing.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func (r Registry) find(scheme string) (Scheme, error) {
	s, known := r[scheme]
	if !known {
		return Scheme{}, fmt.Errorf("%w: %q", ErrScheme, scheme)
	}
	return s, nil
}

// prepare finds a scheme and settles the factor it is to work with.
func (r Registry) prepare(scheme string, factor int) (Scheme, int, error) {
	s, err := r.find(scheme)
	if err != nil {
		return s, 0, err
	}
	factor, err = s.settle(factor)
	return s, factor, err
}

func match(made, stored string) error {
	if subtle.ConstantTimeCompare([]byte(made), []byte(stored)) == 1 {
		return nil
	}
	return ErrMismatch
}
