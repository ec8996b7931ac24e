package api_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"wherry/server/internal/api"
	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// These tests are about what a whole server cannot be brought to do: the rest
// is tried through its door.

// house is one tenant with an open door.
type house struct{ api.Documents[fa.Tenant] }

func (house) All(context.Context) ([]*fa.Tenant, error) {
	tenant := fa.NewTenant()
	tenant.LoginConfiguration.RequireAuthentication = false
	return []*fa.Tenant{&tenant}, nil
}

// keys knows none, or fails.
type keys struct{ err error }

func (k keys) APIKeyByValue(context.Context, string) (*fa.APIKey, error) { return nil, k.err }

// signIn always ends the same way.
type signIn struct{ err error }

func (s signIn) SignIn(context.Context, identity.Attempt) (*identity.Outcome, error) {
	return nil, s.err
}

func (s signIn) StartPasswordChange(context.Context, *fa.Tenant, fa.ID) (string, error) {
	return "", s.err
}

// database answers no question.
type database struct{}

var errDown = errors.New("made-up failure of jane@example.com's database")

func (database) Ping(context.Context) error { return errDown }

func (database) EventLog(context.Context, int64) (fa.EventLog, error) { return fa.EventLog{}, errDown }

func (database) SearchEventLog(context.Context, fa.EventSearch) ([]fa.EventLog, int, error) {
	return nil, 0, errDown
}

func TestFailures(t *testing.T) {
	t.Parallel()
	const login = `{"loginId":"jane","password":"made-up"}`
	for _, tt := range []struct {
		name       string
		keys       error
		signIn     error
		method     string
		path, body string
		cancelled  bool

		status int
		want   string // in the body; nothing else may be there when it is empty
		logged bool
	}{
		{name: "too many sign-ins", signIn: identity.ErrBusy, method: "POST", path: "/api/login", body: login, status: 503, want: "[busy]"},
		{name: "sign-in fails", signIn: errDown, method: "POST", path: "/api/login", body: login, status: 500, logged: true},
		{name: "client has left", signIn: context.Canceled, cancelled: true, method: "POST", path: "/api/login", body: login, status: 200},
		{name: "cancelled from within", signIn: context.Canceled, method: "POST", path: "/api/login", body: login, status: 500, logged: true},
		{name: "keys cannot be looked up", keys: errDown, method: "GET", path: "/api/system/version", status: 500, logged: true},
		{name: "status of a lost database", keys: errDown, method: "GET", path: "/api/status", status: 452},
		{name: "health of a lost database", keys: errDown, method: "GET", path: "/api/health", status: 500, logged: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			mux := &api.Mux{
				ServeMux: http.NewServeMux(), Keys: keys{tt.keys}, Tenants: house{}, Now: time.Now,
				Log: slog.New(slog.NewTextHandler(&log, nil)),
			}
			if tt.keys == nil {
				mux.Keys = keys{fa.ErrNotFound}
			}
			(&api.Login{SignIn: signIn{tt.signIn}}).Mount(mux)
			(&api.System{Store: database{}}).Mount(mux)
			r := httptest.NewRequest(tt.method, tt.path, strings.NewReader(tt.body))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", "some-key")
			if tt.cancelled {
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				r = r.WithContext(ctx)
			}
			w := httptest.NewRecorder()
			mux.ServeHTTP(w, r)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) || tt.want == "" && w.Body.Len() > 0 {
				t.Errorf("status %d, body %q; want %d, %q", w.Code, w.Body, tt.status, tt.want)
			}
			if tt.status == http.StatusServiceUnavailable && w.Header().Get("Retry-After") != "1" {
				t.Error("Retry-After is missing")
			}
			if logged := strings.Count(log.String(), "request failed"); logged > 1 || (logged == 1) != tt.logged {
				t.Errorf("logged %d times: %s", logged, &log)
			}
			if strings.Contains(w.Body.String(), "example.com") {
				t.Errorf("a cause has reached the client: %s", w.Body)
			}
		})
	}
}
