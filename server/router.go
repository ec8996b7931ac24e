package server

import (
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"

	"wherry/server/internal/identity"
)

// router answers what no endpoint is registered for, and keeps a broken
// handler from taking the connection with it. FusionAuth's empty answers are
// for programs: only a browser that asks for a page gets one.
type router struct {
	mux      *http.ServeMux
	notFound http.HandlerFunc // the page
	proxies  *proxies
	log      *slog.Logger
}

func (rt *router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	from := *r
	from.RemoteAddr = rt.proxies.peer(r)
	r = from.WithContext(identity.WithEventInfo(r.Context(), whereFrom(&from)))
	defer rt.recovered(w, r)
	fallback, pattern := rt.mux.Handler(r)
	switch {
	case pattern != "":
		rt.mux.ServeHTTP(w, r)
	case methodIsWrong(fallback, w, r):
		w.WriteHeader(http.StatusMethodNotAllowed)
	case isForPrograms(r):
		w.WriteHeader(http.StatusNotFound)
	default:
		rt.notFound(w, r)
	}
}

// whereFrom is what can be told of a request without reading it.
func whereFrom(r *http.Request) *identity.EventInfo {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	return &identity.EventInfo{IPAddress: host, UserAgent: r.UserAgent()}
}

// methodIsWrong tells whether the path exists for other methods, and names
// them in Allow. The mux knows, but says so with a text.
func methodIsWrong(fallback http.Handler, w http.ResponseWriter, r *http.Request) bool {
	said := newAnswer()
	fallback.ServeHTTP(said, r)
	if said.status != http.StatusMethodNotAllowed {
		return false
	}
	w.Header()["Allow"] = said.header["Allow"]
	return true
}

func isForPrograms(r *http.Request) bool {
	looks := r.Method == http.MethodGet || r.Method == http.MethodHead
	return !looks || strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.URL.Path, "/.well-known/")
}

// recovered turns a panic into a logged 500; net/http has its own use for
// ErrAbortHandler.
func (rt *router) recovered(w http.ResponseWriter, r *http.Request) {
	switch broken := recover(); broken {
	case nil:
	case http.ErrAbortHandler:
		panic(broken)
	default:
		rt.log.ErrorContext(r.Context(), "handler panicked", "method", r.Method, "route", r.Pattern, "panic", broken, "stack", string(debug.Stack()))
		w.WriteHeader(http.StatusInternalServerError)
	}
}
