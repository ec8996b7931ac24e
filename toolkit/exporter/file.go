package exporter

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"wherry/internal/exit"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/workspace"
)

// Files is an export from files that list a pool's users.
type Files struct {
	Config
	Paths []string

	// Whole says that the files list the whole pool, so that whoever is not in
	// them is gone.
	Whole bool
}

// pageOfFile is how many users of a file are kept at a time.
const pageOfFile = 500

// Export reads the files. A file that was read to its end is not read again
// when the same export goes on.
func (f Files) Export(ctx context.Context) (Result, error) {
	e := New(f.Config)
	began := e.Now()
	scan, err := e.Run.Scan(ctx)
	if err != nil {
		return Result{}, err
	}
	e.scan = scan
	names, err := absolute(f.Paths)
	if err == nil {
		err = scan.Divide(ctx, workspace.PartFiles, names)
	}
	if err != nil {
		return Result{}, err
	}
	if err := f.same(ctx, scan, names); err != nil {
		return Result{}, err
	}
	stop := e.reporting(ctx)
	err = e.shards(ctx, workspace.PartFiles, e.file)
	stop()
	if err != nil {
		return Result{}, explain(err)
	}
	result, err := e.concludeFiles(ctx, f.Whole)
	result.Seconds = e.Now().Sub(began).Seconds()
	return result, err
}

// absolute makes sure that a file is known again from another folder.
func absolute(paths []string) ([]string, error) {
	names := make([]string, len(paths))
	for i, path := range paths {
		name, err := filepath.Abs(path)
		if err == nil {
			_, err = os.Stat(name)
		}
		if err != nil {
			return nil, exit.With(exit.Usage, fmt.Errorf("read the users: %w", err), "name files with --in")
		}
		names[i] = name
	}
	return names, nil
}

// same refuses to go on with an export from elsewhere.
func (f Files) same(ctx context.Context, scan *workspace.Scan, names []string) error {
	shards, err := scan.Shards(ctx)
	if err != nil {
		return err
	}
	want := map[string]bool{}
	for _, name := range names {
		want[name] = true
	}
	for _, h := range shards {
		if !want[h.Name] || h.Part != workspace.PartFiles || len(shards) != len(want) {
			return exit.With(exit.Usage, errors.New("an export that has not ended reads something else than these files"),
				"end it first by the command that began it")
		}
	}
	return nil
}

// file reads one file. What was read before an interruption is known, and read
// over quickly.
func (e *Exporter) file(ctx context.Context, h *workspace.Shard) error {
	var page []plan.CognitoUser
	for u, err := range ReadFile(h.Name) {
		if err != nil {
			return exit.With(exit.Failed, fmt.Errorf("read the users of %s: %w", filepath.Base(h.Name), err),
				"what stands before it is kept: mend the file and run the same command again")
		}
		if err := e.belongs(u); err != nil {
			return err
		}
		u.PoolID = e.Run.ID
		if page = append(page, u); len(page) == pageOfFile {
			if err := e.store(ctx, h, page, "", false); err != nil {
				return err
			}
			page = page[:0]
		}
	}
	return e.store(ctx, h, page, "", true)
}

func (e *Exporter) belongs(u plan.CognitoUser) error {
	if u.PoolID == "" || u.PoolID == e.Run.ID {
		return nil
	}
	return exit.With(exit.Usage, fmt.Errorf("the users are of the pool %s, not of %s", u.PoolID, e.Run.ID), "choose the pool with --pool")
}

func (e *Exporter) concludeFiles(ctx context.Context, whole bool) (Result, error) {
	r := Result{Scan: e.scan.N, Delta: e.scan.Delta}
	there, err := e.scan.Recount(ctx, 0)
	if err != nil {
		return r, err
	}
	r.Users = there[""]
	if err := e.scan.Finish(ctx, whole, r); err != nil {
		return r, err
	}
	r.Changes, err = e.Run.Changes(ctx, e.scan.N)
	return r, err
}
