package oauth

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"wherry/server/internal/fa"
)

// registered tells whether a URL is one of those that an application has
// registered: the same text, or, if its policy allows that, one that a wildcard
// stands for.
//
// Source: https://fusionauth.io/docs/lifecycle/authenticate-users/oauth/url-validation
func registered(a *fa.Application, list []string, u string) bool {
	if strings.Contains(u, "*") {
		return false
	}
	if slices.Contains(list, u) { // RFC 9700 section 2.1: exact string matching
		return true
	}
	if a.OAuthConfiguration.AuthorizedURLValidationPolicy != fa.AllowWildcards || !plainURL(u) {
		return false
	}
	return slices.ContainsFunc(list, func(pattern string) bool {
		matcher := wildcard(pattern)
		return matcher != nil && matcher.MatchString(u)
	})
}

// plainURL tells whether every program reads a URL alike, so that what is
// compared is where the browser goes: no user, no fragment, no path that goes
// up, nothing that is another character in disguise.
func plainURL(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.Opaque != "" || u.Fragment != "" || strings.ContainsAny(text, "\\#@ ") || u.String() != text {
		return false
	}
	path := strings.ToLower(u.EscapedPath())
	if strings.Contains(path, "%2f") || strings.Contains(path, "%5c") || strings.Contains(path, "%00") {
		return false
	}
	for segment := range strings.SplitSeq(strings.ReplaceAll(path, "%2e", "."), "/") {
		if segment == "." || segment == ".." {
			return false
		}
	}
	return true
}

// parts of a registered URL: scheme, host, port, path and query.
var parts = regexp.MustCompile(`^([a-z][a-z0-9+.-]*)://([^/:?#@]*)(?::([0-9]+|\*))?(/[^?#]*)?(?:\?([^#]*))?$`)

// wildcard is what a registered URL with wildcards matches; nil if it has none,
// or has them where they must not be.
func wildcard(pattern string) *regexp.Regexp {
	p := parts.FindStringSubmatch(pattern)
	if p == nil || !strings.Contains(pattern, "*") {
		return nil
	}
	host, ok := wildHost(p[2])
	path, fine := wildPath(p[4])
	query, good := wildQuery(p[5])
	if !ok || !fine || !good {
		return nil
	}
	port := ""
	switch p[3] {
	case "":
	case "*":
		port = ":[0-9]+"
	default:
		port = ":" + p[3]
	}
	return regexp.MustCompile("^" + regexp.QuoteMeta(p[1]) + "://" + host + port + path + query + "$")
}

// wildHost allows one wildcard, in the first of at least three labels.
func wildHost(host string) (expression string, ok bool) {
	if !strings.Contains(host, "*") {
		return regexp.QuoteMeta(host), true
	}
	first, rest, _ := strings.Cut(host, ".")
	if strings.Count(first, "*") != 1 || strings.Contains(rest, "*") || strings.Count(host, ".") < 2 ||
		net.ParseIP(strings.ReplaceAll(host, "*", "1")) != nil {
		return "", false
	}
	return wild(first, "[A-Za-z0-9_-]+") + regexp.QuoteMeta("."+rest), true
}

// wildPath allows one wildcard in each segment.
func wildPath(path string) (expression string, ok bool) {
	for i, segment := range strings.Split(path, "/") {
		if i > 0 {
			expression += "/"
		}
		if strings.Count(segment, "*") > 1 {
			return "", false
		}
		expression += wild(segment, "[^/?#]+")
	}
	return expression, true
}

// wildQuery allows a wildcard in the place of a whole value.
func wildQuery(query string) (expression string, ok bool) {
	if query == "" {
		return "", true
	}
	for i, parameter := range strings.Split(query, "&") {
		expression += []string{"[?]", "&"}[min(i, 1)]
		name, value, hasValue := strings.Cut(parameter, "=")
		switch {
		case strings.Contains(name, "*"), value != "*" && strings.Contains(value, "*"):
			return "", false
		case value == "*":
			expression += regexp.QuoteMeta(name) + "=[^&#]+"
		case hasValue:
			expression += regexp.QuoteMeta(parameter)
		default:
			expression += regexp.QuoteMeta(name)
		}
	}
	return expression, true
}

func wild(text, characters string) string {
	return strings.ReplaceAll(regexp.QuoteMeta(text), `\*`, characters)
}
