package pages_test

import (
	"net/http"
	"strings"
	"testing"

	"wherry/server/internal/pages"
)

func TestEveryPageHasTheHeaders(t *testing.T) {
	t.Parallel()
	p := pages.New()
	want := map[string]string{
		"Content-Type":               "text/html; charset=utf-8",
		"Cache-Control":              "no-store",
		"Cross-Origin-Opener-Policy": "same-origin",
		"Referrer-Policy":            "strict-origin",
		"X-Content-Type-Options":     "nosniff",
		"X-Frame-Options":            "DENY",
		"Content-Language":           "en",
	}
	for _, ex := range examples() {
		h := render(t, p, "/", ex).Header()
		for name, value := range want {
			if got := h.Get(name); got != value {
				t.Errorf("%s: %s is %q, want %q", ex.name, name, got, value)
			}
		}
		for _, directive := range []string{
			"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'",
			"base-uri 'none'", "frame-ancestors 'none'",
		} {
			if policy := h.Get("Content-Security-Policy") + ";"; !strings.Contains(policy, directive+";") {
				t.Errorf("%s: Content-Security-Policy %q lacks %q", ex.name, policy, directive)
			}
		}
	}
}

func TestContentSecurityPolicyNamesOtherHosts(t *testing.T) {
	t.Parallel()
	p := pages.New()
	for _, test := range []struct {
		name, redirect, logo string
		want                 string
	}{
		{"nothing", "", "", "form-action 'self'"},
		{"origin only", "https://app.example.com/callback?a=b#c", "", "form-action 'self' https://app.example.com"},
		{"port", "http://localhost:3000/callback", "", "form-action 'self' http://localhost:3000"},
		{"user info stays out", "https://jane@app.example.com/", "", "form-action 'self' https://app.example.com"},
		{"wildcard", "https://*.example.com/callback", "", "form-action 'self' https://*.example.com"},
		{"custom scheme", "com.example.app:/callback", "", "form-action 'self' com.example.app:"},
		{"custom scheme with host", "com.example.app://callback", "", "form-action 'self' com.example.app:"},
		{"IPv6 has no name in CSP", "http://[::1]:3000/callback", "", "form-action 'self' http:"},
		{"nor have letters beyond ASCII", "https://müller.example/", "", "form-action 'self' https:"},
		{"every host", "https:", "", "form-action 'self' https:"},
		{"same server", "/callback", "", "form-action 'self'"},
		{"not an address", "https://app example", "", "form-action 'self'"},
		{"second directive", "https://a.example;script-src/", "", "form-action 'self' https:"},
		{"second policy", "https://a.example,b.example/", "", "form-action 'self' https:"},
		{"logo elsewhere", "", "https://cdn.example.com/logo.svg", "img-src 'self' https://cdn.example.com"},
		{"logo here", "", "/logo.svg", "img-src 'self'"},
		{"logo refused", "", "http://cdn.example.com/logo.svg", "img-src 'self'"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			page := pages.Login{Frame: pages.Frame{Theme: pages.Theme{LogoImageURL: test.logo}}, RedirectURLs: []string{test.redirect}}
			got := render(t, p, "/", example{"login", http.StatusOK, page}).Header().Get("Content-Security-Policy")
			if !strings.Contains(got+";", test.want+";") {
				t.Errorf("%q lacks %q", got, test.want)
			}
		})
	}
}
