// Package whole writes files that are whole or not there, and for their
// owner's eyes only.
package whole

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"wherry/internal/exit"
)

// File is a file on its way. Its name is another one until Keep.
type File struct {
	*bufio.Writer
	file *os.File
	path string
}

// Create begins a file. Keep or Drop must be called.
func Create(path string) (*File, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // with mode 0600
	if errors.Is(err, syscall.ENOSPC) {
		return nil, noRoom(path, err)
	}
	if err != nil {
		return nil, exit.With(exit.Usage, fmt.Errorf("write %s: %w", path, err), "name a file in a folder that can be written")
	}
	return &File{bufio.NewWriterSize(f, 256<<10), f, path}, nil
}

// Keep makes the file appear under its name, in place of what was there.
func (f *File) Keep() error {
	err := errors.Join(f.Flush(), f.file.Sync(), f.file.Close())
	if err == nil {
		err = os.Rename(f.file.Name(), f.path)
	}
	if err == nil {
		return nil
	}
	_ = os.Remove(f.file.Name()) // it is of no use
	if errors.Is(err, syscall.ENOSPC) {
		return noRoom(f.path, err)
	}
	return fmt.Errorf("write %s: %w", f.path, err)
}

func noRoom(path string, err error) error {
	dir, absErr := filepath.Abs(filepath.Dir(path))
	if absErr != nil {
		dir = filepath.Dir(path)
	}
	return exit.With(exit.Failed, fmt.Errorf("there is no room for %s in %s: %w", filepath.Base(path), dir, err),
		"make room there and run the same command again: what was there before is as it was")
}

// Drop leaves what was there before as it is. After Keep it does nothing.
func (f *File) Drop() {
	if f.file.Close() == nil {
		_ = os.Remove(f.file.Name())
	}
}

// Write writes a file in one go.
func Write(path string, text []byte) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	_, _ = f.Write(text) // Keep tells
	return f.Keep()
}
