//go:build unix

package workspace

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// errTaken says that another process, or another run of this one, has a lock.
var errTaken = errors.New("the lock is taken")

// lockFile takes the lock that a file stands for. It ends with the process,
// however that ends.
func lockFile(path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the workspace: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = errTaken
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock the workspace: %w", err), f.Close())
	}
	return f.Close, nil
}

// waitForFile is lockFile for a lock that is held for moments only.
func waitForFile(ctx context.Context, path string) (unlock func() error, err error) {
	for {
		unlock, err := lockFile(path)
		if !errors.Is(err, errTaken) {
			return unlock, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for another process that opens the workspace: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}
