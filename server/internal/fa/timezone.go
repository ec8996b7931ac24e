package fa

import (
	"path"
	"sync"
	"time"
	_ "time/tzdata" // containers have no zones of their own
)

// zones remembers the names of time zones that exist: looking one up reads a
// file, and all users of an import live in the same few.
var zones sync.Map

func isTimezone(text string) bool {
	if _, known := zones.Load(text); known {
		return true
	}
	// A file has many paths, a zone has one name.
	if _, err := time.LoadLocation(text); err != nil || text == "Local" || path.Clean(text) != text {
		return false
	}
	zones.Store(text, true)
	return true
}
