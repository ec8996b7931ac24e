package fusionauth_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"wherry/internal/exit"
	"wherry/internal/secret"
	"wherry/toolkit/internal/fusionauth"
)

const (
	key      = "key-nobody-may-read"
	tenantID = "11111111-1111-4111-8111-111111111111"
)

// connect starts a server of h and returns a client for it that hardly waits
// between attempts.
func connect(t *testing.T, h http.HandlerFunc) *fusionauth.Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return dial(t, fusionauth.Options{URL: srv.URL})
}

func dial(t *testing.T, o fusionauth.Options) *fusionauth.Client {
	t.Helper()
	o.APIKey = key
	if o.Backoff == 0 {
		o.Backoff = time.Microsecond
	}
	c, err := fusionauth.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, url string
		key       secret.String
		want      []string
	}{
		{"nothing given", "", "", []string{"https://auth.example.com", "the API key is missing"}},
		{"no host", "auth.example.com", key, []string{"https://auth.example.com"}},
		{"plain http", "http://auth.example.com", key, []string{"in the clear", "use https"}},
		{"plain http to a private address", "http://10.0.0.1:9011", key, []string{"in the clear"}},
		{"other scheme", "ftp://auth.example.com", key, []string{"must begin with https://"}},
		{"credentials", "https://me:hunter2@auth.example.com", key, []string{"no user, query or fragment"}},
		{"query", "https://auth.example.com/?a=hunter2", key, []string{"no user, query or fragment"}},
		{"unreadable", "https://me:hunter2@[auth.example.com", key, []string{"must look like"}},
		{"line break", "https://auth.example.com", "hunter2\n", []string{"line break"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := fusionauth.New(fusionauth.Options{URL: tt.url, APIKey: tt.key})
			if exit.Code(err) != exit.Usage {
				t.Fatalf("want a usage error, got %v", err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("want %q in %q", want, err)
				}
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("a secret was printed: %v", err)
			}
		})
	}
}

func TestNewAccepts(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"https://auth.example.com", "https://auth.example.com/", "https://auth.example.com/sso",
		"http://127.0.0.1:9011", "http://localhost:9011", "http://[::1]:9011",
	} {
		if _, err := fusionauth.New(fusionauth.Options{URL: url, APIKey: key}); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestRequestHeaders(t *testing.T) {
	t.Parallel()
	var got http.Header
	c := connect(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		_, _ = io.WriteString(w, "{}")
	})
	if _, err := c.Tenants(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got.Get("Authorization") != key || got.Values("X-FusionAuth-TenantId") != nil || got.Get("Content-Type") != "" {
		t.Errorf("outside a tenant: %v", got)
	}
	if _, err := c.In(tenantID).Tenants(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got.Get("X-FusionAuth-TenantId") != tenantID {
		t.Errorf("in a tenant: %v", got)
	}
	if !strings.HasPrefix(got.Get("User-Agent"), "wherry/") || got.Get("Accept") != "application/json" {
		t.Errorf("want to be known and to be answered in JSON: %v", got)
	}
}

func TestRequestsStayBelowTheURL(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `{"tenant": {"id": %q}}`, r.URL.EscapedPath())
	}))
	t.Cleanup(srv.Close)
	found, err := dial(t, fusionauth.Options{URL: srv.URL + "/sso/"}).Tenant(t.Context(), "a/b c")
	if want := "/sso/api/tenant/a%2Fb%20c"; err != nil || found.ID != want {
		t.Errorf("asked for %q, %v; want %q", found.ID, err, want)
	}
}

func TestMissingIDIsRefusedBeforeTheCall(t *testing.T) {
	t.Parallel()
	c := connect(t, func(http.ResponseWriter, *http.Request) { t.Error("the server was asked") })
	if _, err := c.Tenant(t.Context(), ""); err == nil {
		t.Error("a tenant without an id must be refused")
	}
	role := fusionauth.Place{Path: "/api/application/{id}/role/{id}", IDs: []string{"", ""}}
	if _, err := c.Create(t.Context(), role, fusionauth.Doc{}, "role"); err == nil {
		t.Error("a role of no application must be refused")
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the key went elsewhere") }))
	t.Cleanup(elsewhere.Close)
	c := connect(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) })
	if _, err := c.Version(t.Context()); !strings.Contains(exit.Hint(err), "redirects") {
		t.Errorf("want a hint at the redirect, got %v, %q", err, exit.Hint(err))
	}
}

func TestAnswersThatAreNotFusionAuths(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, kind, body, want string }{
		{"a web page", "text/html", "<html>", "check that the URL is FusionAuth's"},
		{"half an object", "application/json", `{"version": "1.`, "read the answer"},
		{"another object", "application/json", `{"colour": "blue"}`, `no "version"`},
		{"another type", "application/json", `{"version": {}}`, `read "version"`},
		{"nothing", "application/json", "", "read the answer"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := connect(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", tt.kind)
				_, _ = io.WriteString(w, tt.body)
			})
			_, err := c.Version(t.Context())
			if err == nil || !strings.Contains(err.Error()+exit.Hint(err), tt.want) {
				t.Errorf("want %q, got %v", tt.want, err)
			}
		})
	}
}

// Only our own server says in its status that it is ours; FusionAuth's may have
// any form, and need not answer.
func TestKind(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]fusionauth.Kind{
		`{"status": "Ok", "version": "1.69.0", "wherry": "1.2.3"}`: fusionauth.Wherry,
		`{"status": "Ok", "version": "1.69.0"}`:                    fusionauth.RealFusionAuth,
		`all is well`:                                              fusionauth.RealFusionAuth,
		``:                                                         fusionauth.RealFusionAuth,
	} {
		c := connect(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/system/version" {
				_, _ = io.WriteString(w, `{"version": "1.69.0"}`)
				return
			}
			_, _ = io.WriteString(w, status)
		})
		if kind, version, err := c.Kind(t.Context()); kind != want || version != "1.69.0" || err != nil {
			t.Errorf("%s: got %s %s, %v, want %s", status, kind, version, err, want)
		}
	}
}

func TestSecretsArePrintedNowhereButOnTheWire(t *testing.T) {
	t.Parallel()
	token := fusionauth.RefreshToken{Token: fusionauth.Secret{String: "hunter2"}}
	if printed := fmt.Sprintf("%v %+v %#v", token, token, token); strings.Contains(printed, "hunter2") {
		t.Errorf("printed: %s", printed)
	}
	sent, err := json.Marshal(token)
	if err != nil || !strings.Contains(string(sent), "hunter2") {
		t.Errorf("sent: %s, %v", sent, err)
	}
}

func TestAnErrorSaysNothingAboutPeople(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"fieldErrors": {"user.email": [{"code": "[duplicate]user.email", "message": "A User with email = [jane@example.com] already exists."}]}}`)
	}))
	t.Cleanup(refusing.Close)
	for _, url := range []string{gone.URL, refusing.URL} {
		_, err := dial(t, fusionauth.Options{URL: url}).UserByLoginID(t.Context(), "jane@example.com")
		if err == nil || strings.Contains(err.Error(), "jane") || strings.Contains(err.Error(), key) {
			t.Errorf("want an error without personal data, got %v", err)
		}
		var refused *fusionauth.Error
		if errors.As(err, &refused) && !strings.Contains(err.Error(), "[duplicate]user.email") {
			t.Errorf("the code must be shown: %v", err)
		}
	}
}
