package target

import (
	"strings"

	"github.com/google/uuid"
)

// names is the space of the ids that we choose.
var names = uuid.NewSHA1(uuid.NameSpaceURL, []byte("wherry: objects of a target"))

// ID is an id that follows from what is named: the same names, the same id,
// whatever else was done meanwhile.
func ID(parts ...string) string {
	return uuid.NewSHA1(names, []byte(strings.Join(parts, "\x00"))).String()
}
