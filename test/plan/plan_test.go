package plan

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"wherry/pool"
)

// findings are the codes that wherry plan found, by severity.
func findings(t *testing.T, r result) map[string][]string {
	t.Helper()
	first, _, _ := strings.Cut(r.stdout, "\n")
	var answer struct {
		Findings []struct{ Code, Severity string }
	}
	if err := json.Unmarshal([]byte(first), &answer); err != nil {
		t.Fatalf("%v in %s%s", err, r.stdout, r.stderr)
	}
	found := map[string][]string{}
	for _, f := range answer.Findings {
		found[f.Severity] = append(found[f.Severity], f.Code)
	}
	return found
}

func TestPlan(t *testing.T) {
	t.Parallel()
	s := begin(t, "shop.yaml")
	s.configure(shop(s, ""))
	before := s.must(0, "plan")
	for _, want := range []string{
		"should client-attributes", "custom:plan", "apply-pending", "run wherry apply", "should trigger-at-sign-in", "target-kind: Wherry 1.", "nothing stands in the way",
	} {
		if !strings.Contains(before.stdout, want) {
			t.Errorf("want %q in %s", want, before.stdout)
		}
	}
	if all, _ := s.get("/api/tenant")["tenants"].([]any); len(all) != 1 {
		t.Error("a plan made tenants")
	}
	s.must(0, "apply", "--yes")
	if after := s.must(0, "plan"); strings.Contains(after.stdout, "apply-pending") {
		t.Errorf("after apply: %s", after.stdout)
	}
	if kind := s.must(0, "plan", "--target-kind"); !strings.HasPrefix(kind.stdout, "Wherry 1.") {
		t.Errorf("got %s", kind.stdout)
	}
}

func TestPlanFinds(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		prepare func(s *scene)
		must    []string
	}{
		"a pool that does not answer": {func(s *scene) { s.pool = "http://127.0.0.1:1" }, []string{"pool-unreachable"}},
		"a key that may not":          {func(s *scene) { s.key = s.restricted() }, []string{"target-permission"}},
		"a key that is wrong":         {func(s *scene) { s.key = "another" }, []string{"target-unreachable"}},
		"a target that is not there":  {func(s *scene) { s.server = "http://127.0.0.1:1" }, []string{"target-unreachable"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, "shop.yaml")
			tt.prepare(s)
			s.configure(shop(s, ""))
			if got := findings(t, s.must(4, "plan", "--json"))["must"]; !slices.Equal(got, tt.must) {
				t.Errorf("got %v, want %v: %s", got, tt.must, s.run("plan").stdout)
			}
		})
	}
}

// restricted makes a key that may read everything and write little.
func (s *scene) restricted() string {
	endpoints := doc{"/api/tenant": []string{"GET", "POST"}}
	for _, path := range []string{
		"/api/application", "/api/group", "/api/connector", "/api/identity-provider", "/api/key", "/api/entity/type", "/api/entity", "/api/entity/grant", "/api/email/template", "/api/theme", "/api/system/version",
	} {
		endpoints[path] = []string{"GET"}
	}
	status, answer := s.call(http.MethodPost, "/api/api-key", doc{"apiKey": doc{"name": "few rights", "permissions": doc{"endpoints": endpoints}}})
	if status != http.StatusOK {
		s.t.Fatalf("make a key: %d", status)
	}
	return answer["apiKey"].(doc)["key"].(string)
}

func TestPlanTellsWhatIAMLacks(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	directories, err := pool.ReadSeed("shop.yaml", text, os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	s := beginWith(t, pool.Config{Directories: directories, Credentials: []pool.Credential{{
		AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "example",
		Actions: []string{"cognito-idp:Describe*", "cognito-idp:ListUserPoolClients", "cognito-idp:ListGroups", "cognito-idp:ListIdentityProviders", "cognito-idp:Get*"},
	}}})
	s.configure(shop(s, ""))
	r := s.must(4, "plan")
	for _, want := range []string{"must   pool-permission", "IAM does not allow cognito-idp:ListResourceServers\n", "must   export-permission", "cognito-idp:ListUsers, cognito-idp:ListUsersInGroup", "should mapping-unseen"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("want %q in %s", want, r.stdout)
		}
	}
	if r := s.must(1, "apply", "--yes"); !strings.Contains(r.stderr, "cognito-idp:ListResourceServers") {
		t.Errorf("apply says %s", r.stderr)
	}
}

// Two pools whose users meet in one tenant.
func TestPoolsShareATenant(t *testing.T) {
	t.Parallel()
	const seed = `pools:
  - id: us-east-1_First0001
    name: First
    clients: [{id: 1first2client, name: web, flows: [ALLOW_USER_PASSWORD_AUTH], settings: {PreventUserExistenceErrors: ENABLED}}]
    groups: [{name: admins}]
    users: [{username: jane, attributes: {email: jane@example.com, email_verified: true}}, {username: omar}]
  - id: us-east-1_Second002
    name: Second
    clients: [{id: 2second3client, name: web, flows: [ALLOW_USER_PASSWORD_AUTH], settings: {PreventUserExistenceErrors: ENABLED}}]
    groups: [{name: admins}]
    users: [{username: jane2, attributes: {email: Jane@example.com, email_verified: true}}, {username: Omar}]
`
	directories, err := pool.ReadSeed("two.yaml", []byte(seed), os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	s := beginWith(t, pool.Config{Directories: directories})
	configure := func(tenant string) {
		s.configure(fmt.Sprintf(`
  - {id: us-east-1_First0001, name: first, client_id: 1first2client, endpoint: %q, tenant: First}
  - {id: us-east-1_Second002, name: second, client_id: 2second3client, endpoint: %q, tenant: %s}
`, s.pool, s.pool, tenant))
	}
	configure("First")
	found := findings(t, s.must(4, "plan", "--json"))
	if !slices.Equal(found["must"], []string{"collision", "collision"}) || !slices.Contains(found["should"], "name-taken") {
		t.Errorf("got %v", found)
	}
	s.must(0, "apply", "--yes")
	s.must(5, "apply", "--yes")
	policies := s.named("/api/tenant", "tenants", "First")["connectorPolicies"].([]any)
	if len(policies) != 3 {
		t.Errorf("a connector for each pool, and the server's own: %v", policies)
	}
	s.named("/api/application", "applications", "web")
	s.named("/api/application", "applications", "web (Second)")
	s.named("/api/group", "groups", "admins (Second)")
	url := s.named("/api/connector", "connectors", "Cognito connector (Second)")["authenticationURL"]
	if url != "https://connector.example.com/pools/second" {
		t.Errorf("the second pool's connector is at %v", url)
	}

	configure("Second")
	if found := findings(t, s.must(0, "plan", "--json")); len(found["must"]) != 0 {
		t.Errorf("in two tenants: %v", found)
	}
}

// Once the pool is exported, the mapping is tried on everybody.
func TestPlanTriesEverybodyInTheWorkspace(t *testing.T) {
	t.Parallel()
	generated := pool.Generate(500, 1)
	s := beginWith(t, pool.Config{Directories: []pool.Directory{generated.Directory()}})
	s.configure(fmt.Sprintf("  - {id: %s, client_id: %s, endpoint: %q, tenant: Many}\n", generated.ID, generated.ClientID, s.pool))
	workspace := "--workspace=" + s.dir + "/wherry.db"
	looked := s.run("plan", "--users", "120", workspace)
	if !strings.Contains(looked.stdout, "of the 120 users looked at") {
		t.Errorf("a sample: %s%s", looked.stdout, looked.stderr)
	}
	s.must(0, "export", "--rate", "5000", workspace)
	whole := s.run("plan", workspace)
	if !strings.Contains(whole.stdout, "of 500 users") || strings.Contains(whole.stdout, "looked at:") {
		t.Errorf("everybody: %s%s", whole.stdout, whole.stderr)
	}
	for _, personal := range []string{"@example", "example.com:", "+1555"} {
		if strings.Contains(whole.stdout, personal) {
			t.Errorf("%q is personal: %s", personal, whole.stdout)
		}
	}
}

// Whoever has a login id in the target already stands in the way.
func TestPlanFindsWhoIsInTheTargetAlready(t *testing.T) {
	t.Parallel()
	s := begin(t, "shop.yaml")
	s.configure(shop(s, ""))
	s.must(0, "apply", "--yes")
	app := s.named("/api/application", "applications", "Back office")
	status, _ := s.call(http.MethodPost, "/api/user/registration", doc{
		"user": doc{"email": "JANE@example.com", "password": "Correct-Horse-1-Battery"}, "registration": doc{"applicationId": app["id"]},
	})
	if status != http.StatusOK {
		t.Fatalf("make a user: %d", status)
	}
	if got := findings(t, s.must(4, "plan", "--json"))["must"]; !slices.Equal(got, []string{"collision-target"}) {
		t.Errorf("got %v", got)
	}
}
