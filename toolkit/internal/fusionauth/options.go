package fusionauth

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"unicode"
)

func (o Options) check() (*url.URL, error) {
	base, err := baseURL(o.URL)
	return base, errors.Join(err, o.checkKey())
}

func (o Options) checkKey() error {
	key := o.APIKey.Reveal()
	switch {
	case key == "":
		return errors.New("the API key is missing")
	case strings.ContainsFunc(key, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }):
		return errors.New("the API key holds a blank, a line break or a control character")
	}
	return nil
}

func baseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "":
		// The text may hold a password: url.Parse would quote it.
		return nil, errors.New("the URL of FusionAuth must look like https://auth.example.com")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("the URL of FusionAuth on %s must have no user, query or fragment", u.Host)
	case u.Scheme == "https", u.Scheme == "http" && isLoopback(u.Hostname()):
		return u, nil
	case u.Scheme == "http":
		return nil, fmt.Errorf("http://%s would send the API key in the clear: use https (plain http is for loopback addresses)", u.Host)
	default:
		return nil, fmt.Errorf("the URL of FusionAuth on %s must begin with https://", u.Host)
	}
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
