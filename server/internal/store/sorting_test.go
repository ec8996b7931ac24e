package store

import (
	"testing"

	"wherry/server/internal/fa"
)

// TestOnlyKnownColumnsAreSortedBy: an order is a matter of names, not of SQL.
func TestOnlyKnownColumnsAreSortedBy(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		order := fa.Order{{Property: "id"}, {Property: "id; drop table users"}}
		for name, search := range map[string]func() error{
			"events":  func() error { _, _, err := db.SearchEventLog(ctx, fa.EventSearch{Order: order}); return err },
			"members": func() error { _, _, err := db.SearchMembers(ctx, fa.MemberSearch{Order: order}); return err },
			"grants":  func() error { _, _, err := db.SearchGrants(ctx, fa.GrantSearch{Order: order}); return err },
		} {
			if got := refusals(search()); got != "[invalid]search.orderBy" {
				t.Errorf("%s: %s", name, got)
			}
		}
	})
}
