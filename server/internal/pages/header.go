package pages

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// setHeader sets what every page is sent with. Its images may come from the
// host of logo, its forms may be redirected to redirects, and it may embed pages
// from the hosts of embedded.
func setHeader(h http.Header, logo string, redirects, embedded []string) {
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", policy(logo, redirects, embedded))
	// A page that opened this one as a pop-up loses sight of it, for good.
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	// Everybody is told the origin and nothing more, so neither state nor code
	// leaves. (Under no-referrer a form posts "Origin: null", and checks
	// against cross-site requests refuse that.)
	h.Set("Referrer-Policy", "strict-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
}

func policy(logo string, redirects, embedded []string) string {
	directives := []string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		"img-src " + sources(logo),
		"form-action " + sources(redirects...),
		"base-uri 'none'",
		"frame-ancestors 'none'",
	}
	if len(embedded) > 0 {
		directives = append(directives, "frame-src "+sources(embedded...))
	}
	return strings.Join(directives, "; ")
}

// sources is a CSP source list: this server and where the addresses point to.
func sources(addresses ...string) string {
	list := []string{"'self'"}
	for _, address := range addresses {
		if s := source(address); s != "" {
			list = append(list, s)
		}
	}
	return strings.Join(list, " ")
}

// namable are the hosts that a CSP source can name. The grammar has no IPv6
// addresses, and no character that could begin another directive gets in here.
var namable = regexp.MustCompile(`^[A-Za-z0-9.*-]+(:[0-9]+)?$`)

// source is the origin of an address, or its scheme where CSP has no words for
// the host. Addresses on this server, and what is no address, have none.
func source(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" {
		return ""
	}
	if (u.Scheme == "https" || u.Scheme == "http") && namable.MatchString(u.Host) {
		return u.Scheme + "://" + u.Host
	}
	return u.Scheme + ":"
}
