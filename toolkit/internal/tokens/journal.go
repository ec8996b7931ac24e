package tokens

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Journal is a file with the digests of tokens that are across, one a line. It
// holds no tokens.
type Journal struct {
	file *os.File
	done map[[32]byte]bool
}

// OpenJournal reads a journal, and makes it if there is none.
func OpenJournal(path string) (*Journal, error) {
	j := &Journal{done: map[[32]byte]bool{}}
	var err error
	j.file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the journal of tokens: %w", err)
	}
	for s := bufio.NewScanner(j.file); s.Scan(); {
		var sum [32]byte
		if n, err := hex.Decode(sum[:], s.Bytes()); err == nil && n == len(sum) {
			j.done[sum] = true // a line that was cut off is done again
		}
	}
	return j, nil
}

// ReadJournal is OpenJournal for those who write nothing: there may be none.
func ReadJournal(path string) (*Journal, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return &Journal{}, nil
	}
	return OpenJournal(path)
}

// digest is of everything that makes a token what it is.
func (t Token) digest() [32]byte {
	return sha256.Sum256([]byte(t.ApplicationID + "\x00" + t.UserID + "\x00" + t.Value.Reveal()))
}

// Has tells whether a token is across.
func (j *Journal) Has(t Token) bool { return j.done[t.digest()] }

// Add notes tokens that are across, and returns when they are on disk.
func (j *Journal) Add(all []Token) error {
	var text []byte
	for _, t := range all {
		sum := t.digest()
		j.done[sum] = true
		text = append(hex.AppendEncode(text, sum[:]), '\n')
	}
	if _, err := j.file.Write(text); err != nil {
		return fmt.Errorf("write the journal of tokens: %w", err)
	}
	return j.file.Sync()
}

// Close closes the file.
func (j *Journal) Close() error {
	if j.file == nil {
		return nil
	}
	return j.file.Close()
}
