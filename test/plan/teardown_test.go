package plan

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTeardownOfTheConnector(t *testing.T) {
	t.Parallel()
	s := begin(t, "shop.yaml")
	s.configure(shop(s, ""))
	s.must(0, "apply", "--yes")
	if r := s.must(4, "teardown", "--connector", "--dry-run"); !strings.Contains(r.stdout, `- connector policy "Cognito connector"`) {
		t.Errorf("the preview: %s", r.stdout)
	}
	s.must(0, "teardown", "--connector")
	if policies := s.named("/api/tenant", "tenants", "Shop")["connectorPolicies"].([]any); len(policies) != 1 {
		t.Errorf("policies: %v", policies)
	}
	if all := s.get("/api/connector")["connectors"].([]any); len(all) != 1 {
		t.Errorf("connectors: %v", all)
	}
	s.must(5, "teardown", "--connector")
	s.named("/api/application", "applications", "Shop app") // the rest stays
}

func TestTeardownKeepsAConnectorThatOthersAsk(t *testing.T) {
	t.Parallel()
	s := begin(t, "shop.yaml")
	s.configure(shop(s, ""))
	s.must(0, "apply", "--yes")
	id := s.named("/api/connector", "connectors", "Cognito connector")["id"]
	status, _ := s.call(http.MethodPost, "/api/tenant", doc{"tenant": doc{"name": "Others", "connectorPolicies": []doc{{"connectorId": id, "domains": []string{"*"}, "migrate": true}, {"connectorId": "e3306678-a53a-4964-9040-1c96f36dda72"}}}})
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	if r := s.must(0, "teardown", "--connector"); !strings.Contains(r.stdout, `is kept: the tenant "Others" asks it too`) {
		t.Errorf("it says %s", r.stdout)
	}
	s.named("/api/connector", "connectors", "Cognito connector")
}

// Of a test tenant nothing is left, and it can be made again.
func TestTeardownOfTheTenant(t *testing.T) {
	t.Parallel()
	s := begin(t, "shop.yaml")
	s.configure(shop(s, ""))
	before := s.counts()
	s.must(0, "apply", "--yes")
	if r := s.must(2, "teardown", "--tenant", "Another"); !strings.Contains(r.stderr, `"Shop"`) {
		t.Errorf("it says %s", r.stderr)
	}
	s.must(4, "teardown", "--tenant", "Shop", "--dry-run")
	s.must(0, "teardown", "--tenant", "Shop")
	if diff := cmp.Diff(before, s.counts()); diff != "" {
		t.Error(diff)
	}
	s.must(5, "teardown", "--tenant", "Shop")
	s.must(0, "apply", "--yes")
	s.must(5, "apply")
}

// counts is how many objects of each kind the server has.
func (s *scene) counts() map[string]int {
	s.t.Helper()
	counts := map[string]int{}
	for path, member := range map[string]string{
		"/api/tenant": "tenants", "/api/application": "applications", "/api/group": "groups", "/api/connector": "connectors",
		"/api/identity-provider": "identityProviders", "/api/key": "keys", "/api/entity/type": "entityTypes", "/api/email/template": "emailTemplates",
	} {
		all, _ := s.get(path)[member].([]any)
		counts[path] = len(all)
	}
	return counts
}

// What an apply has made that failed half way can be taken away at once.
func TestTeardownOfHalfAnApply(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"POST /api/tenant", "POST /api/application", "POST /api/identity-provider", "POST /api/connector", "PATCH /api/tenant"} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			s := begin(t, "shop.yaml")
			door := s.behindADoor()
			s.configure(shop(s, ""))
			before := s.counts()
			door.breaks(at)
			s.must(1, "apply", "--yes")
			door.breaks("")
			s.must(0, "teardown", "--tenant", "Shop")
			if diff := cmp.Diff(before, s.counts()); diff != "" {
				t.Error(diff)
			}
			s.must(5, "teardown", "--tenant", "Shop")
		})
	}
}

// A teardown that fails after the tenant is gone goes on with the rest.
func TestTeardownGoesOnWhereItFailed(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"DELETE /api/identity-provider", "DELETE /api/tenant", "DELETE /api/connector", "DELETE /api/email/template"} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			s := begin(t, "shop.yaml")
			door := s.behindADoor()
			s.configure(shop(s, ""))
			before := s.counts()
			s.must(0, "apply", "--yes")
			door.breaks(at)
			if r := s.must(1, "teardown", "--tenant", "Shop"); !strings.Contains(r.stderr, "run it again: it goes on from there") {
				t.Errorf("it says %s", r.stderr)
			}
			door.breaks("")
			s.must(0, "teardown", "--tenant", "Shop")
			if diff := cmp.Diff(before, s.counts()); diff != "" {
				t.Error(diff)
			}
			s.must(5, "teardown", "--tenant", "Shop")
		})
	}
}

func TestTeardownLeavesWhatWasThere(t *testing.T) {
	t.Parallel()
	s := begin(t, "shop.yaml")
	s.configure(shop(s, ""))
	if status, _ := s.call(http.MethodPost, "/api/tenant", doc{"tenant": doc{"name": "Shop"}}); status != http.StatusOK {
		t.Fatal(status)
	}
	s.must(0, "apply", "--yes")
	if r := s.must(2, "teardown", "--tenant", "Shop"); !strings.Contains(r.stderr, "was there before") {
		t.Errorf("it says %s", r.stderr)
	}
	s.must(2, "teardown")
}
