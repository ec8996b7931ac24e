//go:build !unix

package store

// lockFile relies on SQLite's own locks where there is no flock.
func lockFile(string) (unlock func() error, err error) { return func() error { return nil }, nil }
