// Package guard keeps strangers away from a service that tells right
// passwords from wrong ones: by a shared secret, by network, by certificate,
// and by how often they may ask.
package guard

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/netip"
	"strings"

	"wherry/internal/secret"
)

// Secrets gives the secrets that are valid now. It is asked for every request,
// by many goroutines at a time, so it should answer from memory.
type Secrets interface {
	Secrets(ctx context.Context) ([]secret.String, error)
}

// Guard looks at a request's sender and at nothing else of it: a stranger
// costs a few hashes and learns nothing.
type Guard struct {
	Header   string // that carries the secret
	Secrets  Secrets
	Networks []netip.Prefix // who may call; none for everybody
	Proxies  []netip.Prefix // whose X-Forwarded-For is believed
}

// Admits tells whether the request comes from somebody who may call. An error
// means that the secrets could not be had, and that nobody is admitted.
func (g *Guard) Admits(r *http.Request) (bool, error) {
	if len(g.Networks) > 0 && !within(g.sender(r), g.Networks) {
		return false, nil
	}
	secrets, err := g.Secrets.Secrets(r.Context())
	if err != nil {
		return false, fmt.Errorf("read the secrets: %w", err)
	}
	return known(r.Header.Values(g.Header), secrets), nil
}

// known compares hashes, and all of them, so that neither the length of a
// secret nor which one matched shows in the time it takes.
func known(sent []string, secrets []secret.String) bool {
	if len(sent) != 1 {
		return false
	}
	got, match := sha256.Sum256([]byte(sent[0])), 0
	for _, s := range secrets {
		want, usable := sha256.Sum256([]byte(s)), 1
		if s == "" {
			usable = 0
		}
		match |= subtle.ConstantTimeCompare(got[:], want[:]) & usable
	}
	return match == 1
}

// sender is the address that the request comes from: the nearest one that is
// not a proxy of ours.
func (g *Guard) sender(r *http.Request) netip.Addr {
	addr := parse(r.RemoteAddr)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && within(addr, g.Proxies); i-- {
		hop := strings.TrimSpace(hops[i])
		if hop == "" {
			break
		}
		addr = parse(hop)
	}
	return addr
}

func parse(s string) netip.Addr {
	if both, err := netip.ParseAddrPort(s); err == nil {
		return both.Addr().Unmap()
	}
	addr, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		return netip.Addr{} // in no network
	}
	return addr.Unmap()
}

func within(addr netip.Addr, networks []netip.Prefix) bool {
	for _, n := range networks {
		if n.Contains(addr.WithZone("")) {
			return true
		}
	}
	return false
}
