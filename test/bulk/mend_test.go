package bulk

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRefusedUsersComeAcrossInTheEnd: by hand, or when the target has what they
// need.
func TestRefusedUsersComeAcrossInTheEnd(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := beginAt(t, s, 300)
	path := filepath.Join(c.dir, "wherry.yaml")
	config, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c.write(t, "wherry.yaml", strings.NewReplacer("editors: editor}", "beta-testers: tester, editors: editor}").Replace(string(config)))
	c.must(t, 0, "export", "--rate", "2000", "--quiet")
	c.must(t, 3, "import", "--collisions", "verified", "--refused", "refused.json")
	waiting := 0
	for _, reason := range c.refused(t) {
		if reason == "[invalid]user.registration.roles" {
			waiting++
		}
	}
	if across := len(s.accounts(t, c)); waiting < 5 || across+waiting != c.carried() {
		t.Fatalf("%d are across, %d wait for a role", across, waiting)
	}
	text, err := os.ReadFile(filepath.Join(c.dir, "refused.json"))
	if err != nil {
		t.Fatal(err)
	}
	c.write(t, "refused.json", strings.Replace(string(text), `"tester"`, `"reader"`, 1)) // one by hand
	c.must(t, 3, "import", "--in", "refused.json", "--collisions", "verified")
	if across := len(s.accounts(t, c)); across != c.carried()-waiting+1 {
		t.Errorf("%d are across after one was mended", across)
	}
	s.must(t, http.MethodPost, "/api/application/"+siteApp+"/role", doc{"role": doc{"name": "tester"}}, nil)
	c.must(t, 3, "import", "--retry", "--collisions", "verified") // those who want somebody else's name
	if across := len(s.accounts(t, c)); across != c.carried() {
		t.Errorf("%d are across in the end, want %d", across, c.carried())
	}
}
