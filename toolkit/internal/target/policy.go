package target

import (
	"strings"

	"wherry/toolkit/internal/fusionauth"
)

// AskFirst is the connector policies of a tenant with that of a connector
// before all others, for every domain and with migration on. FusionAuth's own
// connector is always among them: those who are across already sign in through
// it.
type AskFirst struct{ ConnectorID string }

// Merge keeps the others in their order.
func (a AskFirst) Merge(have any) any {
	ours := Doc{"connectorId": a.ConnectorID}
	var others []any
	own := false
	list, _ := have.([]any)
	for _, element := range list {
		policy, _ := element.(Doc)
		id, _ := policy["connectorId"].(string)
		if strings.EqualFold(id, a.ConnectorID) {
			ours = over(policy, nil)
			continue
		}
		own = own || strings.EqualFold(id, fusionauth.DefaultConnectorID)
		others = append(others, element)
	}
	ours["domains"], ours["migrate"] = []any{"*"}, true
	if !own {
		others = append(others, Doc{"connectorId": fusionauth.DefaultConnectorID, "domains": []any{"*"}, "migrate": false})
	}
	return append([]any{ours}, others...)
}

// Rename makes it about the connector that is there.
func (a AskFirst) Rename(id func(string) string) any { return AskFirst{id(a.ConnectorID)} }

// WithoutPolicy is policies without those of a connector.
func WithoutPolicy(policies any, connectorID string) (left []any, found bool) {
	list, _ := policies.([]any)
	left = []any{}
	for _, element := range list {
		policy, _ := element.(Doc)
		if id, _ := policy["connectorId"].(string); strings.EqualFold(id, connectorID) {
			found = true
			continue
		}
		left = append(left, element)
	}
	return left, found
}
