package store

import (
	"context"
	"errors"
	"testing"

	"wherry/server/internal/fa"
)

// watch runs Watch as long as the test.
func watch(t *testing.T, db *DB) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() { defer close(done); db.Watch(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
}

func TestEveryServerHearsOfAChange(t *testing.T) {
	onTwo(t, func(t *testing.T, _ *clock, one, other *DB) {
		var heard tally
		other.Tenants.OnChange(func() { heard.add("tenants") })
		other.SigningKeys.OnChange(func() { heard.add("keys") })
		watch(t, other)
		changes := []func() error{
			func() error { return one.Tenants.Create(t.Context(), tenant(1, "Default")) },
			func() error {
				_, err := one.Tenants.Update(t.Context(), id(1), func(*fa.Tenant) error { return nil })
				return err
			},
			func() error { return one.Tenants.Delete(t.Context(), id(1)) },
		}
		for _, change := range changes {
			before := heard.of("tenants")
			must(t, change())
			eventually(t, "it is heard", func() bool { return heard.of("tenants") > before })
		}
		if n := heard.of("keys"); n != 0 {
			t.Errorf("heard %d changes of what did not change", n)
		}
	})
}

// TestCopiesAreAsTheObjects: after changes by this server and by another one, also
// where an object goes or changes together with another.
func TestCopiesAreAsTheObjects(t *testing.T) {
	onTwo(t, func(t *testing.T, _ *clock, one, other *DB) {
		tenants, applications := other.Tenants.Copied(), other.Applications.Copied()
		watch(t, other)
		seen := func(what string, as func() bool) { t.Helper(); eventually(t, what, as) }
		must(t, one.Tenants.Create(t.Context(), tenant(1, "First")))
		seen("it is there", func() bool { all, err := tenants.All(t.Context()); return err == nil && len(all) == 1 })
		app := fa.NewApplication()
		app.ID, app.TenantID, app.Name = id(2), id(1), "App"
		must(t, one.Applications.Create(t.Context(), &app))
		seen("so is the other", func() bool { _, err := applications.Get(t.Context(), id(2)); return err == nil })
		rename := func(v *fa.Tenant) error { v.Name = "Second"; return nil }
		_, err := one.Tenants.Update(t.Context(), id(1), rename)
		must(t, err)
		seen("it has another name", func() bool { v, err := tenants.Get(t.Context(), id(1)); return err == nil && v.Name == "Second" })
		connector := fa.NewConnector()
		connector.ID, connector.Name = id(3), "Connector"
		must(t, one.Connectors.Create(t.Context(), &connector))
		_, err = one.Tenants.Update(t.Context(), id(1), func(v *fa.Tenant) error {
			v.ConnectorPolicies = []fa.ConnectorPolicy{{ConnectorID: id(3), Domains: []string{"*"}}}
			return nil
		})
		must(t, err)
		asks := func() bool {
			v, err := tenants.Get(t.Context(), id(1))
			return err == nil && len(v.ConnectorPolicies) == 1 && v.ConnectorPolicies[0].ConnectorID == id(3)
		}
		seen("it asks the connector", asks)
		must(t, one.Connectors.Delete(t.Context(), id(3)))
		seen("it does not any more", func() bool { return !asks() })
		must(t, one.Tenants.Delete(t.Context(), id(1)))
		seen("both are gone", func() bool {
			_, err := tenants.Get(t.Context(), id(1))
			_, gone := applications.Get(t.Context(), id(2))
			return errors.Is(err, fa.ErrNotFound) && errors.Is(gone, fa.ErrNotFound)
		})
	})
}

func TestAChangeIsHeardAfterTheConnectionWasLost(t *testing.T) {
	t.Parallel()
	url := schema(t)
	const watcher = "wherry-test-watcher"
	one, other := open(t, url, "", new(clock)), open(t, url+"&application_name="+watcher, "", new(clock))
	var heard tally
	other.Tenants.OnChange(func() { heard.add("tenants") })
	watch(t, other)
	for n := range 3 {
		_, err := one.writer.ExecContext(t.Context(), "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1", watcher)
		must(t, err)
		before := heard.of("tenants")
		must(t, one.Tenants.Create(t.Context(), tenant(n+1, string(id(n+1)))))
		eventually(t, "it is heard", func() bool { return heard.of("tenants") > before })
	}
}
