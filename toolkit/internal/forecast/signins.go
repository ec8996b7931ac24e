package forecast

import (
	"encoding/csv"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"strconv"
	"strings"
	"time"
)

// SignIns is when users were last seen to sign in, and since when anybody
// looked. Users are kept as hashes, so ten million of them fit in memory.
type SignIns struct {
	Since, Until time.Time
	last         map[uint64]int64 // milliseconds
	seed         maphash.Seed
}

// NewSignIns returns sign-ins of nobody.
func NewSignIns() *SignIns { return &SignIns{last: map[uint64]int64{}, seed: maphash.MakeSeed()} }

// Add notes a sign-in.
func (s *SignIns) Add(user string, at time.Time) {
	key := maphash.String(s.seed, user)
	s.last[key] = max(s.last[key], at.UnixMilli())
	if s.Since.IsZero() || at.Before(s.Since) {
		s.Since = at
	}
	if at.After(s.Until) {
		s.Until = at
	}
}

// Users is how many have signed in.
func (s *SignIns) Users() int { return len(s.last) }

// Observed is how long users had stayed away at the end. Of all users, those
// who never signed in have stayed away since the beginning.
func (s *SignIns) Observed(all int) *Observed {
	o := &Observed{}
	until := s.Until.UnixMilli()
	for _, last := range s.last {
		o.Add(int((until-last)/day)+1, true)
	}
	for range all - len(s.last) {
		o.Add(int((until-s.Since.UnixMilli())/day)+1, false)
	}
	return o
}

const day = int64(24 * time.Hour / time.Millisecond)

// ReadSignIns reads a CSV of sign-ins: a user in the first column, as whatever
// tells users apart, and an instant in the second, as RFC 3339, a date, or
// seconds or milliseconds since 1970. A first line with names is skipped. All
// lines that cannot be read are named together.
func ReadSignIns(r io.Reader) (*SignIns, error) {
	s := NewSignIns()
	lines := csv.NewReader(r)
	lines.FieldsPerRecord, lines.ReuseRecord = -1, true
	var wrong []error
	for first := true; len(wrong) < mostWrong; first = false {
		record, err := lines.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read sign-ins: %w", err)
		}
		if err := s.line(record); err != nil && !first {
			at, _ := lines.FieldPos(0)
			wrong = append(wrong, fmt.Errorf("line %d: %w", at, err))
		}
	}
	if s.Users() == 0 && len(wrong) == 0 {
		wrong = append(wrong, errors.New("there are no sign-ins: each line wants a user and an instant"))
	}
	return s, errors.Join(wrong...)
}

// mostWrong is how many lines are named.
const mostWrong = 10

func (s *SignIns) line(record []string) error {
	if len(record) < 2 {
		return errors.New("there is no second column for the instant")
	}
	at, err := instant(strings.TrimSpace(record[1]))
	if err != nil {
		return err
	}
	s.Add(record[0], at)
	return nil
}

// instant reads a point in time. Numbers of twelve digits and more are
// milliseconds.
func instant(text string) (time.Time, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		if n < 1e11 {
			n *= 1000
		}
		return time.UnixMilli(n), nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly, time.DateTime} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errors.New("the second column is no instant, such as 2026-11-22T09:00:00Z")
}
