package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"wherry/server/internal/fa"
)

// TestRolesInRegistrations: they follow the application's.
func TestRolesInRegistrations(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		firstStart(t, db)
		for n, name := range map[int]string{20: "Forum", 21: "Chat"} {
			app := application(n, id(1), name)
			app.Roles = []fa.Role{{ID: id(n*10 + 1), Name: "admin"}, {ID: id(n*10 + 2), Name: "user"}, {ID: id(n*10 + 3), Name: "guest"}}
			must(t, db.Applications.Create(ctx, app))
		}
		const people = renamedAtOnce + 1
		for i := range people {
			u := user(100+i, id(1), fmt.Sprintf("user%d@example.com", i))
			u.Registrations = []fa.Registration{registration(id(20), "admin", "guest", "user"), registration(id(21), "admin")}
			u.Registrations[0].AuthenticationToken = "made up"
			must(t, db.CreateUser(ctx, u))
		}
		_, err := db.Applications.Update(ctx, id(20), func(a *fa.Application) error {
			a.Roles = []fa.Role{{ID: id(202), Name: "admin"}, {ID: id(201), Name: "owner"}} // user is admin now
			return nil
		})
		must(t, err)
		for _, n := range []int{100, 100 + people - 1} {
			u, err := db.User(ctx, id(n))
			must(t, err)
			forum, _ := u.Registration(id(20))
			chat, _ := u.Registration(id(21))
			if got := strings.Join(forum.Roles, " "); got != "owner admin" || forum.AuthenticationToken != "made up" || !slices.Equal(chat.Roles, []string{"admin"}) {
				t.Errorf("user %d: forum %q, chat %q", n, got, chat.Roles)
			}
		}
	})
}

// TestDeletedConnector: no policy names it any more.
func TestDeletedConnector(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		firstStart(t, db)
		must(t, db.Connectors.Create(ctx, connector(30, "Old pool")))
		own := fa.ConnectorPolicy{ConnectorID: fa.ConnectorID, Domains: []string{"*"}}
		old := fa.ConnectorPolicy{ConnectorID: id(30), Domains: []string{"*"}, Migrate: true}
		for n, policies := range map[int][]fa.ConnectorPolicy{31: {own}, 32: {old, own}, 33: {old}} {
			v := tenant(n, fmt.Sprint("Tenant ", n))
			v.ConnectorPolicies = policies
			must(t, db.Tenants.Create(ctx, v))
		}
		must(t, db.Connectors.Delete(ctx, id(30)))
		for n := 31; n <= 33; n++ {
			v, err := db.Tenants.Get(ctx, id(n))
			must(t, err)
			if len(v.ConnectorPolicies) != 1 || v.ConnectorPolicies[0].ConnectorID != fa.ConnectorID {
				t.Errorf("tenant %d: %+v", n, v.ConnectorPolicies)
			}
		}
		if err := db.Connectors.Delete(ctx, id(30)); !errors.Is(err, fa.ErrNotFound) {
			t.Errorf("again: %v", err)
		}
	})
}
