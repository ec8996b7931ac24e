package compat

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// unreached are the endpoints that scenarios need not call, with the reason.
var unreached = map[string]string{
	"GET /api/system/audit-log/export":      "a ZIP file, which no client can read",
	"POST /api/system/audit-log/export":     "a ZIP file, which no client can read",
	"GET /api/system/login-record/export":   "a ZIP file, which no client can read",
	"POST /api/system/login-record/export":  "a ZIP file, which no client can read",
	"POST /api/tenant/{tenantId}/test-mail": "our own: no client knows it",
	"POST /api/webauthn/register/complete":  "wants an authenticator's attestation, which the server's own tests make",
	"POST /oauth2/two-factor":               "a page's form",
}

func init() {
	for reason, endpoints := range map[string][]string{
		"a page for people, which the browser tests walk": {
			"GET /oauth2/device", "GET /oauth2/device-complete", "GET /oauth2/logout", "POST /oauth2/logout", "GET /oauth2/register", "POST /oauth2/register",
			"GET /oauth2/webauthn", "POST /oauth2/webauthn", "POST /oauth2/consent", "GET /oauth2/callback", "POST /oauth2/callback",
		},
	} {
		for _, endpoint := range endpoints {
			unreached[endpoint] = reason
		}
	}
}

// forClients matches the endpoints that clients know of; others are pages for
// people.
var forClients = regexp.MustCompile(` (/api/|/oauth2/|/\{tenantId\}/\.well-known/|/\.well-known/)`)

// journal stands before a server and writes down which requests succeed.
type journal struct {
	url string

	mu        sync.Mutex
	succeeded map[string]bool // "METHOD /path"
}

// keep starts a journal, which ends with the test.
func keep(t *testing.T, server string) *journal {
	t.Helper()
	to, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	j := &journal{succeeded: map[string]bool{}}
	front := httptest.NewServer(&httputil.ReverseProxy{
		Transport: &http.Transport{}, // the common one loses its connections when any test's server closes
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Body = whole(r.In.Body)
		},
		ModifyResponse: j.note,
	})
	t.Cleanup(front.Close)
	j.url = front.URL
	return j
}

// whole reads a body that is to be passed on: a server may answer before the
// proxy has seen its end, which then breaks the connection.
func whole(body io.Reader) io.ReadCloser {
	content, err := io.ReadAll(body)
	if err != nil || len(content) == 0 {
		return http.NoBody
	}
	return io.NopCloser(bytes.NewReader(content))
}

func (j *journal) note(r *http.Response) error {
	if r.StatusCode < http.StatusBadRequest {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.succeeded[r.Request.Method+" "+r.Request.URL.Path] = true
	}
	return nil
}

// complete fails the test for endpoints that no scenario has called with
// success.
func (j *journal) complete(t *testing.T) {
	missing := map[string]bool{}
	for _, endpoint := range documented(t) {
		if forClients.MatchString(endpoint) {
			missing[endpoint] = true
		}
	}
	if len(missing) == 0 {
		t.Fatal("no endpoints in the documentation")
	}
	endpoints := byPrecision(slices.Collect(maps.Keys(missing)))
	j.mu.Lock()
	defer j.mu.Unlock()
	for request := range j.succeeded {
		endpoint := endpointOf(request, endpoints)
		if unreached[endpoint] != "" {
			t.Errorf("%s is reached: take it out of the exceptions", endpoint)
		}
		delete(missing, endpoint)
	}
	for endpoint := range unreached {
		delete(missing, endpoint)
	}
	if len(missing) > 0 {
		t.Errorf("no scenario has called these with success:\n%s", strings.Join(slices.Sorted(maps.Keys(missing)), "\n"))
	}
}

var offered = regexp.MustCompile(`(?m)^\| ([A-Z, ]+) \| (/\S+) \| (?:same|partial|as above)`)

// documented is every endpoint in docs/compatibility.md, as "METHOD /path".
func documented(t *testing.T) []string {
	t.Helper()
	page, err := os.ReadFile("../../docs/compatibility.md")
	if err != nil {
		t.Fatal(err)
	}
	var endpoints []string
	for _, row := range offered.FindAllStringSubmatch(string(page), -1) {
		for method := range strings.SplitSeq(row[1], ", ") {
			endpoints = append(endpoints, method+" "+row[2])
		}
	}
	return endpoints
}

// byPrecision puts those with fewer parameters first.
func byPrecision(endpoints []string) []string {
	slices.SortFunc(endpoints, func(a, b string) int { return strings.Count(a, "{") - strings.Count(b, "{") })
	return endpoints
}

// endpointOf is the endpoint of a request, the most precise one; empty if there
// is none.
func endpointOf(request string, endpoints []string) string {
	for _, endpoint := range endpoints {
		if is(request, endpoint) {
			return endpoint
		}
	}
	return ""
}

func is(request, endpoint string) bool {
	got, want := strings.Split(request, "/"), strings.Split(endpoint, "/")
	return slices.EqualFunc(got, want, func(got, want string) bool { return got == want || strings.HasPrefix(want, "{") })
}
