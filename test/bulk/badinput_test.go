package bulk

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wherry/pool"
)

// denying is a target whose API key lacks one permission.
func denying(t *testing.T, s *site, method, path string) string {
	t.Helper()
	to, err := url.Parse(s.dry)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == method && r.URL.Path == path {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestBadTargets: what is wrong with the target is told with what to do about
// it, and nobody is lost by it.
func TestBadTargets(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := beginAt(t, s, 300)
	c.must(t, 0, "export", "--rate", "2000", "--quiet")
	good, err := os.ReadFile(filepath.Join(c.dir, "wherry.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name     string
		from, to string // in the configuration
		code     int
		says     []string
	}{
		{"no permission to import", s.url, denying(t, s, "POST", "/api/user/import"), 1, []string{"POST /api/user/import: 401", "give the API key POST on /api/user/import"}},
		{"no permission to search", s.url, denying(t, s, "POST", "/api/user/search"), 1, []string{"give the API key POST on /api/user/search"}},
		{"a wrong key", siteKey, "another-key", 1, []string{"check that it is the right key"}},
		{"no tenant of the name", "tenant: " + siteTenant, "tenant: Nowhere", 2, []string{`the target has no tenant "Nowhere"`, "mend the pool's setting tenant"}},
		{"no tenant with the id", siteTenant, otherTenant, 2, []string{otherTenant, "tenant"}},
		{"no application of the name", "{id: " + siteApp + ", name: Example app", "{name: Nothing", 2, []string{"the target has no application Nothing"}},
		{"no connector of the name", "import: {", "import: {connector: Nobody, ", 2, []string{`the target has no connector "Nobody"`}},
		{"nobody there", s.url, "http://127.0.0.1:1", 1, []string{"connection refused", "run the same command again"}},
		{"no target", "target: {url: \"" + s.url + "\", api_key: \"" + siteKey + "\"}", "target: {}", 2, []string{"the configuration names no target"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(string(good), tt.from, tt.to, 1)
			if text == string(good) {
				t.Fatal("the configuration is as it was")
			}
			bad := &crossing{dir: t.TempDir(), generated: c.generated}
			workspace, err := os.ReadFile(filepath.Join(c.dir, "wherry.db"))
			if err != nil {
				t.Fatal(err)
			}
			bad.write(t, "wherry.db", string(workspace))
			bad.write(t, "wherry.yaml", text)
			output := bad.must(t, tt.code, "import", "--collisions", "first", "--stop-after", "0")
			for _, want := range tt.says {
				if !strings.Contains(output, want) {
					t.Errorf("it says\n%s\nwant %q", output, want)
				}
			}
			if strings.Contains(output, "@example.com") {
				t.Errorf("it names somebody:\n%s", output)
			}
		})
	}
	c.must(t, 3, "import", "--collisions", "first", "--stop-after", "0", "--quiet")
	if len(s.accounts(t, c)) != c.carried() {
		t.Error("somebody is missing")
	}
	s.must(t, http.MethodPost, "/api/tenant/"+otherTenant, doc{"tenant": doc{"name": "Other"}}, nil)
	c.write(t, "wherry.yaml", strings.Replace(string(good), siteTenant, otherTenant, 1))
	if output := c.must(t, 2, "import"); !strings.Contains(output, "was begun with the tenant") {
		t.Errorf("another tenant: %s", output)
	}
}

// TestImportsNeedAWorkspace: nothing is made up where nobody has been read.
func TestImportsNeedAWorkspace(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := beginAt(t, s, 10)
	for _, command := range []string{"import", "transform", "links"} {
		if output := c.must(t, 2, command); !strings.Contains(output, "run wherry export first") {
			t.Errorf("%s: %s", command, output)
		}
	}
	other := begin(t, 20, pool.Faults{})
	other.must(t, 0, "export", "--quiet")
	text, err := os.ReadFile(filepath.Join(other.dir, "wherry.db"))
	if err != nil {
		t.Fatal(err)
	}
	c.write(t, "wherry.db", string(text))
	config, err := os.ReadFile(filepath.Join(c.dir, "wherry.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	c.write(t, "wherry.yaml", strings.ReplaceAll(string(config), c.generated.ID, "us-east-1_Another01"))
	if output := c.must(t, 2, "import"); !strings.Contains(output, "belongs to the pool") {
		t.Errorf("a workspace of another pool: %s", output)
	}
}
