package plan

import (
	"fmt"
	"strings"
)

// Problem is a mistake in the settings of a mapping.
type Problem struct {
	Path    string // "mapping.rules[2].as"
	Message string
}

// Problems is every mistake of the settings.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Path + ": " + p.Message
	}
	return strings.Join(lines, "\n")
}

func (ps *Problems) add(path, format string, args ...any) {
	*ps = append(*ps, Problem{path, fmt.Sprintf(format, args...)})
}
