package store

import (
	"context"
	"database/sql"
	"slices"

	"wherry/server/internal/fa"
)

// Connectors is the table of connectors.
type Connectors struct{ Documents[fa.Connector] }

// Delete removes a connector, and the policies of tenants that name it. Users
// who are bound to it find a place by the other policies.
func (d Connectors) Delete(ctx context.Context, id fa.ID) error {
	tenants := d.db.Tenants
	return d.wrap("delete", tenants.tx(ctx, func(tx *sql.Tx) error {
		all, err := list(ctx, tx, tenants.scan, "select doc from tenants order by id"+d.db.forUpdate)
		if err != nil {
			return err
		}
		for _, t := range all {
			policies := slices.DeleteFunc(slices.Clone(t.ConnectorPolicies), func(p fa.ConnectorPolicy) bool { return p.ConnectorID == id })
			if len(policies) == len(t.ConnectorPolicies) {
				continue
			}
			t.ConnectorPolicies = policies
			t.Normalize()
			if err := tenants.put(ctx, tx, tenants.updateSQL(), t, t.ID); err != nil {
				return err
			}
		}
		return affectsOne(tx.ExecContext(ctx, "delete from connectors where id = $1", id))
	}))
}
