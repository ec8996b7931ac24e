package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"wherry/internal/exit"
	"wherry/internal/secret"
	"wherry/server/internal/seal"
)

// Where the keys that encrypt the database come from.
const (
	keyVariable = "WHERRY_SERVER_KEY"
	keyFileName = "wherry-server.key"
)

// keyring is where a server looks for its keys: in the environment or, without
// any there, in a file.
type keyring struct {
	given secret.String
	file  string
}

func (c Config) keyring() keyring {
	k := keyring{c.Key, c.KeyFile}
	if k.file == "" {
		k.file = filepath.Join(c.Data, keyFileName)
	}
	return k
}

// read returns the keys. Without any, the error is fs.ErrNotExist.
func (k keyring) read() (*seal.Ring, error) {
	text, from := k.given, keyVariable
	if text == "" {
		file, err := os.ReadFile(k.file)
		if err != nil {
			return nil, fmt.Errorf("read the encryption key: %w", err)
		}
		text, from = secret.String(file), k.file
	}
	ring, err := seal.Read(text)
	if err != nil {
		return nil, exit.With(exit.Usage, fmt.Errorf("the encryption keys in %s cannot be used: %w", from, err),
			"a key is 32 random bytes in base64, as `openssl rand -base64 32` prints them; the first one encrypts, all of them decrypt")
	}
	return ring, nil
}

// open returns the keys for a database that was written with those of these
// ids. If there was none yet, and nobody has brought one, it makes one.
func (k keyring) open(needed []string) (ring *seal.Ring, made bool, err error) {
	ring, err = k.read()
	if !errors.Is(err, fs.ErrNotExist) {
		return ring, false, err
	}
	if len(needed) > 0 {
		return nil, false, k.lost(needed)
	}
	if err := os.MkdirAll(filepath.Dir(k.file), 0o700); err != nil {
		return nil, false, fmt.Errorf("make the folder of the encryption key: %w", err)
	}
	if err := k.write(seal.NewKey()); err != nil {
		return nil, false, err
	}
	ring, err = k.read()
	return ring, true, err
}

// lost says what to do when the database cannot be read.
func (k keyring) lost(needed []string) error {
	return exit.With(exit.Usage, fmt.Errorf("the database was encrypted with the key %s, which is not there", strings.Join(needed, " and the key ")),
		"put the key into "+keyVariable+", or the key file of the server that made the database to "+k.file+
			"; if it is lost, the secrets in the database are too: restore a backup of both")
}

// prepend makes a new key the one that encrypts from now on.
func (k keyring) prepend() error {
	if k.given != "" {
		return exit.With(exit.Usage, errors.New("the keys come from "+keyVariable+", where only you can put a new one"),
			"put a new key in front of the others there, and leave --new out")
	}
	old, err := os.ReadFile(k.file)
	if err != nil {
		return fmt.Errorf("read the encryption key: %w", err)
	}
	return k.write(seal.NewKey() + "\n" + secret.String(old))
}

// write replaces the key file at once, so that no crash leaves half of it.
func (k keyring) write(keys secret.String) error {
	file, err := os.CreateTemp(filepath.Dir(k.file), keyFileName+"-*") // only its owner can read it
	if err != nil {
		return fmt.Errorf("write the key file: %w", err)
	}
	_, err = file.WriteString(strings.TrimSpace(keys.Reveal()) + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Rename(file.Name(), k.file)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write the key file: %w", err), os.Remove(file.Name()))
	}
	return nil
}

// unlock gives the database its keys.
func (s *Server) unlock(ctx context.Context) error {
	needed, err := s.db.KeyIDs(ctx)
	if err != nil {
		return err
	}
	keys := s.config.keyring()
	ring, made, err := keys.open(needed)
	if err != nil {
		return err
	}
	if made {
		s.config.Log.WarnContext(ctx, "an encryption key was made: keep a copy of it apart from the database, whose secrets cannot be read without it",
			"file", keys.file, "key", ring.IDs()[0])
	}
	if err := s.db.UseKeys(ctx, ring); err != nil {
		if unknown, ok := errors.AsType[*seal.UnknownKeyError](err); ok {
			return keys.lost([]string{unknown.ID})
		}
		return err
	}
	return nil
}
