package e2e

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/goccy/go-yaml"
)

const top = "../.."

// pages are the manual, by their paths from the top.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md", "examples/*.md"} {
		files, err := filepath.Glob(filepath.Join(top, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all[strings.TrimPrefix(file, top+"/")] = string(text)
		}
	}
	return all
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	fenced  = regexp.MustCompile("(?s)\n```.*?\n```")
)

// anchors are the names under which a page's headings are found.
func anchors(text string) []string {
	var all []string
	for _, found := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		all = append(all, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, found[1]))
	}
	return all
}

// links are what a page links to, from the top, each with its anchor.
func links(page, text string) map[string]string {
	all := map[string]string{}
	for _, found := range link.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		if strings.Contains(found[1], "://") {
			continue
		}
		file, anchor, _ := strings.Cut(found[1], "#")
		to := page
		if file != "" {
			to = filepath.Join(filepath.Dir(page), file)
		}
		all[to+"#"+anchor] = found[1]
	}
	return all
}

func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	all := pages(t)
	for page, text := range all {
		for to, written := range links(page, text) {
			file, anchor, _ := strings.Cut(to, "#")
			if _, err := os.Stat(filepath.Join(top, file)); err != nil {
				t.Errorf("%s: nothing is at %s", page, written)
			} else if anchor != "" && !slices.Contains(anchors(all[file]), anchor) {
				t.Errorf("%s: %s has no heading for %s", page, file, written)
			}
		}
	}
}

// Whoever begins at the README finds every page, and every example.
func TestEveryPageIsFound(t *testing.T) {
	t.Parallel()
	all := pages(t)
	found := map[string]bool{"README.md": true}
	for next := []string{"README.md"}; len(next) > 0; next = next[1:] {
		for to := range links(next[0], all[next[0]]) {
			file, _, _ := strings.Cut(to, "#")
			if !found[file] {
				found[file] = true
				next = append(next, file)
			}
		}
	}
	examples, err := filepath.Glob(filepath.Join(top, "examples", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(slices.Collect(maps.Keys(all)), examples...) {
		if file = strings.TrimPrefix(file, top+"/"); !found[file] {
			t.Errorf("no page leads to %s", file)
		}
	}
}

var (
	typed       = regexp.MustCompile("(?:`|\\$ |    )(?:\\$ )?(?:go run \\./cmd/)?wherry ([a-z][^`\n|]*)")
	documented  = regexp.MustCompile(`(?m)^## wherry ?(.*)$`)
	flagWritten = regexp.MustCompile(`(?:^|[ \[])(--[a-z][a-z-]*)`)
	flagListed  = regexp.MustCompile("(?m)^\\| `(?:-[a-z], )?(--[a-z][a-z-]*)")
)

// commands are the flags of each command, of which the reference says all.
func commands(t *testing.T, reference string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	sections := documented.FindAllStringSubmatchIndex(reference, -1)
	for i, s := range sections {
		end := len(reference)
		if i+1 < len(sections) {
			end = sections[i+1][0]
		}
		name := reference[s[2]:s[3]]
		all[name] = []string{"--version"}
		for _, flag := range flagListed.FindAllStringSubmatch(reference[s[1]:end], -1) {
			all[name] = append(all[name], flag[1])
		}
	}
	if len(all) < 20 {
		t.Fatalf("the reference has %d commands", len(all))
	}
	return all
}

// What pages say to type is there: every command, and every flag of it.
func TestPagesNameCommandsThatExist(t *testing.T) {
	t.Parallel()
	all := pages(t)
	known := commands(t, all["docs/reference/commands.md"])
	for page, text := range all {
		if page == "docs/reference/commands.md" {
			continue
		}
		for _, found := range typed.FindAllStringSubmatch(text, -1) {
			words := strings.Fields(found[1])
			name := words[0]
			if len(words) > 1 && known[name+" "+words[1]] != nil {
				name += " " + words[1]
			}
			flags, there := known[name]
			flags = append(flags, known[name+" serve"]...) // which need not be said
			if !there {
				t.Errorf("%s: there is no command in `wherry %s`", page, found[1])
			}
			for _, flag := range flagWritten.FindAllStringSubmatch(found[1], -1) {
				if !slices.Contains(flags, flag[1]) && !slices.Contains(known[""], flag[1]) {
					t.Errorf("%s: wherry %s has no %s", page, name, flag[1])
				}
			}
		}
	}
}

var metric = regexp.MustCompile(`wherry_connector_[a-z_]+`)

func TestMetricsThatAreNamedExist(t *testing.T) {
	t.Parallel()
	all := pages(t)
	rules, err := os.ReadFile(filepath.Join(top, "examples", "alerts.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	if err := yaml.Unmarshal(rules, &read); err != nil || len(read.Groups) == 0 || len(read.Groups[0].Rules) == 0 {
		t.Fatalf("the example of rules: %v, %+v", err, read)
	}
	all["examples/alerts.yaml"] = string(rules)
	for page, text := range all {
		for _, name := range metric.FindAllString(text, -1) {
			name = strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_")
			if !strings.Contains(all["docs/reference/metrics.md"], name) {
				t.Errorf("%s: there is no metric %s", page, name)
			}
		}
	}
}
