package server_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime/pprof"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wherry/server"
)

// TestBadConnectors: whatever a connector answers, the sign-in fails like a wrong
// password, the reason stands in the event log, nobody is stored, and nothing goes
// on behind it.
func TestBadConnectors(t *testing.T) {
	t.Parallel()
	says := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }
	}
	chunk := bytes.Repeat([]byte(" "), 1<<16)
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		reason string // in the event log
	}{
		"garbage": {says("\x00\xffnot JSON"), "Status [200]"},
		"half an answer": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(`{"user":{"id":`))
		}, "Status [200]"},
		"200 MB": {func(w http.ResponseWriter, _ *http.Request) {
			for range 200 << 20 / len(chunk) {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}, "could not authenticate"},
		"a byte at a time": {func(w http.ResponseWriter, r *http.Request) {
			for range 60 {
				_, _ = w.Write([]byte(" "))
				_ = http.NewResponseController(w).Flush()
				select {
				case <-r.Context().Done():
					return
				case <-time.After(time.Second):
				}
			}
		}, "could not authenticate"},
		"a redirect":      {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, "Status [302]"},
		"another user":    {says(`{"user":{"id":"` + nobodyID + `","email":"eve@example.com","active":true}}`), "another user than the one who signs in"},
		"a taken id":      {says(`{"user":{"id":"` + janeID + `","email":"joe@example.com","active":true}}`), "[duplicate]user.id"},
		"an invalid user": {says(`{"user":{"id":"` + nobodyID + `","email":"joe@example.com","active":true,"timezone":"Mars"}}`), "timezone"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var seen atomic.Bool
			endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				seen.Store(goroutinesOf(t) != "")
				tt.answer(w, r)
			}))
			defer endpoint.Close()
			i := open(t, server.Config{Data: kickstartedData(t), Key: sampleKey, AllowPrivateConnectors: true})
			id := i.do(`POST /api/connector {"connector":{"name":"Bad","type":"Generic","authenticationURL":"` + endpoint.URL + `","connectTimeout":1000,"readTimeout":500}}`).must(t).text("connector.id")
			i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"connectorPolicies":[{"connectorId":"` + id + `","migrate":true}]}}`).must(t)

			var r response
			pprof.Do(t.Context(), pprof.Labels("sign-in", t.Name()), func(context.Context) { r = i.do(login("joe@example.com", password)) })
			if wrong := i.do(login("jane", "a wrong password")); r.status != wrong.status || r.body != wrong.body {
				t.Errorf("status %d: %s", r.status, r.body)
			}
			if events := i.do("GET /api/system/event-log/search?type=Error").must(t); !strings.Contains(events.text("eventLogs.0.message"), tt.reason) {
				t.Errorf("event log: %s", events.body)
			}
			if r := i.do("GET /api/user?email=joe@example.com"); r.status != http.StatusNotFound {
				t.Errorf("somebody is stored: %s", r.body)
			}
			if !seen.Load() {
				t.Error("this test does not see goroutines")
			}
			endpoint.Close()
			eventually(t, "all goroutines end", func() bool { return goroutinesOf(t) == "" })
		})
	}
}

// goroutinesOf are the goroutines that a sign-in of this test has begun and that
// are still there: they have its label.
func goroutinesOf(t *testing.T) string {
	t.Helper()
	var all bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&all, 1); err != nil {
		t.Fatal(err)
	}
	for each := range strings.SplitSeq(all.String(), "\n\n") {
		if strings.Contains(each, fmt.Sprintf("%q:%q", "sign-in", t.Name())) {
			return each
		}
	}
	return ""
}
