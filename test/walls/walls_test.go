// Package walls holds the test of who may import whom: see docs/design/house.md.
package walls

import (
	"os/exec"
	"strings"
	"testing"
)

const module = "wherry"

// banned says what a wing must not be built from, directly or through others.
var banned = map[string][]string{
	"./server/...":   {module + "/toolkit", module + "/pool", module + "/rehearse", "github.com/aws/", "testing"},
	"./pool/...":     {module + "/toolkit", module + "/server", module + "/rehearse", "github.com/aws/", "testing"},
	"./toolkit/...":  {module + "/server", module + "/pool", module + "/rehearse", "testing"},
	"./rehearse/...": {"testing"},
	"./cmd/...":      {"testing"},

	"./internal/...": {module + "/toolkit", module + "/server", module + "/pool", module + "/rehearse"},
}

// leaves is everything from outside the standard library that internal/... may
// use, and which package may.
var leaves = map[string]string{module + "/internal/yamlfile": "github.com/goccy/go-yaml"}

func TestWallsBetweenTheWings(t *testing.T) {
	t.Parallel()
	for packages, prefixes := range banned {
		for _, dep := range list(t, "-deps", packages) {
			for _, prefix := range prefixes {
				if dep == prefix || strings.HasPrefix(dep, strings.TrimSuffix(prefix, "/")+"/") {
					// need is the one leaf for tests.
					if packages == "./internal/..." && prefix == "testing" {
						continue
					}
					t.Errorf("%s is built from %s, which belongs behind a wall", packages, dep)
				}
			}
		}
	}
}

func TestLeavesUseTheStandardLibrary(t *testing.T) {
	t.Parallel()
	for _, pkg := range list(t, "./internal/...") {
		for _, dep := range list(t, "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", pkg) {
			allowed := leaves[pkg]
			if strings.HasPrefix(dep, module+"/internal/") || allowed != "" && strings.HasPrefix(dep, allowed) {
				continue
			}
			if _, known := leaves[dep]; !known {
				t.Errorf("%s imports %s: a leaf uses the standard library only", pkg, dep)
			}
		}
	}
}

func list(t *testing.T, args ...string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list"}, args...)...)
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %v: %v", args, err)
	}
	return strings.Fields(string(out))
}
