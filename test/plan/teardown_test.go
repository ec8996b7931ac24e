package plan

import (
	"net/http"
	"strings"
	"testing"
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
	lists := map[string]string{
		"/api/tenant": "tenants", "/api/application": "applications", "/api/group": "groups", "/api/connector": "connectors",
		"/api/identity-provider": "identityProviders", "/api/key": "keys", "/api/entity/type": "entityTypes", "/api/email/template": "emailTemplates",
	}
	count := func() map[string]int {
		counts := map[string]int{}
		for path, member := range lists {
			all, _ := s.get(path)[member].([]any)
			counts[path] = len(all)
		}
		return counts
	}
	before := count()
	s.must(0, "apply", "--yes")
	if r := s.must(2, "teardown", "--tenant", "Another"); !strings.Contains(r.stderr, `"Shop"`) {
		t.Errorf("it says %s", r.stderr)
	}
	s.must(4, "teardown", "--tenant", "Shop", "--dry-run")
	s.must(0, "teardown", "--tenant", "Shop")
	for path, n := range count() {
		if n != before[path] {
			t.Errorf("%s: %d before, %d after", path, before[path], n)
		}
	}
	s.must(5, "teardown", "--tenant", "Shop")
	s.must(0, "apply", "--yes")
	s.must(5, "apply")
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
