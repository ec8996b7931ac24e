package check_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"wherry/toolkit/internal/check"
)

var update = flag.Bool("update", false, "write the reference of the findings anew")

const reference = "../../../docs/reference/findings.md"

// TestReferenceIsCurrent: the documentation has everything that plan can find.
func TestReferenceIsCurrent(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	page.WriteString("# What wherry plan finds\n\nWritten by a test; do not edit. `must`: something has to be done before the crossing, exit code 4. " +
		"`should`: users or operators will\nnotice. `note`: good to know.\n\n| Code | Severity | About |\n|---|---|---|\n")
	for _, code := range slices.Sorted(maps.Keys(check.Codes)) {
		c := check.Codes[code]
		fmt.Fprintf(&page, "| %s | %s | %s |\n", code, c.Severity, c.About)
	}
	if *update {
		if err := os.WriteFile(reference, []byte(page.String()), 0o644); err != nil { //nolint:gosec // for everybody to read
			t.Fatal(err)
		}
	}
	is, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	if string(is) != page.String() {
		t.Error("docs/reference/findings.md is out of date: go test ./toolkit/internal/check -run IsCurrent -update")
	}
}
