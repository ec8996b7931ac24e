package lambda

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const jane = `{"loginId":"jane"}`

// seen is what a handler sees of a request.
type seen struct {
	Method, URI, Path, Host, Sender, Body string
	Header                                http.Header
}

func see(t *testing.T, r *http.Request) seen {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if r.ContentLength != int64(len(body)) {
		t.Errorf("content length %d of %q", r.ContentLength, body)
	}
	return seen{r.Method, r.RequestURI, r.URL.Path, r.Host, r.RemoteAddr, string(body), r.Header}
}

// TestEvents reads events in the shapes that AWS sends.
func TestEvents(t *testing.T) {
	t.Parallel()
	authorized := func(more http.Header) http.Header {
		h := http.Header{"Authorization": {"header secret"}}
		for name, v := range more {
			h[name] = v
		}
		return h
	}
	for file, want := range map[string]seen{
		"rest.json": {"POST", "/pools/customers?a=1&a=2", "/pools/customers", "", "203.0.113.7:0", jane, authorized(http.Header{
			"Content-Type": {"application/json"}, "X-Forwarded-For": {"203.0.113.7, 198.51.100.1"}, "X-Twice": {"one", "two"},
		})},
		"rest-lower-case.json": {"POST", "/", "/", "", "[2001:db8::7]:0", "", authorized(http.Header{"Content-Type": {"application/json"}})},
		"http-1.0.json":        {"POST", "/pools/customers", "/pools/customers", "", "203.0.113.7:0", jane, authorized(nil)},
		"http-2.0.json": {"POST", "/pools/customers?a=1&a=2", "/pools/customers", "", "203.0.113.7:0", jane, authorized(http.Header{
			"Content-Type": {"application/json"}, "X-Twice": {"one,two"}, "Cookie": {"one=1; two=2"},
		})},
		"function-url.json": {"POST", "/", "/", "urlid.lambda-url.eu-west-1.on.aws", "203.0.113.7:0", jane, authorized(http.Header{
			"Content-Type": {"application/octet-stream"}, "Host": {"urlid.lambda-url.eu-west-1.on.aws"},
		})},
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(filepath.Join("testdata", file))
			if err != nil {
				t.Fatal(err)
			}
			r, err := request(t.Context(), data)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, see(t, r)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestStage holds paths against stages. Only a REST API takes the stage away
// by itself, and may then have a path of the same name.
func TestStage(t *testing.T) {
	t.Parallel()
	const (
		rest = `{"httpMethod":"POST","path":"%p","requestContext":{"stage":"%s"}}`
		old  = `{"version":"1.0","httpMethod":"POST","path":"%p","requestContext":{"stage":"%s"}}`
		http = `{"version":"2.0","rawPath":"%p","requestContext":{"stage":"%s","http":{"method":"POST"}}}`
	)
	for _, tt := range []struct{ shape, stage, path, want string }{
		{rest, "call", "/", "/"},
		{rest, "call", "/call/pools/a", "/call/pools/a"},
		{old, "call", "/call", "/"},
		{old, "call", "/call/pools/a", "/pools/a"},
		{http, "$default", "/pools/a", "/pools/a"},
		{http, "call", "/call", "/"},
		{http, "call", "/call/", "/"},
		{http, "call", "/caller", "/caller"},
		{http, "call", "/call/call", "/call"},
		{http, "", "", "/"},
		{http, "", "//twice", "//twice"},
	} {
		data := replace(tt.shape, "%p", tt.path, "%s", tt.stage)
		r, err := request(t.Context(), data)
		if err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		if r.URL.Path != tt.want {
			t.Errorf("%s: path %s, want %s", data, r.URL.Path, tt.want)
		}
	}
}

func TestNoRequest(t *testing.T) {
	t.Parallel()
	for name, event := range map[string]string{
		"no JSON":       `password`,
		"a list":        `[]`,
		"nothing":       `{}`,
		"a schedule":    `{"version":"0","detail-type":"Scheduled Event","source":"aws.events"}`,
		"no base64":     `{"httpMethod":"POST","path":"/","body":"?","isBase64Encoded":true}`,
		"strange verb":  `{"httpMethod":"PO ST","path":"/"}`,
		"other headers": `{"httpMethod":"POST","path":"/","headers":["a"]}`,
	} {
		if r, err := request(t.Context(), []byte(event)); err == nil {
			t.Errorf("%s: got %s %s", name, r.Method, r.URL)
		}
	}
}

func FuzzRequest(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := request(context.Background(), data)
		if err != nil {
			return
		}
		if !json.Valid(data) || r.Method == "" || r.URL.Path == "" || r.Body == nil {
			t.Errorf("%q became %s %q", data, r.Method, r.URL.Path)
		}
	})
}
