package crossing

import (
	"wherry/internal/secret"
	"wherry/toolkit/internal/target"
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
type Step = target.Step

func applied(steps []Step) *Applied {
	a := &Applied{Steps: steps}
	for _, s := range steps {
		switch s.Kind() {
		case target.Tenant:
			a.TenantID = s.ID
		case target.Connector:
			a.ConnectorID = s.ID
		case target.Application:
			oauth, _ := s.Doc()["oauthConfiguration"].(target.Doc)
			value, _ := oauth["clientSecret"].(string)
			name, _ := s.Doc()["name"].(string)
			a.Applications = append(a.Applications, AppliedApplication{s.ID, name, secret.String(value)})
		}
	}
	return a
}
