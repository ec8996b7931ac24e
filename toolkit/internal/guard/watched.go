package guard

import (
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// lookAgain is how long files are trusted to be what they were.
const lookAgain = time.Second

// watched is a value made from files, and made again when one of them has
// changed. Looking at the files as they are used needs no goroutine, and works
// with the links that Kubernetes swaps.
type watched[T any] struct {
	log   *slog.Logger
	load  func() (T, error)
	files []string
	now   func() time.Time

	mu     sync.Mutex
	looked time.Time
	seen   []os.FileInfo
	value  T
}

func watch[T any](log *slog.Logger, load func() (T, error), files ...string) (*watched[T], error) {
	w := &watched[T]{log: log, load: load, files: files, now: time.Now}
	var err error
	if w.seen, err = w.look(); err != nil {
		return nil, err
	}
	w.looked = w.now()
	w.value, err = load()
	return w, err
}

// get returns the value as of a moment ago. What cannot be read keeps its last
// good value.
func (w *watched[T]) get() T {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now := w.now(); now.Sub(w.looked) >= lookAgain {
		w.looked = now
		if err := w.refresh(); err != nil {
			w.log.Error("a file cannot be read again; its last content stays in use", "error", err)
		}
	}
	return w.value
}

func (w *watched[T]) refresh() error {
	found, err := w.look()
	if err != nil || same(found, w.seen) {
		return err
	}
	value, err := w.load()
	if err != nil {
		return err
	}
	w.value, w.seen = value, found
	w.log.Info("files have changed and were read again", "files", w.files)
	return nil
}

func (w *watched[T]) look() ([]os.FileInfo, error) {
	var found []os.FileInfo
	for _, f := range w.files {
		info, err := os.Stat(f)
		if err != nil {
			return nil, fmt.Errorf("look at a file: %w", err)
		}
		found = append(found, info)
	}
	return found, nil
}

func same(a, b []os.FileInfo) bool {
	for i := range a {
		if !os.SameFile(a[i], b[i]) || a[i].Size() != b[i].Size() || !a[i].ModTime().Equal(b[i].ModTime()) {
			return false
		}
	}
	return true
}
