package deploy

import (
	"slices"
	"strings"
	"testing"
)

func TestReadableAttributes(t *testing.T) {
	t.Parallel()
	list := clients(settings(t, "full"))
	for i, want := range []string{"custom:age custom:it's custom:plan", ""} {
		own := slices.DeleteFunc(slices.Clone(list[i].Read), func(name string) bool { return slices.Contains(readable, name) })
		if got := strings.Join(own, " "); got != want || !slices.Contains(list[i].Read, "email_verified") {
			t.Errorf("%s: %q beside the standard ones, want %q", list[i].Pool.Name, got, want)
		}
	}
	if got := strings.Join(list[1].Flows, " "); got != "ALLOW_USER_SRP_AUTH ALLOW_REFRESH_TOKEN_AUTH" {
		t.Errorf("flows: %s", got)
	}
}
