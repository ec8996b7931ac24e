// Package archive writes zip files that are the same, byte by byte, whenever
// they are made of the same files.
package archive

import (
	"archive/zip"
	"cmp"
	"compress/flate"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"
)

// File is a file in an archive.
type File struct {
	Name string
	Mode fs.FileMode
	Data []byte
}

// made is when every file was made: as early as a zip file can say.
var made = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// Zip writes the files in the order of their names.
func Zip(w io.Writer, files ...File) error {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(out, flate.BestCompression)
	})
	files = slices.SortedFunc(slices.Values(files), func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	for _, f := range files {
		if err := add(z, f); err != nil {
			return fmt.Errorf("put %s into the archive: %w", f.Name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("finish the archive: %w", err)
	}
	return nil
}

func add(z *zip.Writer, f File) error {
	header := &zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: made}
	header.SetMode(f.Mode)
	w, err := z.CreateHeader(header)
	if err != nil {
		return err
	}
	_, err = w.Write(f.Data)
	return err
}

// Unzip reads an archive back.
func Unzip(r io.ReaderAt, size int64) ([]File, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("read the archive: %w", err)
	}
	var files []File
	for _, entry := range z.File {
		data, err := content(entry)
		if err != nil {
			return nil, fmt.Errorf("read %s from the archive: %w", entry.Name, err)
		}
		files = append(files, File{entry.Name, entry.Mode(), data})
	}
	return files, nil
}

func content(entry *zip.File) ([]byte, error) {
	r, err := entry.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}
