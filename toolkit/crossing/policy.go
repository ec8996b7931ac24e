package crossing

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"wherry/toolkit/internal/fusionauth"
)

func (r *run) policy(ctx context.Context) error {
	if err := r.changePolicies(ctx); err != nil {
		return fmt.Errorf("connector policy %q: %w", r.target.Connector.Name, err)
	}
	return nil
}

func (r *run) changePolicies(ctx context.Context) error {
	tenant, err := r.api.Tenant(ctx, r.applied.TenantID)
	if err != nil {
		return err
	}
	have := tenant.ConnectorPolicies
	want, action := askFirst(have, r.applied.ConnectorID), Changed
	switch {
	case reflect.DeepEqual(have, want):
		r.note("connector policy", r.target.Connector.Name, "", Found)
		return nil
	case !slices.ContainsFunc(have, policyOf(r.applied.ConnectorID)):
		action = Created
	}
	if _, err := r.api.PatchTenant(ctx, tenant.ID, fusionauth.Tenant{ConnectorPolicies: want}); err != nil {
		return err
	}
	r.note("connector policy", r.target.Connector.Name, "", action)
	return nil
}

// askFirst puts the policy of our connector before all others, for every
// domain and with migration on. FusionAuth's own connector is always in the
// list: those who are across already sign in through it.
func askFirst(have []fusionauth.ConnectorPolicy, connectorID string) []fusionauth.ConnectorPolicy {
	ours := fusionauth.ConnectorPolicy{ConnectorID: connectorID}
	if i := slices.IndexFunc(have, policyOf(connectorID)); i >= 0 {
		ours = have[i]
	}
	ours.Domains, ours.Migrate = []string{"*"}, true

	others := slices.DeleteFunc(slices.Clone(have), policyOf(connectorID))
	if !slices.ContainsFunc(others, policyOf(fusionauth.DefaultConnectorID)) {
		others = append(others, fusionauth.ConnectorPolicy{ConnectorID: fusionauth.DefaultConnectorID, Domains: []string{"*"}})
	}
	return slices.Insert(others, 0, ours)
}

func policyOf(connectorID string) func(fusionauth.ConnectorPolicy) bool {
	return func(p fusionauth.ConnectorPolicy) bool { return strings.EqualFold(p.ConnectorID, connectorID) }
}
