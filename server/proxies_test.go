package server_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestAddressesBehindProxies: the address of a sign-in is the last one that no
// trusted proxy stands for. The tests' own requests come from 192.0.2.1.
func TestAddressesBehindProxies(t *testing.T) {
	t.Parallel()
	const trusted = `"OnlyConfigured","trusted":["192.0.2.0/24","10.1.2.3","2001:db8::/32"]`
	for name, c := range map[string]struct {
		policy string
		header []string
		want   string
	}{
		"nobody is trusted at first":  {`"All","trusted":["192.0.2.1"]`, []string{"198.51.100.7"}, "192.0.2.1"},
		"no header":                   {trusted, nil, "192.0.2.1"},
		"one proxy":                   {trusted, []string{"198.51.100.7"}, "198.51.100.7"},
		"made up by the client":       {trusted, []string{"203.0.113.9, 198.51.100.7"}, "198.51.100.7"},
		"two proxies":                 {trusted, []string{"198.51.100.7,10.1.2.3"}, "198.51.100.7"},
		"each with a line of its own": {trusted, []string{"198.51.100.7", "10.1.2.3"}, "198.51.100.7"},
		"proxies alone":               {trusted, []string{"10.1.2.3"}, "10.1.2.3"},
		"IPv6":                        {trusted, []string{"2001:DB9::7, 2001:db8::1"}, "2001:db9::7"},
		"IPv4 as IPv6":                {trusted, []string{"198.51.100.7, ::ffff:10.1.2.3"}, "198.51.100.7"},
		"no address":                  {trusted, []string{"198.51.100.7, unknown"}, "192.0.2.1"},
		"another proxy":               {`"OnlyConfigured","trusted":["10.1.2.3"]`, []string{"198.51.100.7"}, "192.0.2.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := start(t)
			i.do(`PATCH /api/system-configuration {"systemConfiguration":{"trustedProxyConfiguration":{"trustPolicy":` + c.policy + `}}}`).must(t)
			i.send(call{do: `POST /api/login {"loginId":"jane","password":"` + password + `"}`, header: http.Header{"X-Forwarded-For": c.header}}).must(t)
			if got := i.do("GET /api/user/recent-login?limit=1&offset=0&userId=" + janeID).must(t).text("logins.0.ipAddress"); got != c.want {
				t.Errorf("the address is %q, want %q", got, c.want)
			}
		})
	}
	r := start(t).do(`PATCH /api/system-configuration {"systemConfiguration":{"trustedProxyConfiguration":{"trusted":["10.0.0.0/8","my-proxy"]}}}`)
	if r.status != http.StatusBadRequest || !strings.Contains(r.body, "[my-proxy]") || strings.Contains(r.body, "[10.0.0.0/8]") {
		t.Errorf("a name is taken for an address: %d %s", r.status, r.body)
	}
}
