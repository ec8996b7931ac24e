package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/server/internal/seal"
	"wherry/server/internal/store"
)

// Commands is `wherry server` and what stands below it.
type Commands struct {
	Serve     Command   `cmd:"" default:"withargs" help:"Serve until interrupted."`
	RotateKey RotateKey `cmd:"" help:"Encrypt the secrets in the database with another key."`
}

// RotateKey is `wherry server rotate-key`.
type RotateKey struct {
	Place
	New bool `help:"Make a new key first, in front of those in the key file. For a single server that is stopped."`
}

// Run encrypts everything with the first of the keys. Interrupted, it goes on
// where it was when it is run again.
func (c *RotateKey) Run(ctx context.Context, out *console.Console) error {
	set, err := (&Command{Place: c.Place}).settings(os.Getenv)
	if err != nil {
		return exit.With(exit.Usage, err, "mend what is listed and start again; wherry server rotate-key --help explains each setting")
	}
	config := Config{Data: set.Data, Database: set.Database, Key: set.Key, KeyFile: set.KeyFile}
	db, err := store.Open(ctx, config.Database, filepath.Join(config.Data, databaseFile), time.Now)
	if err != nil {
		return err
	}
	return errors.Join(c.rotate(ctx, db, config.keyring(), out), db.Close())
}

func (c *RotateKey) rotate(ctx context.Context, db *store.DB, keys keyring, out *console.Console) error {
	needed, err := db.KeyIDs(ctx)
	if err != nil {
		return err
	}
	if len(needed) == 0 {
		return exit.With(exit.Usage, errors.New("there is nothing encrypted in this database yet"), "start the server once with `wherry server`")
	}
	if c.New {
		if err := keys.prepend(); err != nil {
			return err
		}
	}
	ring, _, err := keys.open(needed)
	if err != nil {
		return err
	}
	if err := db.UseKeys(ctx, ring); err != nil {
		if unknown, ok := errors.AsType[*seal.UnknownKeyError](err); ok {
			return keys.lost([]string{unknown.ID})
		}
		return err
	}
	done := 0
	if err := db.Renew(ctx, func(documents int) { done += documents }); err != nil {
		return exit.With(exit.Code(err), fmt.Errorf("after %d documents: %w", done, err), "run it again: it goes on where it was")
	}
	answer := rotated{ring.IDs()[0], done, ring.IDs()[1:]}
	return out.Emit(answer, answer.print)
}

// rotated is what the command answers.
type rotated struct {
	Key       string   `json:"key"`
	Documents int      `json:"documents"` // that were encrypted again
	Unused    []string `json:"unused"`
}

func (r rotated) print(w io.Writer) {
	fmt.Fprintf(w, "Everything is encrypted with the key %s; %d documents were not before.\n", r.Key, r.Documents)
	if len(r.Unused) > 0 {
		fmt.Fprintf(w, "Remove the key %s once no server uses it and no backup needs it.\n", strings.Join(r.Unused, ", "))
	}
}
