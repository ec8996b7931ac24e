package compat

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/FusionAuth/go-client/pkg/fusionauth"

	"wherry/pool"
)

// TestApplied: what apply makes of a pool is what FusionAuth's client sees of the
// server afterwards.
func TestApplied(t *testing.T) {
	t.Parallel()
	const seed, key = "../plan/testdata/shop.yaml", "made-up-key-for-apply"
	text, err := os.ReadFile(seed)
	if err != nil {
		t.Fatal(err)
	}
	directories, err := pool.ReadSeed(seed, text, os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	p, err := pool.New(pool.Config{Directories: directories})
	if err != nil {
		t.Fatal(err)
	}
	source := httptest.NewServer(p.Handler())
	t.Cleanup(source.Close)
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	at := serve(t, "--data", filepath.Join(dir, "server"), "--kickstart", write("kickstart.json", fmt.Sprintf(`{"apiKeys": [{"key": %q, "keyManager": true}]}`, key)))
	config := write("wherry.yaml", fmt.Sprintf(`
target: {url: %q, api_key: %q}
connector: {url: "https://connector.example.com/", secret: made-up-secret-of-the-connector}
pools: [{id: us-east-1_ShopPool1, client_id: 4wherry5example6road, endpoint: %q, tenant: Shop}]
`, at, key, source.URL))
	for _, want := range []int{0, 5} { // made, and nothing left to do
		apply := exec.CommandContext(t.Context(), program, "apply", "--yes", "--config", config)
		apply.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=example", "AWS_EC2_METADATA_DISABLED=true")
		out, err := apply.CombinedOutput()
		if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited || apply.ProcessState.ExitCode() != want {
			t.Fatalf("apply: %v, want exit code %d\n%s", err, want, out)
		}
	}
	address, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	seen := seenBy(t, fusionauth.NewClient(http.DefaultClient, address, key))
	for kind, names := range map[string][]string{
		"tenant":            {"Shop"},
		"application":       {"Shop app", "Back office"},
		"role":              {"Back office admins", "Back office buyers", "Shop app admins"},
		"group":             {"admins", "buyers"},
		"identity provider": {"Google (Shop)", "Facebook (Shop)", "LoginWithAmazon (Shop)", "CorpSAML (Shop)"},
		"entity type":       {"https://api.example.com/orders (Shop)"},
		"entity":            {"Nightly job"},
		"connector":         {"Cognito connector"},
		"e-mail template":   {"Cognito forgotten password (Shop)"},
	} {
		for _, name := range names {
			if !slices.Contains(seen[kind], name) {
				t.Errorf("the client sees no %s %q, but %q", kind, name, seen[kind])
			}
		}
	}
}

// seenBy lists the names of the server's objects by their kinds.
func seenBy(t *testing.T, c *fusionauth.FusionAuthClient) map[string][]string {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string][]string{}
	tenants, err := c.RetrieveTenants()
	must(err)
	for _, tenant := range tenants.Tenants {
		seen["tenant"] = append(seen["tenant"], tenant.Name)
	}
	applications, err := c.RetrieveApplications()
	must(err)
	for _, a := range applications.Applications {
		seen["application"] = append(seen["application"], a.Name)
		for _, role := range a.Roles {
			seen["role"] = append(seen["role"], a.Name+" "+role.Name)
		}
	}
	groups, err := c.RetrieveGroups()
	must(err)
	for _, g := range groups.Groups {
		seen["group"] = append(seen["group"], g.Name)
	}
	providers, refused, err := c.SearchIdentityProviders(fusionauth.IdentityProviderSearchRequest{})
	must(errors.Join(err, refusal(refused)))
	for _, p := range providers.IdentityProviders {
		seen["identity provider"] = append(seen["identity provider"], p.Name)
	}
	types, refused, err := c.RetrieveEntityTypes()
	must(errors.Join(err, refusal(refused)))
	for _, e := range types.EntityTypes {
		seen["entity type"] = append(seen["entity type"], e.Name)
	}
	entities, refused, err := c.SearchEntities(fusionauth.EntitySearchRequest{Search: fusionauth.EntitySearchCriteria{
		BaseElasticSearchCriteria: fusionauth.BaseElasticSearchCriteria{QueryString: "*"},
	}})
	must(errors.Join(err, refusal(refused)))
	for _, e := range entities.Entities {
		seen["entity"] = append(seen["entity"], e.Name)
	}
	connectors, err := c.RetrieveConnectors()
	must(err)
	for _, k := range connectors.Connectors {
		seen["connector"] = append(seen["connector"], k.Name)
	}
	templates, err := c.RetrieveEmailTemplates()
	must(err)
	for _, e := range templates.EmailTemplates {
		seen["e-mail template"] = append(seen["e-mail template"], e.Name)
	}
	return seen
}

// refusal is what the client has been refused with, as an error.
func refusal(errs *fusionauth.Errors) error {
	if errs == nil {
		return nil
	}
	return *errs
}
