package guard

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"wherry/internal/secret"
)

// Fixed are secrets that do not change while the program runs.
type Fixed []secret.String

// Secrets implements the interface.
func (f Fixed) Secrets(context.Context) ([]secret.String, error) { return f, nil }

// files are secrets in files, one a file, that are read again when they
// change, and secrets that do not change.
type files struct {
	fixed   Fixed
	watched []*watched[secret.String]
}

// Files reads secrets from files, beside fixed ones. A file that becomes
// unreadable keeps its last secret valid, and is logged.
func Files(log *slog.Logger, fixed Fixed, paths ...string) (Secrets, error) {
	f := &files{fixed: fixed}
	for _, path := range paths {
		w, err := watch(log, func() (secret.String, error) { return readSecret(path) }, path)
		if err != nil {
			return nil, err
		}
		f.watched = append(f.watched, w)
	}
	return f, nil
}

func (f *files) Secrets(context.Context) ([]secret.String, error) {
	all := make([]secret.String, 0, len(f.fixed)+len(f.watched))
	all = append(all, f.fixed...)
	for _, w := range f.watched {
		all = append(all, w.get())
	}
	return all, nil
}

func readSecret(path string) (secret.String, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read a secret: %w", err)
	}
	s := secret.String(strings.TrimSpace(string(content)))
	if s == "" {
		return "", fmt.Errorf("read a secret from %s: %w", path, errEmpty)
	}
	return s, nil
}

var errEmpty = errors.New("the file is empty")
