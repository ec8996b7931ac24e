package server

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"

	"wherry/server/internal/fa"
)

// proxies tell where requests come from that have passed through others.
type proxies struct {
	configuration interface {
		Get(ctx context.Context, id fa.ID) (*fa.SystemConfiguration, error)
	}
	log *slog.Logger
}

// peer is the address and port of whoever has made a request: the last one in
// X-Forwarded-For that no trusted proxy stands for. Everything before it could be
// made up. Where no proxies are named, nobody is believed.
func (p *proxies) peer(r *http.Request) string {
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if hops[0] == "" || err != nil {
		return r.RemoteAddr
	}
	c, err := p.configuration.Get(r.Context(), "")
	if err != nil {
		if r.Context().Err() == nil {
			p.log.ErrorContext(r.Context(), "trusted proxies not read", "error", err)
		}
		return r.RemoteAddr
	}
	for len(hops) > 0 && c.TrustedProxyConfiguration.Trusts(at.Addr()) {
		last := len(hops) - 1
		ip, err := netip.ParseAddr(strings.TrimSpace(hops[last]))
		if err != nil {
			break
		}
		at, hops = netip.AddrPortFrom(ip.Unmap().WithZone(""), 0), hops[:last]
	}
	return at.String()
}
