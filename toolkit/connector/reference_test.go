package connector

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

var update = flag.Bool("update", false, "write the reference of the metrics anew")

const reference = "../../docs/reference/metrics.md"

var described = regexp.MustCompile(`fqName: "(\w+)", help: "(.*?)", (?:unit: ".*?", )?constLabels: \{(.*?)\}, variableLabels: \{(.*?)\}`)

// TestReferenceIsCurrent: the documentation has every metric that there is.
func TestReferenceIsCurrent(t *testing.T) {
	t.Parallel()
	m := newMetrics(map[string]*pool{"us-east-2_ud90QwSeF": {}})
	found := make(chan *prometheus.Desc)
	go func() { m.registry.Describe(found); close(found) }()
	var lines []string
	for d := range found {
		parts := described.FindStringSubmatch(d.String())
		if parts == nil {
			t.Fatalf("%v reads differently", d)
		}
		if !strings.HasPrefix(parts[1], namespace) {
			continue
		}
		labels := parts[4]
		if parts[3] != "" {
			labels = "pool"
		}
		lines = append(lines, fmt.Sprintf("| `%s` | %s | %s |\n", parts[1], strings.ReplaceAll(labels, ",", ", "), parts[2]))
	}
	slices.Sort(lines)
	page := `# Metrics

What the connector tells Prometheus at /metrics of its --admin address, besides Go's own ` + "`go_…` and `process_…`" + `. Written by a test; do not
edit. [The connector](../migrate/connector.md) says which of them to watch.

| Metric | Labels | Meaning |
|---|---|---|
` + strings.Join(lines, "")
	if *update {
		if err := os.WriteFile(reference, []byte(page), 0o644); err != nil { //nolint:gosec // for everybody to read
			t.Fatal(err)
		}
	}
	is, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	if string(is) != page {
		t.Error("docs/reference/metrics.md is out of date: go test ./toolkit/connector -run Reference -update")
	}
}
