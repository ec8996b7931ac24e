// Package deliver is everything that the server sends to other systems. It
// never follows a redirect, bounds every answer in size and time, and refuses
// addresses of the machine's own network unless the operator allows them.
package deliver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// errPrivate keeps a connector or webhook from reaching what only the server
// can reach.
var errPrivate = errors.New("the address is private and the server was not started with --allow-private-connectors")

// Source: https://www.rfc-editor.org/rfc/rfc6890; netip knows the other ranges.
var closed = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"),        // an IPv4 address inside, as in those that follow
	netip.MustParsePrefix("64:ff9b::/96"), // through NAT64
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("2001::/32"), // Teredo
	netip.MustParsePrefix("2002::/16"), // 6to4
	netip.MustParsePrefix("fec0::/10"), // what came before fc00::/7
}

// public tells whether an address may be called by whoever can configure a URL.
func public(addr netip.Addr) bool {
	addr = addr.Unmap()
	if !addr.IsGlobalUnicast() || addr.IsPrivate() {
		return false
	}
	for _, p := range closed {
		if p.Contains(addr) {
			return false
		}
	}
	return true
}

// newClient makes an HTTP client without a proxy. The check happens on the
// address that is dialled, after name resolution, so a name that changes its
// mind gains nothing.
func newClient(r receiver, config *tls.Config, allowPrivate bool) *http.Client {
	dialer := newDialer(r, allowPrivate)
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    r.connect,
			ResponseHeaderTimeout:  r.read,
			MaxResponseHeaderBytes: 64 << 10,
			MaxIdleConnsPerHost:    32,
			IdleConnTimeout:        90 * time.Second,
			ForceAttemptHTTP2:      true,
			TLSClientConfig:        config,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// newDialer checks the address that is dialled, unless private ones are allowed.
func newDialer(r receiver, allowPrivate bool) *net.Dialer {
	dialer := &net.Dialer{Timeout: r.connect}
	if !allowPrivate {
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil {
				return fmt.Errorf("read the address: %w", err)
			}
			if !public(to.Addr()) {
				return errPrivate
			}
			return nil
		}
	}
	return dialer
}

// EventLog is where deliveries are reported.
type EventLog interface {
	LogEvent(ctx context.Context, kind, message string) error
}
