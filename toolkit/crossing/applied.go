package crossing

import (
	"fmt"
	"strings"

	"wherry/internal/secret"
)

// Applied is what stands in the target: the objects with their ids, and how
// each came to be there.
type Applied struct {
	TenantID     string               `json:"tenantId"`
	Applications []AppliedApplication `json:"applications"` // in the order of the Target
	ConnectorID  string               `json:"connectorId"`
	Steps        []Step               `json:"steps"`
}

// AppliedApplication is an application's identity for OAuth: its ID is the
// client id.
type AppliedApplication struct {
	ID           string        `json:"id"`
	Name         string        `json:"name"`
	ClientSecret secret.String `json:"-"`
}

// Step is what was done about one object.
type Step struct {
	Object  string   `json:"object"` // tenant, application, role, connector, connector policy
	Name    string   `json:"name"`
	ID      string   `json:"id,omitempty"`
	Action  Action   `json:"action"`
	Changes []string `json:"changes,omitempty"` // what was changed, in words
}

// Action is what was done.
type Action string

// The actions.
const (
	Found   Action = "found" // as it should be; nothing was written
	Created Action = "created"
	Changed Action = "changed"
)

// String is such as: application "Forum" changed (redirect URLs).
func (s Step) String() string {
	text := fmt.Sprintf("%s %q %s", s.Object, s.Name, s.Action)
	if len(s.Changes) > 0 {
		text += " (" + strings.Join(s.Changes, ", ") + ")"
	}
	return text
}

// Written returns the steps that wrote something. None means that the target
// was ready already.
func (a *Applied) Written() []Step {
	var written []Step
	for _, s := range a.Steps {
		if s.Action != Found {
			written = append(written, s)
		}
	}
	return written
}

// standing says what stands, for the error of a run that got half way.
func (a *Applied) standing() string {
	if len(a.Steps) == 0 {
		return "nothing was written"
	}
	steps := make([]string, len(a.Steps))
	for i, s := range a.Steps {
		steps[i] = s.String()
	}
	return "what stands: " + strings.Join(steps, ", ")
}
