package deploy

import (
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// release is as much of goreleaser's configuration as has a counterpart in the
// script that builds without it.
type release struct {
	Builds []struct {
		ID, Main     string
		Goos, Goarch []string
		Flags, Tags  []string
		Ldflags      []string
	}
	Archives []struct {
		ID    string
		Files []any // a pattern, or src and dst
	}
}

// The release and the snapshot that is built without goreleaser have the same
// systems, are built alike, and hold the same.
func TestSnapshotIsWhatIsReleased(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../.goreleaser.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var r release
	if err := yaml.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	script, lambda := read(t, "../../.ci/release-snapshot"), read(t, "../../.ci/lambda")

	program, function := r.Builds[0], r.Builds[1]
	var systems []string
	for _, system := range program.Goos {
		for _, arch := range program.Goarch {
			systems = append(systems, system+"/"+arch)
		}
	}
	if got := strings.Fields(first(t, script, `for system in (.*); do`)); !slices.Equal(got, systems) {
		t.Errorf("the snapshot is for %v, the release for %v", got, systems)
	}
	if got := strings.Fields(first(t, lambda, `for arch in (.*); do`)); !slices.Equal(slices.Sorted(slices.Values(got)), function.Goarch) {
		t.Errorf("the snapshot has functions for %v, the release for %v", got, function.Goarch)
	}
	for what, alike := range map[string]bool{
		"program":  strings.Contains(script, fmt.Sprintf("go build %s -ldflags '%s' ", strings.Join(program.Flags, " "), strings.Join(program.Ldflags, " "))),
		"function": strings.Contains(lambda, fmt.Sprintf("go build -tags %s %s -ldflags '%s' ", strings.Join(function.Tags, " "), strings.Join(function.Flags, " "), strings.Join(function.Ldflags, " "))),
	} {
		if !alike {
			t.Errorf("the %s is built in two ways", what)
		}
	}
	if got, want := snapshotHolds(t, script), releaseHolds(t, r.Archives[0].Files); !slices.Equal(got, want) {
		t.Errorf("the snapshot holds %v, the release %v", got, want)
	}
}

// snapshotHolds are the names at the top of the snapshot's archives.
func snapshotHolds(t *testing.T, script string) (names []string) {
	t.Helper()
	for _, source := range strings.Fields(first(t, script, `cp -r (.*) "\$work/\$name"`)) {
		names = append(names, path.Base(strings.Trim(source, `"`)))
	}
	slices.Sort(names)
	return names
}

// releaseHolds are those of the release's; each pattern has to find something,
// unless it is about what is made at the release.
func releaseHolds(t *testing.T, files []any) (names []string) {
	t.Helper()
	for _, file := range files {
		source, top := fmt.Sprint(file), ""
		if placed, moved := file.(map[string]any); moved {
			source, top = fmt.Sprint(placed["src"]), fmt.Sprint(placed["dst"])
		}
		if top == "" {
			top, _, _ = strings.Cut(source, "/")
		}
		dir, _, _ := strings.Cut(source, "/*")
		if _, err := os.Stat(path.Join("../..", dir)); err != nil && !strings.HasPrefix(source, "artefacts/") {
			t.Errorf("a release holds %s: %v", source, err)
		}
		names = append(names, top)
	}
	slices.Sort(names)
	return names
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// first is what a pattern finds first.
func first(t *testing.T, text, pattern string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("%s is not there", pattern)
	}
	return found[1]
}
