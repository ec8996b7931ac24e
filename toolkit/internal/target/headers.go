package target

import (
	"strings"

	"wherry/internal/secret"
)

// Header is a header among others, with a secret value. Its name may be
// written otherwise in the target.
type Header struct {
	Name  string
	Value secret.String
}

// Merge keeps the other headers.
func (h Header) Merge(have any) any {
	headers, _ := have.(Doc)
	merged := over(headers, nil)
	name := h.Name
	for written := range headers {
		if strings.EqualFold(written, name) {
			name = written
		}
	}
	merged[name] = h.Value.Reveal()
	return merged
}
