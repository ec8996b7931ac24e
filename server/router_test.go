package server_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestWhatNoEndpointIsFor(t *testing.T) {
	t.Parallel()
	i := start(t)
	for _, tt := range []struct {
		name, do string
		status   int
		allow    string
		page     bool
	}{
		{"unknown endpoint", "GET /api/nothing", http.StatusNotFound, "", false},
		{"unknown endpoint, POST", "POST /api/nothing {}", http.StatusNotFound, "", false},
		{"below an object", "GET /api/tenant/" + tenantID + "/nothing", http.StatusNotFound, "", false},
		{"the folder itself", "GET /api/", http.StatusNotFound, "", false},
		{"wrong method", "PUT /api/tenant {}", http.StatusMethodNotAllowed, "GET, HEAD, POST", false},
		{"wrong method of an open endpoint", "GET /api/logout", http.StatusMethodNotAllowed, "POST", false},
		{"token endpoint in a browser", "GET /oauth2/token", http.StatusMethodNotAllowed, "OPTIONS, POST", false},
		{"unknown document", "GET /.well-known/nothing", http.StatusNotFound, "", false},
		{"a page that is not there", "GET /nothing", http.StatusNotFound, "", true},
		{"a form that is not there", "POST /nothing", http.StatusNotFound, "", false},
		{"host in the path", "GET //evil.example.com/api", http.StatusNotFound, "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := i.do(tt.do)
			if r.status != tt.status || r.header.Get("Allow") != tt.allow {
				t.Errorf("status %d, Allow %q; want %d, %q", r.status, r.header.Get("Allow"), tt.status, tt.allow)
			}
			if isPage := strings.Contains(r.body, "<html"); isPage != tt.page || !tt.page && r.body != "" {
				t.Errorf("a page: %v, want %v: %q", isPage, tt.page, r.body)
			}
		})
	}
}
