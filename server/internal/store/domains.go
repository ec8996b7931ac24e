package store

import (
	"context"
	"database/sql"
	"slices"

	"wherry/server/internal/fa"
)

// ownDomains reports each domain of a provider that another one manages in the
// same tenant: a domain belongs to one provider of all tenants, or to one of
// each tenant. Who writes one with domains holds the rows that every instance
// has, or two could take the same domain at once.
func (db *DB) ownDomains(ctx context.Context, tx *sql.Tx, p *fa.IdentityProvider) error {
	if len(p.Domains) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, "update instance set value = value"); err != nil {
		return err
	}
	others, err := list(ctx, tx, db.IdentityProviders.scan,
		"select doc from identity_providers where id <> $1 and (tenant_id is null or cast($2 as text) is null or tenant_id = $2)", p.ID, orNull(string(p.TenantID)))
	if err != nil {
		return err
	}
	var errs fa.Errors
	for _, other := range others {
		for _, domain := range p.Domains {
			if slices.Contains(other.Domains, domain) {
				errs.Field("identityProvider.domains", "duplicate", "The domain [%s] is managed by the identity provider [%s].", domain, other.Name)
			}
		}
	}
	return errs.OrNil()
}
