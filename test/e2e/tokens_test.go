package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// The app clients of the pool, which keep their ids and secrets, and somebody
// who is signed in to both.
const (
	webClient, webSecret = "2web3example4secret", "9c1example5secret7value3aaaaaaaaaaaaaaaaaaaaaaaaaaa"
	spaClient            = "1spa2example3public"
	jane                 = "3f1c9a2e-8b1d-40c4-9a55-0d2f6b7e1c11"
	superKey             = "key-of-the-test-nobody-may-read"
)

// sessions is a pool and a server as processes, of which the second has been
// made ready for the first one's applications and has one of its users.
type sessions struct {
	t      *testing.T
	dir    string
	server string
	gate   *gate
}

func signedIn(t *testing.T) *sessions {
	t.Helper()
	s := &sessions{t: t, dir: t.TempDir()}
	pool, server := "127.0.0.1:"+port(t), "127.0.0.1:"+port(t)
	s.server = "http://" + server
	seed, err := filepath.Abs("../plan/testdata/shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	kickstart := s.write("kickstart.json", fmt.Sprintf(`{"apiKeys": [{"key": %q, "keyManager": true}]}`, superKey))
	start(t, "pool", "--listen", pool, "--file", seed).until("http://" + pool + "/us-east-1_ShopPool1/.well-known/jwks.json")
	start(t, "server", "--listen", server, "--data", filepath.Join(s.dir, "server"), "--kickstart", kickstart).until(s.server + "/api/status")
	s.gate = openGate(t, s.server)
	s.write("wherry.yaml", fmt.Sprintf(`
target: {url: %q, api_key: %q}
connector: {url: "https://connector.example.com/", secret: a-secret-of-the-test}
pools: [{id: us-east-1_ShopPool1, client_id: 4wherry5example6road, endpoint: "http://%s", tenant: Shop, apply: {keep_client_ids: true}}]
`, s.gate.url, superKey, pool))
	s.must(0, "apply", "--yes")
	s.register(webClient)
	s.register(spaClient)
	return s
}

func (s *sessions) write(name, text string) (file string) {
	s.t.Helper()
	file = filepath.Join(s.dir, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return file
}

func (s *sessions) must(code int, args ...string) result {
	s.t.Helper()
	r := run(s.t, append(args, "--config", filepath.Join(s.dir, "wherry.yaml"))...)
	if r.code != code {
		s.t.Fatalf("wherry %v: exit code %d, want %d\n%s%s", args, r.code, code, r.stdout, r.stderr)
	}
	return r
}

// tokens are the arguments that import a file of them.
func (s *sessions) tokens(file string, more ...string) []string {
	return append([]string{"tokens", "--in", filepath.Join(s.dir, file), "--journal", filepath.Join(s.dir, file+".journal")}, more...)
}

// register registers Jane for what an app client has become.
func (s *sessions) register(client string) {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, "wherry-applied", "client-ids.json"))
	if err != nil {
		s.t.Fatal(err)
	}
	var clients []struct{ ClientID, ID string }
	if err := json.Unmarshal(text, &clients); err != nil {
		s.t.Fatal(err)
	}
	body := map[string]any{}
	for _, c := range clients {
		if c.ClientID == client {
			body["registration"] = map[string]any{"applicationId": c.ID}
		}
	}
	if client == webClient { // the first one makes her
		body["user"] = map[string]any{"email": "jane@example.com", "password": "Correct-Horse-1-Battery"}
	}
	content, _ := json.Marshal(body)
	if status := s.post("/api/user/registration/"+jane, "application/json", content, nil); status != http.StatusOK {
		s.t.Fatalf("register Jane for %s: %d", client, status)
	}
}

func (s *sessions) post(path, kind string, body []byte, answer any) (status int) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.server+path, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	if strings.HasPrefix(path, "/api/") {
		req.Header.Set("Authorization", superKey)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err == nil && answer != nil {
		err = json.Unmarshal(content, answer)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode
}

// refreshes tells whether a token refreshes at the token endpoint, for Jane.
func (s *sessions) refreshes(form url.Values, token string) bool {
	s.t.Helper()
	form.Set("grant_type", "refresh_token")
	form.Set("refresh_token", token)
	var answer struct {
		AccessToken string `json:"access_token"`
		UserID      string `json:"userId"`
	}
	return s.post("/oauth2/token", "application/x-www-form-urlencoded", []byte(form.Encode()), &answer) == http.StatusOK &&
		answer.AccessToken != "" && answer.UserID == jane
}

func (s *sessions) web() url.Values {
	return url.Values{"client_id": {webClient}, "client_secret": {webSecret}}
}

// began is when the first token was issued: not long ago, as they do not live
// for ever.
var began = time.Now().Add(-time.Hour).UnixMilli()

// collected is a token as long as Cognito's.
func collected(n int) string {
	return fmt.Sprintf("eyJjdHkiOiJKV1Qi.%d.%s", n, strings.Repeat("a-B_9", 350))
}

// table is tokens of the web application, as CSV.
func table(n int) string {
	var b strings.Builder
	b.WriteString("sub,clientId,refreshToken,issuedAt,device\n")
	for i := range n {
		fmt.Fprintf(&b, "%s,%s,%s,%d,phone\n", jane, webClient, collected(i), began+int64(i)*1000)
	}
	return b.String()
}

// gate stands before the server, and does to some requests what a test wants.
type gate struct {
	url  string
	next http.Handler

	mu      sync.Mutex
	imports int    // of refresh tokens, so far
	cut     func() // at the second one, when it has been done and not answered
	version string // what the server says it is; its own if ""
}

func openGate(t *testing.T, server string) *gate {
	t.Helper()
	to, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{next: httputil.NewSingleHostReverseProxy(to)}
	front := httptest.NewServer(g)
	t.Cleanup(front.Close)
	g.url = front.URL
	return g
}

// set changes the gate while nothing goes through it.
func (g *gate) set(change func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change()
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case r.URL.Path == "/api/system/version" && g.version != "":
		_ = json.NewEncoder(w).Encode(map[string]string{"version": g.version})
	case r.URL.Path == "/api/user/refresh-token/import":
		if g.imports++; g.imports == 2 && g.cut != nil {
			g.next.ServeHTTP(httptest.NewRecorder(), r)
			g.cut()
			panic(http.ErrAbortHandler)
		}
		fallthrough
	default:
		g.next.ServeHTTP(w, r)
	}
}

// What applications have collected refreshes at the token endpoint, with the
// client id and the secret of old, or without one where there was none.
func TestCollectedTokensRefresh(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	s.write("tokens.csv", table(2))
	s.write("tokens.jsonl", fmt.Sprintf(`{"userId":%q,"clientId":%q,"token":%q,"startInstant":%d}`+"\n", jane, spaClient, collected(7), began))
	s.must(0, s.tokens("tokens.csv", "--dry-run")...)
	if s.refreshes(s.web(), collected(0)) {
		t.Fatal("a dry run has imported a token")
	}
	shown := fmt.Sprint(s.must(0, s.tokens("tokens.csv")...), s.must(0, s.tokens("tokens.jsonl")...))
	if strings.Contains(shown, "eyJ") {
		t.Errorf("a token was shown: %s", shown)
	}
	for i := range 2 {
		if !s.refreshes(s.web(), collected(i)) {
			t.Errorf("token %d of the web application does not refresh", i)
		}
	}
	if !s.refreshes(url.Values{"client_id": {spaClient}}, collected(7)) {
		t.Error("the token of a client without a secret does not refresh")
	}
	if s.refreshes(url.Values{"client_id": {webClient}}, collected(0)) {
		t.Error("a client with a secret refreshes without it")
	}
	if r := s.must(5, s.tokens("tokens.csv")...); !strings.Contains(r.stdout, "2 across already") {
		t.Errorf("the second run: %s", r.stdout)
	}
	s.gate.set(func() {
		if s.gate.imports != 2 {
			t.Errorf("%d imports, want 2", s.gate.imports)
		}
	})
}

// A run that is killed while an import is under way leaves its tokens in the
// target and out of the journal. The next run finds them there.
func TestTokensGoOnWhereARunWasKilled(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	s.write("tokens.csv", table(30))
	args := s.tokens("tokens.csv", "--batch", "10", "--config", filepath.Join(s.dir, "wherry.yaml"))
	killed := make(chan *process, 1)
	s.gate.set(func() { s.gate.cut = func() { _ = (<-killed).cmd.Process.Kill() } })
	p := startWith(t, credentials, args...)
	killed <- p
	<-p.done
	if p.cmd.ProcessState.Exited() {
		t.Fatalf("it ended by itself: %s", p.printed())
	}
	r := s.must(0, s.tokens("tokens.csv", "--batch", "10")...)
	if !strings.Contains(r.stdout, "10 imported\n") || !strings.Contains(r.stdout, "20 across already\n") || !strings.Contains(r.stdout, " 0 refused\n") {
		t.Errorf("the second run: %s", r.stdout)
	}
	for i := range 30 {
		if !s.refreshes(s.web(), collected(i)) {
			t.Errorf("token %d does not refresh", i)
		}
	}
	s.must(5, s.tokens("tokens.csv")...)
}

// What is too long is refused with its line, and the others go across.
func TestLongTokensAreRefusedWithTheirLine(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	line := func(token string) string {
		return fmt.Sprintf(`{"userId":%q,"clientId":%q,"token":%q,"startInstant":%d}`+"\n", jane, webClient, token, began)
	}
	s.write("tokens.jsonl", line("a-short-one")+line(strings.Repeat("x", 1<<20))+line(collected(0)))
	if r := s.must(3, s.tokens("tokens.jsonl")...); !strings.Contains(r.stdout, "line 2: the line is longer than 1 MiB") || !strings.Contains(r.stdout, "2 imported") {
		t.Errorf("it says %s", r.stdout)
	}
	s.gate.set(func() { s.gate.version = "1.32.0" }) // which keeps 191 characters
	s.write("tokens.csv", table(1))
	if r := s.must(3, s.tokens("tokens.csv")...); !strings.Contains(r.stdout, "line 2: the token has ") || !strings.Contains(r.stdout, "takes 191: upgrade to 1.33") {
		t.Errorf("it says %s", r.stdout)
	}
}
