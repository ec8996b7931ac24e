package workspace

import (
	"fmt"
	"slices"
)

// State is how far a user has come. It only moves forward, except by
// Run.Reopen.
type State int

// The states, in their order. A user who is refused or skipped has a reason
// and stays where they are.
const (
	Exported State = iota + 1 // read from the pool
	Planned                   // mapped: there is a target document
	Imported                  // in the target
	Linked                    // linked with their identity providers
	Reset                     // asked to choose a password
	Verified                  // compared on both sides, and the same
	Refused                   // cannot go across
	Skipped                   // shall not go across
)

// AlreadyAcross is why users are skipped who were in the target before: they
// signed in by the slow road, or another crossing carried them. They are as
// good as imported, so they can be linked and verified, too.
const AlreadyAcross = "across already"

var stateNames = []string{"", "exported", "planned", "imported", "linked", "reset", "verified", "refused", "skipped"}

func (s State) String() string {
	if s < 1 || int(s) >= len(stateNames) {
		return fmt.Sprintf("state %d", int(s))
	}
	return stateNames[s]
}

// MarshalText writes the state's name.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a state's name.
func (s *State) UnmarshalText(text []byte) error {
	i := slices.Index(stateNames, string(text))
	if i < 1 {
		return fmt.Errorf("%q is no state of a user", text)
	}
	*s = State(i)
	return nil
}

// stage tells whether the state is a step of the way, with an instant of its
// own in the column that bears its name.
func (s State) stage() bool { return s >= Exported && s <= Verified }
