package store

import (
	"bufio"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"wherry/server/internal/fa"
)

// spool keeps rows of a table in a temporary file until they are written, so
// that memory stays flat. The file has no name and is encrypted with a key that
// nothing else knows: what is left of it on the disk is of no use.
type spool struct {
	table   string
	columns []string
	rows    int

	file  *os.File
	block cipher.Block
	veil  cipher.Stream // of what is written
}

func newSpool(dir, table string, columns ...string) (*spool, error) {
	file, err := os.CreateTemp(dir, "import-*")
	if err != nil {
		return nil, fmt.Errorf("open a temporary file: %w", err)
	}
	_ = os.Remove(file.Name()) // some systems refuse as long as it is open: then Close removes it
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails: it would end the program first
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	s := &spool{table: table, columns: columns, file: file, block: block}
	s.veil = s.keystream()
	return s, nil
}

// keystream begins with zeros: no key has a second file.
func (s *spool) keystream() cipher.Stream { return cipher.NewCTR(s.block, make([]byte, aes.BlockSize)) }

// write appends n rows, as appendRow has made them, and leaves them encrypted.
func (s *spool) write(rows []byte, n int) error {
	s.veil.XORKeyStream(rows, rows)
	if _, err := s.file.Write(rows); err != nil {
		return fmt.Errorf("write a temporary file: %w", err)
	}
	s.rows += n
	return nil
}

// reader returns a function that reads one row after the other from the
// beginning, and nil at the end.
func (s *spool) reader() (func() ([]any, error), error) {
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read a temporary file: %w", err)
	}
	r := &rowReader{Reader: bufio.NewReaderSize(cipher.StreamReader{S: s.keystream(), R: s.file}, 256<<10)}
	left := s.rows
	return func() ([]any, error) {
		if left == 0 {
			return nil, nil
		}
		left--
		return r.row(len(s.columns))
	}, nil
}

// close removes the file.
func (s *spool) close() error {
	err := s.file.Close()
	if gone := os.Remove(s.file.Name()); !errors.Is(gone, os.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}

// The kinds of values in a row, each a byte before its value.
const (
	kindNull byte = iota
	kindFalse
	kindTrue
	kindInteger
	kindText
	kindBytes
)

// appendRow writes the values of a row behind each other.
func appendRow(b []byte, row []any) []byte {
	for _, value := range row {
		switch v := value.(type) {
		case nil:
			b = append(b, kindNull)
		case bool:
			if v {
				b = append(b, kindTrue)
			} else {
				b = append(b, kindFalse)
			}
		case int:
			b = binary.AppendVarint(append(b, kindInteger), int64(v))
		case int64:
			b = binary.AppendVarint(append(b, kindInteger), v)
		case []byte:
			b = binary.AppendUvarint(append(b, kindBytes), uint64(len(v)))
			b = append(b, v...)
		case string:
			b = appendText(b, v)
		case fa.ID:
			b = appendText(b, string(v))
		default:
			panic(fmt.Sprintf("no row holds a %T", value))
		}
	}
	return b
}

func appendText(b []byte, text string) []byte {
	b = binary.AppendUvarint(append(b, kindText), uint64(len(text)))
	return append(b, text...)
}

// rowReader reads what appendRow has written.
type rowReader struct {
	*bufio.Reader
	text []byte // reused
}

func (r *rowReader) row(columns int) ([]any, error) {
	row := make([]any, columns)
	for i := range row {
		var err error
		if row[i], err = r.value(); err != nil {
			return nil, fmt.Errorf("read a temporary file: %w", err)
		}
	}
	return row, nil
}

func (r *rowReader) value() (any, error) {
	kind, err := r.ReadByte()
	if err != nil {
		return nil, err
	}
	switch kind {
	case kindInteger:
		return binary.ReadVarint(r)
	case kindText, kindBytes:
		size, err := binary.ReadUvarint(r)
		if err != nil {
			return nil, err
		}
		r.text = slices.Grow(r.text[:0], int(size))[:size]
		_, err = io.ReadFull(r, r.text)
		if kind == kindBytes {
			return slices.Clone(r.text), err
		}
		return string(r.text), err
	case kindNull:
		return nil, nil //nolint:nilnil // a null
	default:
		return kind == kindTrue, nil
	}
}
