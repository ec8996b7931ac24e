package store

import (
	"context"
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
