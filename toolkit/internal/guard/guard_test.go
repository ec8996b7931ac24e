package guard

import (
	"context"
	"errors"
	"net/http/httptest"
	"net/netip"
	"testing"

	"wherry/internal/secret"
)

type sourceFunc func(context.Context) ([]secret.String, error)

func (f sourceFunc) Secrets(ctx context.Context) ([]secret.String, error) { return f(ctx) }

func TestAdmitsWhoHasASecret(t *testing.T) {
	t.Parallel()
	g := Guard{Header: "X-Connector-Secret", Secrets: Fixed{"first secret", "second secret", ""}}
	for name, tt := range map[string]struct {
		sent []string
		want bool
	}{
		"none":            {nil, false},
		"empty":           {[]string{""}, false},
		"first":           {[]string{"first secret"}, true},
		"second":          {[]string{"second secret"}, true},
		"beginning":       {[]string{"first"}, false},
		"longer":          {[]string{"first secret and more"}, false},
		"other case":      {[]string{"First secret"}, false},
		"twice":           {[]string{"first secret", "first secret"}, false},
		"one among wrong": {[]string{"wrong", "first secret"}, false},
	} {
		r := httptest.NewRequest("POST", "/", nil)
		for _, s := range tt.sent {
			r.Header.Add("x-connector-secret", s)
		}
		if got, err := g.Admits(r); err != nil || got != tt.want {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

func TestAdmitsNobodyWithoutSecrets(t *testing.T) {
	t.Parallel()
	broken := sourceFunc(func(context.Context) ([]secret.String, error) { return nil, errors.New("no network") })
	for _, s := range []Secrets{broken, Fixed{}, Fixed{""}} {
		g := Guard{Header: "Authorization", Secrets: s}
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("Authorization", "")
		if got, _ := g.Admits(r); got {
			t.Errorf("%v: somebody got in", s)
		}
	}
}

func TestNetworks(t *testing.T) {
	t.Parallel()
	g := Guard{
		Header: "Authorization", Secrets: Fixed{"a secret"},
		Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/32")},
		Proxies:  []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
	}
	for name, tt := range map[string]struct {
		remote    string
		forwarded []string
		want      bool
	}{
		"inside":                   {"192.0.2.7:1234", nil, true},
		"inside, version 6":        {"[2001:db8::7]:1234", nil, true},
		"inside, mapped":           {"[::ffff:192.0.2.7]:1234", nil, true},
		"without a port":           {"192.0.2.7", nil, true},
		"outside":                  {"198.51.100.1:1234", nil, false},
		"unreadable":               {"pipe", nil, false},
		"forwarded by a stranger":  {"198.51.100.1:1234", []string{"192.0.2.7"}, false},
		"through a proxy":          {"10.1.1.1:1234", []string{"192.0.2.7"}, true},
		"through two proxies":      {"10.1.1.1:1234", []string{"192.0.2.7, 10.2.2.2"}, true},
		"two headers":              {"10.1.1.1:1234", []string{"192.0.2.7", "10.2.2.2"}, true},
		"forged before a stranger": {"10.1.1.1:1234", []string{"192.0.2.7, 198.51.100.1"}, false},
		"forged nonsense":          {"10.1.1.1:1234", []string{"192.0.2.7, what"}, false},
		"a proxy itself":           {"10.1.1.1:1234", nil, false},
	} {
		r := httptest.NewRequest("POST", "/", nil)
		r.RemoteAddr = tt.remote
		r.Header.Set("Authorization", "a secret")
		for _, f := range tt.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		if got, err := g.Admits(r); err != nil || got != tt.want {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}
