package bulk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"wherry/pool"
	"wherry/server"
)

// Ids of what a site has.
const (
	siteKey      = "the-key-of-a-test"
	siteTenant   = "aaaaaaaa-0000-4000-8000-000000000001"
	siteApp      = "aaaaaaaa-0000-4000-8000-000000000002"
	siteGroup    = "aaaaaaaa-0000-4000-8000-000000000003" // readers
	siteOther    = "aaaaaaaa-0000-4000-8000-000000000004" // editors
	siteProvider = "aaaaaaaa-0000-4000-8000-000000000005" // Google
	siteTemplate = "aaaaaaaa-0000-4000-8000-000000000006" // forgotten passwords
)

type doc = map[string]any

// site is Wherry's own server with an application, groups, an identity provider
// and a mail server behind it, as a target of a crossing.
type site struct {
	url     string // in bad weather
	dry     string // in good weather
	weather *weather
	mails   *postbox
}

// newSite starts one, of which everything but the users is there.
func newSite(t *testing.T) *site {
	t.Helper()
	dir := t.TempDir()
	kickstart := filepath.Join(dir, "kickstart.json")
	text := fmt.Sprintf(`{"variables": {"defaultTenantId": %q}, "apiKeys": [{"key": %q, "description": "the test"}]}`, siteTenant, siteKey)
	if err := os.WriteFile(kickstart, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := server.New(t.Context(), server.Config{Data: filepath.Join(dir, "data"), Kickstart: kickstart})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w := &weather{next: s.Handler(), random: rand.New(rand.NewPCG(1, 1))} //nolint:gosec // weather
	bad, good := httptest.NewServer(w), httptest.NewServer(s.Handler())
	t.Cleanup(bad.Close)
	t.Cleanup(good.Close)
	place := &site{url: bad.URL, dry: good.URL, weather: w, mails: newPostbox(t)}
	place.furnish(t)
	return place
}

func (s *site) furnish(t *testing.T) {
	t.Helper()
	for _, r := range []struct {
		method, path string
		body         doc
	}{
		{"POST", "/api/application/" + siteApp, doc{"application": doc{"name": "Example app", "roles": []doc{{"name": "reader"}, {"name": "editor"}}}}},
		{"POST", "/api/group/" + siteGroup, doc{"group": doc{"name": "readers"}}},
		{"POST", "/api/group/" + siteOther, doc{"group": doc{"name": "editors"}}},
		{"POST", "/api/identity-provider/" + siteProvider, doc{"identityProvider": doc{
			"type": "Google", "name": "Google", "enabled": true, "client_id": "example", "client_secret": "example", "buttonText": "Google", "scope": "email",
		}}},
		{"POST", "/api/email/template/" + siteTemplate, doc{"emailTemplate": doc{
			"name": "Forgot password", "defaultSubject": "Choose a password", "defaultTextTemplate": "${changePasswordId}", "defaultHtmlTemplate": "${changePasswordId}",
		}}},
		{"PATCH", "/api/tenant/" + siteTenant, doc{"tenant": doc{"emailConfiguration": doc{
			"host": "127.0.0.1", "port": s.mails.port, "defaultFromEmail": "post@example.com", "forgotPasswordEmailTemplateId": siteTemplate,
		}}}},
	} {
		if status := s.call(t, r.method, r.path, r.body, nil); status != http.StatusOK {
			t.Fatalf("%s %s: status %d", r.method, r.path, status)
		}
	}
}

// call calls the server's API in good weather.
func (s *site) call(t *testing.T, method, path string, body, v any) int {
	t.Helper()
	var payload bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&payload).Encode(body); err != nil {
			t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), method, s.dry+path, &payload)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", siteKey)
	req.Header.Set("X-FusionAuth-TenantId", siteTenant)
	req.Header.Set("Content-Type", "application/json")
	if method == http.MethodPatch {
		req.Header.Set("Content-Type", "application/merge-patch+json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && v != nil && len(answer) > 0 {
		err = json.Unmarshal(answer, v)
	}
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Logf("%s %s: %d %s", method, path, resp.StatusCode, answer)
	}
	return resp.StatusCode
}

// must is call for what must work.
func (s *site) must(t *testing.T, method, path string, body, v any) {
	t.Helper()
	if status := s.call(t, method, path, body, v); status != http.StatusOK {
		t.Fatalf("%s %s: status %d", method, path, status)
	}
}

// beginAt starts a pool of generated users whose configuration leads to a site.
func beginAt(t *testing.T, s *site, users int) *crossing {
	t.Helper()
	c := begin(t, users, pool.Faults{})
	text, err := os.ReadFile(filepath.Join(c.dir, "wherry.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	line := strings.TrimSuffix(strings.TrimSpace(string(text)), "}]")
	c.write(t, "wherry.yaml", fmt.Sprintf(`target: {url: %q, api_key: %q}
%s, tenant: %s, applications: [{id: %s, name: Example app, roles: {from: groups, map: {readers: reader, editors: editor}}}],
  groups: {readers: %s, editors: %s}, import: {identity_providers: {Google: Google}}}]
`, s.url, siteKey, line, siteTenant, siteApp, siteGroup, siteOther))
	return c
}

// weather is a proxy that answers 500 and 504 and cuts connections now and then:
// before the server has heard of a request, and after it has done it.
type weather struct {
	next http.Handler

	mu     sync.Mutex
	random *rand.Rand
	bad    float64 // how often something goes wrong
}

func (w *weather) set(bad float64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bad = bad
}

// strikes tells what goes wrong with a request, and whether the server does it
// all the same.
func (w *weather) strikes() (kind int, done bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.random.Float64() >= w.bad {
		return 0, true
	}
	return 1 + w.random.IntN(3), w.random.IntN(2) == 0
}

func (w *weather) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	kind, done := w.strikes()
	if kind == 0 {
		w.next.ServeHTTP(rw, r)
		return
	}
	if done {
		w.next.ServeHTTP(httptest.NewRecorder(), r)
	}
	switch kind {
	case 1:
		rw.WriteHeader(http.StatusInternalServerError)
	case 2:
		rw.WriteHeader(http.StatusGatewayTimeout)
	default:
		panic(http.ErrAbortHandler)
	}
}

// postbox is a mail server that counts.
type postbox struct {
	port int
	mu   sync.Mutex
	got  map[string]int // by address
	last time.Time
}

func newPostbox(t *testing.T) *postbox {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &postbox{port: ln.Addr().(*net.TCPAddr).Port, got: map[string]int{}, last: time.Now()}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &letter{box: p}, nil }))
	s.ReadTimeout = time.Minute
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := s.Serve(ln); err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Error(err)
		}
	}()
	t.Cleanup(func() { _ = s.Close(); <-ended })
	return p
}

// settled are the mails that came, once none has for a while.
func (p *postbox) settled(t *testing.T, want int) map[string]int {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		p.mu.Lock()
		n, quiet := len(p.got), time.Since(p.last) > 2*time.Second
		if n >= want && quiet || time.Now().After(deadline) {
			defer p.mu.Unlock()
			return maps.Clone(p.got)
		}
		p.mu.Unlock()
	}
}

// letter is a mail on its way in.
type letter struct {
	box *postbox
	to  []string
}

// Reset is part of smtp.Session, as the methods that follow.
func (l *letter) Reset() { l.to = nil }

func (l *letter) Logout() error { return nil }

func (l *letter) Mail(string, *smtp.MailOptions) error { return nil }

func (l *letter) Rcpt(to string, _ *smtp.RcptOptions) error {
	l.to = append(l.to, to)
	return nil
}

func (l *letter) Data(r io.Reader) error {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	l.box.mu.Lock()
	defer l.box.mu.Unlock()
	for _, to := range l.to {
		l.box.got[to]++
	}
	l.box.last = time.Now()
	return nil
}
