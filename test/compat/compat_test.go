package compat

import (
	"path/filepath"
	"testing"
)

// TestAPI calls every endpoint that the documentation offers.
func TestAPI(t *testing.T) {
	t.Parallel()
	onEach(t, "api", func(t *testing.T, j *journal) {
		t.Helper()
		t.Run("endpoints", j.complete)
	})
}

// TestKickstart reads back what kickstart files in the style of FusionAuth's
// quickstarts have made at the first start.
func TestKickstart(t *testing.T) {
	t.Parallel()
	for _, instance := range []string{"quickstart", "organisation"} {
		t.Run(instance, func(t *testing.T) {
			t.Parallel()
			onEach(t, instance, nil)
		})
	}
}

// onEach starts an instance, runs its scenarios with each client on each
// database, and then what comes after them, unless that is nil.
func onEach(t *testing.T, instance string, after func(*testing.T, *journal)) {
	t.Helper()
	dir := filepath.Join("testdata", instance)
	for database, fresh := range databases {
		for language, start := range clients {
			t.Run(database+"/"+language, func(t *testing.T) {
				t.Parallel()
				server := serve(t, append(fresh(t), "--kickstart", filepath.Join(dir, "kickstart.json"))...)
				j := keep(t, server)
				r := runner{client: start(t), url: j.url, lean: language == "go"}
				r.files(t, dir)
				if after != nil {
					after(t, j)
				}
			})
		}
	}
}
