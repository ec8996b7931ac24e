package target

import (
	"slices"
	"strings"

	"wherry/toolkit/internal/fusionauth"
)

// AskFirst is the connector policies of a tenant with those of these
// connectors before all others, for every domain and with migration on.
// FusionAuth's own connector is always among them: those who are across
// already sign in through it.
type AskFirst []string

// Merge keeps the others in their order.
func (a AskFirst) Merge(have any) any {
	left := policies(have)
	var first []any
	for _, id := range a {
		ours := Doc{"connectorId": id}
		if i := slices.IndexFunc(left, policyOf(id)); i >= 0 {
			ours, left = over(left[i], nil), slices.Delete(left, i, i+1)
		}
		ours["domains"], ours["migrate"] = []any{"*"}, true
		first = append(first, ours)
	}
	if !slices.ContainsFunc(left, policyOf(fusionauth.DefaultConnectorID)) {
		left = append(left, Doc{"connectorId": fusionauth.DefaultConnectorID, "domains": []any{"*"}, "migrate": false})
	}
	for _, other := range left {
		first = append(first, other)
	}
	return first
}

// Rename makes it about the connectors that are there.
func (a AskFirst) Rename(id func(string) string) any {
	renamed := make(AskFirst, len(a))
	for i, wanted := range a {
		renamed[i] = id(wanted)
	}
	return renamed
}

// WithoutPolicy is a tenant's policies without those of a connector.
func WithoutPolicy(have any, connectorID string) (left []Doc, found bool) {
	all := policies(have)
	left = slices.DeleteFunc(slices.Clone(all), policyOf(connectorID))
	return left, len(left) < len(all)
}

func policies(have any) []Doc {
	list, _ := have.([]any)
	return docs(list)
}

func policyOf(connectorID string) func(Doc) bool {
	return func(policy Doc) bool {
		id, _ := policy["connectorId"].(string)
		return strings.EqualFold(id, connectorID)
	}
}
