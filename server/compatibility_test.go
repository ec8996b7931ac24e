package server_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var endpointRow = regexp.MustCompile(`(?m)^\| ([A-Z, ]+) \| (/\S+) \| (same|partial)`)

// documented is every endpoint in docs/compatibility.md, as "METHOD path".
func documented(t *testing.T) []string {
	t.Helper()
	page, err := os.ReadFile("../docs/compatibility.md")
	if err != nil {
		t.Fatal(err)
	}
	var endpoints []string
	for _, row := range endpointRow.FindAllStringSubmatch(string(page), -1) {
		for method := range strings.SplitSeq(row[1], ", ") {
			endpoints = append(endpoints, method+" "+row[2])
		}
	}
	return endpoints
}

var pathParameter = regexp.MustCompile(`\{[A-Za-z]+\}`)

// TestDocumentedEndpoints: what the documentation offers is there.
func TestDocumentedEndpoints(t *testing.T) {
	t.Parallel()
	i := start(t)
	endpoints := documented(t)
	if len(endpoints) < len(protected) {
		t.Fatalf("%d endpoints in the documentation", len(endpoints))
	}
	for _, endpoint := range endpoints {
		request := pathParameter.ReplaceAllString(endpoint, tenantID)
		r := i.send(call{do: request, as: noKey})
		// Without a key, what is there refuses, complains or answers; a 404 is
		// for objects that are not there, and never for a protected endpoint.
		open := strings.Contains(endpoint, "/oauth-configuration") || strings.Contains(endpoint, "/change-password/") ||
			strings.Contains(endpoint, "/password/change/") || strings.Contains(endpoint, "/{verificationId}")
		if r.status == http.StatusMethodNotAllowed || r.status == http.StatusNotFound && !open {
			t.Errorf("%s: status %d", endpoint, r.status)
		}
	}
}

// TestEndpointsAreDocumented: what needs a key is in the documentation.
func TestEndpointsAreDocumented(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, endpoint := range documented(t) {
		known[pathParameter.ReplaceAllString(endpoint, "{}")] = true
	}
	id := regexp.MustCompile(`/([0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+)`)
	for _, request := range protected {
		method, rest, _ := strings.Cut(request, " ")
		path, _, _ := strings.Cut(rest, " ")
		path, _, _ = strings.Cut(path, "?")
		if endpoint := method + " " + id.ReplaceAllString(path, "/{}"); !known[endpoint] {
			t.Errorf("%s is not in docs/compatibility.md", endpoint)
		}
	}
}

// TestConformanceNamesTests: the tests that docs/server/conformance.md names are
// there.
func TestConformanceNamesTests(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/server/conformance.md")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, pattern := range []string{"*_test.go", "internal/*/*_test.go", "../test/compat/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			code.Write(text)
		}
	}
	named := regexp.MustCompile(`\bTest[A-Z]\w+`).FindAllString(string(page), -1)
	if len(named) < 50 {
		t.Fatalf("%d tests are named", len(named))
	}
	for _, name := range named {
		if !strings.Contains(code.String(), "func "+name+"(") {
			t.Errorf("there is no test %s", name)
		}
	}
}
