package fa

import (
	"net/url"
	"slices"
)

// isURI tells whether text is an absolute URI without a fragment: a web address
// or what an app registers, such as com.example.app:/callback.
func isURI(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || u.Fragment != "" {
		return false
	}
	if u.Scheme == "http" || u.Scheme == "https" {
		return u.Hostname() != ""
	}
	return u.Host != "" || u.Path != "" || u.Opaque != ""
}

// isEndpoint tells whether text names a host that can be called over one of
// schemes.
func isEndpoint(text string, schemes ...string) bool {
	u, err := url.Parse(text)
	return err == nil && slices.Contains(schemes, u.Scheme) && u.Hostname() != "" && u.Fragment == ""
}
