package connector

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"wherry/toolkit/config"
	"wherry/toolkit/internal/cognito"
)

// health remembers which operations of a pool fail for want of a right
// configuration. An operation that is answered, whatever the answer, is well
// again. An outage is no matter of health: another copy of this program would
// not get through either.
type health struct {
	mu     sync.Mutex
	faults map[string]string // by operation: Cognito's code
}

// vital is what every sign-in needs. Reading a user who owes a second factor
// is not: one such user must not take the connector out of service.
func (p *pool) vital(operation string) bool {
	switch operation {
	case "AdminGetUser", "ListUsers":
		return false
	case "AdminListGroupsForUser":
		return p.Connector.Groups == config.GroupsAdmin
	default:
		return true
	}
}

func (h *health) learn(t cognito.Trace, vital func(string) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range t.Calls {
		switch {
		case c.Outcome != cognito.Misconfigured:
			delete(h.faults, c.Operation)
		case vital(c.Operation):
			if h.faults == nil {
				h.faults = map[string]string{}
			}
			h.faults[c.Operation] = c.Code
		}
	}
}

// state is a pool in the answer of /readyz.
type state struct {
	Ready   bool     `json:"ready"`
	Breaker string   `json:"breaker"`
	Faults  []string `json:"faults,omitempty"`
}

func (p *pool) state() state {
	p.health.mu.Lock()
	defer p.health.mu.Unlock()
	s := state{Ready: len(p.health.faults) == 0, Breaker: p.breaker.State().String()}
	for _, operation := range slices.Sorted(maps.Keys(p.health.faults)) {
		s.Faults = append(s.Faults, operation+": "+p.health.faults[operation])
	}
	return s
}

// Admin answers for operators: /healthz, /readyz and /metrics. It tells
// nothing about users, but it belongs on a listener of its own.
func (k *Connector) Admin() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", k.readyz)
	mux.Handle("GET /metrics", promhttp.HandlerFor(k.metrics.registry, promhttp.HandlerOpts{}))
	return mux
}

// readyz is red while a fault in the configuration keeps the users of a pool
// from signing in.
func (k *Connector) readyz(w http.ResponseWriter, _ *http.Request) {
	ready, pools := true, map[string]state{}
	for name, p := range k.pools {
		pools[name] = p.state()
		ready = ready && pools[name].Ready
	}
	w.Header().Set("Content-Type", "application/json")
	if !ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"ready": ready, "pools": pools})
}
