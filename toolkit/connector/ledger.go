package connector

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"wherry/internal/exit"
)

// TurnedAway is a user who was turned away by something other than the
// password, so that support can tell a caller why.
type TurnedAway struct {
	Time time.Time `json:"time"`
	Pool string    `json:"pool"`

	// Login is the keyed hash that logs know the login id by.
	Login string `json:"login"`

	// LoginID is the login id itself, for a ledger that keeps personal data as
	// it should be kept. It is never written as JSON.
	LoginID string `json:"-"`

	Outcome string `json:"outcome"`
	Code    string `json:"code,omitempty"` // Cognito's name for it
	Hint    string `json:"hint,omitempty"`
}

// Ledger hears of those who are turned away, from many goroutines at a time.
// The answer has gone out by then, but the connection waits: it should be
// quick.
type Ledger interface {
	TurnedAway(t TurnedAway) error
}

// lines is a Ledger in a file of JSON lines. The file is opened for each line,
// so that it can be moved away at any time.
type lines struct {
	path string
	mu   sync.Mutex
}

func (l *lines) TurnedAway(t TurnedAway) error {
	line, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("write down who was turned away: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	f, err := os.OpenFile(l.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write down who was turned away: %w", err)
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

// WhyTurnedAway is what the file of the settings says about a login id, oldest
// first.
func (k *Connector) WhyTurnedAway(login string) ([]TurnedAway, error) {
	file, ok := k.ledger.(*lines)
	if !ok {
		return nil, exit.With(exit.Usage, errors.New("nobody writes down who is turned away"), "set connector.turned_away_log")
	}
	names := map[string]bool{}
	for pool := range k.pools {
		names[k.names.name(pool, login)] = true
	}
	return file.of(names)
}

func (l *lines) of(names map[string]bool) (found []TurnedAway, err error) {
	err = eachLine(l.path, func(t TurnedAway) {
		if names[t.Login] {
			found = append(found, t)
		}
	})
	return found, err
}

// TurnedAwayCount is how many were turned away for one reason.
type TurnedAwayCount struct {
	Pool, Outcome string
	People        int // by different login ids
	Times         int
	Last          time.Time
}

// CountTurnedAway counts what a file that connector.turned_away_log names says,
// the most frequent first. A line that is being written is left out; a file
// that is not there says nothing.
func CountTurnedAway(path string) ([]TurnedAwayCount, error) {
	counts, people := map[[2]string]*TurnedAwayCount{}, map[[3]string]bool{}
	err := eachLine(path, func(t TurnedAway) {
		key := [2]string{t.Pool, t.Outcome}
		c := counts[key]
		if c == nil {
			c = &TurnedAwayCount{Pool: t.Pool, Outcome: t.Outcome}
			counts[key] = c
		}
		c.Times++
		if person := [3]string{t.Pool, t.Outcome, t.Login}; !people[person] {
			people[person] = true
			c.People++
		}
		if t.Time.After(c.Last) {
			c.Last = t.Time
		}
	})
	list := make([]TurnedAwayCount, 0, len(counts))
	for _, c := range counts {
		list = append(list, *c)
	}
	slices.SortFunc(list, func(a, b TurnedAwayCount) int {
		return cmp.Or(b.People-a.People, strings.Compare(a.Pool, b.Pool), strings.Compare(a.Outcome, b.Outcome))
	})
	return list, err
}

// eachLine reads a file of JSON lines.
func eachLine(path string, see func(TurnedAway)) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // nobody has been turned away yet
	}
	if err != nil {
		return fmt.Errorf("read who was turned away: %w", err)
	}
	defer f.Close()
	for d := json.NewDecoder(f); ; {
		var t TurnedAway
		switch err := d.Decode(&t); {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return fmt.Errorf("read who was turned away: %w", err)
		}
		see(t)
	}
}
