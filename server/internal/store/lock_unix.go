//go:build unix

package store

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"wherry/internal/exit"
)

// lockFile keeps a second server away from the same SQLite file: caches and
// jobs count on being the only one. The lock ends with the process.
func lockFile(path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the database: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = exit.With(exit.Failed, fmt.Errorf("another server uses the data in %s", path),
			"stop it, give another folder with --data, or use PostgreSQL, which several servers can share")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock the database: %w", err), f.Close())
	}
	return f.Close, nil
}
