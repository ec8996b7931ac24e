package crossing

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"time"
)

func (t Target) withDefaults() Target {
	t.Connector.HeaderName = cmp.Or(t.Connector.HeaderName, "Authorization")
	t.Connector.ConnectTimeout = cmp.Or(t.Connector.ConnectTimeout, time.Second)
	t.Connector.ReadTimeout = cmp.Or(t.Connector.ReadTimeout, 2*time.Second)
	return t
}

// mistakes collects what is wrong with a Target, each with the place.
type mistakes []error

func (m *mistakes) when(wrong bool, format string, args ...any) {
	if wrong {
		*m = append(*m, fmt.Errorf(format, args...))
	}
}

func (t Target) check() error {
	var found mistakes
	t.Tenant.check(&found)
	known := map[string]bool{}
	for i, a := range t.Applications {
		at := fmt.Sprintf("applications[%d]", i)
		a.check(&found, at)
		key := cmp.Or(a.ID, a.Name)
		found.when(key != "" && known[key], "%s: %q is there twice", at, key)
		known[key] = true
	}
	t.Connector.check(&found)
	return errors.Join(found...)
}

var (
	uuid       = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
	headerName = regexp.MustCompile("^[0-9A-Za-z!#$%&'*+.^_`|~-]+$") // RFC 9110 section 5.1
)

func (t Tenant) check(found *mistakes) {
	found.when(t.ID == "" && t.Name == "", "tenant: give a name or an id")
	found.when(t.ID != "" && !uuid.MatchString(t.ID), "tenant: the id %q is no UUID", t.ID)
}

func (a Application) check(found *mistakes, at string) {
	found.when(a.ID == "" && a.Name == "", "%s: give a name or an id", at)
	found.when(a.ID != "" && !uuid.MatchString(a.ID), "%s: the id %q is no UUID", at, a.ID)
	for _, text := range a.RedirectURLs {
		u, err := url.Parse(text)
		found.when(err != nil || u.Scheme == "", "%s: the redirect URL %q is not absolute", at, text)
	}
	for _, role := range a.Roles {
		found.when(role == "", "%s: a role has no name", at)
	}
}

func (k Connector) check(found *mistakes) {
	u, err := url.Parse(k.URL)
	reachable := err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
	found.when(k.Name == "", "connector: give a name")
	found.when(!reachable, "connector: the URL must look like https://connector.example.com/")
	found.when(!headerName.MatchString(k.HeaderName), "connector: %q is no name for a header", k.HeaderName)
	found.when(k.Secret == "", "connector: give a secret for the %s header", k.HeaderName)
	found.when(k.ConnectTimeout < time.Millisecond, "connector: the connect timeout must be a millisecond at least")
	found.when(k.ReadTimeout < time.Millisecond, "connector: the read timeout must be a millisecond at least")
}
