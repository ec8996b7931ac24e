package connector

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
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

func (l *lines) of(names map[string]bool) ([]TurnedAway, error) {
	f, err := os.Open(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // nobody has been turned away yet
	}
	if err != nil {
		return nil, fmt.Errorf("read who was turned away: %w", err)
	}
	defer f.Close()
	var found []TurnedAway
	for d := json.NewDecoder(f); ; {
		var t TurnedAway
		switch err := d.Decode(&t); {
		case errors.Is(err, io.EOF):
			return found, nil
		case err != nil:
			return nil, fmt.Errorf("read who was turned away: %w", err)
		case names[t.Login]:
			found = append(found, t)
		}
	}
}
