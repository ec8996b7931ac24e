package store

import (
	"context"
	"fmt"

	"wherry/server/internal/fa"
)

var groups = kind[fa.Group]{
	name:    "group",
	table:   "groups",
	blank:   fa.NewGroup,
	id:      func(g *fa.Group) fa.ID { return g.ID },
	columns: []string{"tenant_id", "name_key", "insert_instant"},
	values:  func(g *fa.Group) []any { return []any{g.TenantID, key(g.Name), g.InsertInstant} },
	unique: []unique[fa.Group]{{
		columns: []string{"tenant_id", "name_key"}, values: func(g *fa.Group) []any { return []any{g.TenantID, key(g.Name)} },
		taken: func(g *fa.Group, errs *fa.Errors) {
			errs.Field("group.name", "duplicate", "A group with name = [%s] already exists.", g.Name)
		},
	}},
}

// GroupsOf returns the groups that a user is in.
func (db *DB) GroupsOf(ctx context.Context, user fa.ID) ([]*fa.Group, error) {
	all, err := list(ctx, db.reader, db.Groups.scan,
		"select doc from groups where id in (select group_id from group_members where user_id = $1) order by insert_instant, id", user)
	if err != nil {
		return nil, fmt.Errorf("list the groups of a user: %w", err)
	}
	return all, nil
}
