package importer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"wherry/internal/exit"
	"wherry/toolkit/internal/meter"
	"wherry/toolkit/internal/progress"
	"wherry/toolkit/internal/whole"
	"wherry/toolkit/internal/workspace"
)

// Files writes planned users as requests to the import API, for people who send
// them themselves.
type Files struct {
	Run      *workspace.Run // of the kind workspace.Transform
	Sealer   Sealer
	Dir      string
	PerFile  int // users in one file; 100,000 if 0
	Progress *progress.Display
}

// Manifest is the name of the file that has a line about each of the others.
const Manifest = "manifest.jsonl"

// FileInfo is a file that is whole.
type FileInfo struct {
	File   string `json:"file"`
	Users  int    `json:"users"`
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Write writes everybody who is planned. Each file is whole or not there, and
// the manifest names those that are; files of an earlier Write are replaced. It
// also tells how many seconds it took.
func (f Files) Write(ctx context.Context) (written []FileInfo, seconds float64, err error) {
	if f.PerFile == 0 {
		f.PerFile = mostUsers
	}
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return nil, 0, exit.With(exit.Usage, fmt.Errorf("write import files: %w", err), "name a folder that can be written with --out")
	}
	if err := os.Remove(filepath.Join(f.Dir, Manifest)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, 0, fmt.Errorf("write import files: %w", err)
	}
	tally, err := f.Run.Tally(ctx)
	if err != nil {
		return nil, 0, err
	}
	m := meter.Start(ctx, f.Run, f.Progress, "written", tally.States[workspace.Planned])
	written, err = f.write(ctx, m)
	seconds = m.Stop(ctx).Seconds()
	if err != nil {
		return written, seconds, explain(err)
	}
	return written, seconds, f.clear(written)
}

func (f Files) write(ctx context.Context, m *meter.Meter) (written []FileInfo, err error) {
	var file *requestFile
	defer func() {
		if file != nil {
			file.Drop()
		}
	}()
	end := func() error {
		info, err := file.end()
		if file = nil; err != nil {
			return err
		}
		written = append(written, info)
		return f.manifest(written)
	}
	for u, err := range f.Run.Users(ctx, workspace.Query{States: []workspace.State{workspace.Planned}, Target: true, Lean: true}) {
		if err != nil {
			return written, err
		}
		if file == nil {
			if file, err = f.begin(len(written) + 1); err != nil {
				return written, err
			}
		}
		if err := file.add(f.Sealer, u); err != nil {
			return written, err
		}
		m.Add(1)
		if file.info.Users == f.PerFile {
			if err := end(); err != nil {
				return written, err
			}
		}
	}
	if file == nil {
		return written, nil
	}
	return written, end()
}

func (f Files) manifest(written []FileInfo) error {
	var text []byte
	for _, info := range written {
		line, err := json.Marshal(info)
		if err != nil {
			return err
		}
		text = append(append(text, line...), '\n')
	}
	return whole.Write(filepath.Join(f.Dir, Manifest), text)
}

// clear removes files of an earlier Write that had more users, and what one that
// was killed has left of a file.
func (f Files) clear(written []FileInfo) error {
	const names = "import-[0-9][0-9][0-9][0-9]*.json"
	there, err := filepath.Glob(filepath.Join(f.Dir, names))
	pieces, pieceErr := filepath.Glob(filepath.Join(f.Dir, "."+names+".*"))
	err = errors.Join(err, pieceErr)
	for _, path := range append(there, pieces...) {
		if !slices.ContainsFunc(written, func(i FileInfo) bool { return i.File == filepath.Base(path) }) {
			err = errors.Join(err, os.Remove(path))
		}
	}
	if err != nil {
		return fmt.Errorf("remove import files that are out of date: %w", err)
	}
	return nil
}

// requestFile is a request on its way into a file.
type requestFile struct {
	*whole.File
	info FileInfo
	sum  hash.Hash
	line []byte
}

func (f Files) begin(number int) (*requestFile, error) {
	name := fmt.Sprintf("import-%04d.json", number)
	file, err := whole.Create(filepath.Join(f.Dir, name))
	if err != nil {
		return nil, err
	}
	r := &requestFile{File: file, info: FileInfo{File: name}, sum: sha256.New()}
	r.put([]byte(`{"users":[`))
	return r, nil
}

func (r *requestFile) put(text []byte) {
	_, _ = r.Write(text) // Keep tells
	r.sum.Write(text)
	r.info.Bytes += len(text)
}

func (r *requestFile) add(s Sealer, u workspace.User) (err error) {
	if r.line = r.line[:0]; r.info.Users > 0 {
		r.line = append(r.line, ',')
	}
	if r.line, err = s.seal(r.line, u.Target); err != nil {
		return fmt.Errorf("user %s: %w", u.ID, err)
	}
	r.info.Users++
	r.put(r.line)
	return nil
}

func (r *requestFile) end() (FileInfo, error) {
	r.put([]byte("]}"))
	r.info.SHA256 = hex.EncodeToString(r.sum.Sum(nil))
	return r.info, r.Keep()
}
