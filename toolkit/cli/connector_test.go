package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"wherry/internal/exit"
	"wherry/toolkit/cli"
	"wherry/toolkit/config"
	"wherry/toolkit/connector"
	"wherry/toolkit/internal/cognitotest"
)

const headerSecret = "a secret only for tests"

// screen is a stderr that another goroutine reads.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// settings writes a wherry.yaml for a fake Cognito with one user.
func settings(t *testing.T, more string) string {
	t.Helper()
	jane := cognitotest.User{
		Username: "jane", Password: "Correct-Horse-1",
		Attributes: map[string]string{"sub": "3f1c9a2e-8b1d-70c4-9a55-0d2f6b7e1c11", "email": "jane@example.com", "email_verified": "true"},
	}
	fake := httptest.NewServer(&cognitotest.Cognito{Users: []cognitotest.User{jane}})
	t.Cleanup(fake.Close)
	file := filepath.Join(t.TempDir(), "wherry.yaml")
	text := "connector: {secret: '${CONNECTOR_SECRET}'}\npools:\n  - id: eu-west-1_a\n    name: customers\n    client_id: c\n    endpoint: " + fake.URL + "\n" + more
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func env(name string) string {
	if name == "CONNECTOR_SECRET" {
		return headerSecret
	}
	return ""
}

func TestConnectorServesUntilInterrupted(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	var errs screen
	ctx, interrupt := context.WithCancel(t.Context())
	code := make(chan int, 1)
	args := []string{"connector", "--config", settings(t, ""), "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"}
	go func() {
		code <- cli.Main(ctx, cli.Process{Args: args, Getenv: env, Stdout: &out, Stderr: &errs})
	}()
	addresses := await(t, &errs, regexp.MustCompile(`connector on (\S+), admin on (\S+),`))

	status, body := post(t, "http://"+addresses[1]+"/pools/customers", headerSecret, `{"loginId":"jane@example.com","password":"Correct-Horse-1"}`)
	var answer struct{ User struct{ ID, Email string } }
	if err := json.Unmarshal([]byte(body), &answer); status != http.StatusOK || err != nil || answer.User.Email != "jane@example.com" {
		t.Errorf("got %d %s", status, body)
	}
	if status, body := post(t, "http://"+addresses[1]+"/", "", `{}`); status != http.StatusUnauthorized || body != "" {
		t.Errorf("without the secret: got %d %q", status, body)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addresses[2]+"/readyz", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("readyz: status %d", resp.StatusCode)
	}

	interrupt()
	if got := <-code; got != exit.Done {
		t.Errorf("exit code %d: %s", got, &errs)
	}
	for _, secret := range []string{headerSecret, "Correct-Horse-1", "jane@example.com", "refresh-token"} {
		if strings.Contains(errs.String()+out.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, &errs)
		}
	}
}

func TestConnectorDoesNotStartWithMistakes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ file, says string }{
		"no file":       {filepath.Join(t.TempDir(), "none.yaml"), "hint: name the file with --config"},
		"wrong setting": {settings(t, "    conector: {}\n"), `wherry.yaml:7: pools[0].conector: unknown setting; did you mean "connector"?`},
		"wrong rule":    {settings(t, "    mapping: {rules: [{set: shoeSize, value: 7}]}\n"), "wherry.yaml:7: pools[0].mapping.rules[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			args := []string{"connector", "--config", tt.file, "--listen", "127.0.0.1:0"}
			code := cli.Main(t.Context(), cli.Process{Args: args, Getenv: env, Stdout: &out, Stderr: &errs})
			if code != exit.Usage || !strings.Contains(errs.String(), tt.says) {
				t.Errorf("exit %d:\n%s", code, &errs)
			}
		})
	}
}

// await waits until the screen shows what matches.
func await(t *testing.T, s *screen, want *regexp.Regexp) []string {
	t.Helper()
	for range 500 {
		if m := want.FindStringSubmatch(s.String()); m != nil {
			return m
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("no %s in:\n%s", want, s)
	return nil
}

func post(t *testing.T, url, secret, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", secret)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(got)
}

func TestConnectorTestShowsEachStep(t *testing.T) {
	t.Parallel()
	file := settings(t, "")
	for _, tt := range []struct {
		name, stdin string
		args        []string
		code        int
		says        []string
	}{
		{"carried", "Correct-Horse-1\n", nil, exit.Done, []string{
			"InitiateAuth", "tokens", "USER_PASSWORD_AUTH, client c, USERNAME jane@example.com", "GetUser", "RevokeToken", "carried: tokens, in ", `"email": "jane@example.com"`, "in logs the login id is ",
		}},
		{"refused", "wrong\n", nil, exit.Refused, []string{"wrong-credentials (NotAuthorizedException): Incorrect username or password.", "refused: wrong-credentials"}},
		{"JSON", "Correct-Horse-1\n", []string{"--json"}, exit.Done, []string{`"answer":"carried"`, `"body":{"user":{`}},
		{"no password", "", nil, exit.Usage, []string{"the password is empty"}},
		{"no such pool", "x\n", []string{"--pool", "staff"}, exit.Usage, []string{"give --pool one of customers"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			args := append([]string{"connector", "test", "jane@example.com", "--config", file, "--password-file", "-"}, tt.args...)
			code := cli.Main(t.Context(), cli.Process{Args: args, Getenv: env, Stdin: strings.NewReader(tt.stdin), Stdout: &out, Stderr: &errs})
			if code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			for _, want := range tt.says {
				if !strings.Contains(out.String()+errs.String(), want) {
					t.Errorf("no %q in:\n%s%s", want, &out, &errs)
				}
			}
			if said := out.String() + errs.String(); strings.Contains(said, "Correct-Horse-1") || strings.Contains(said, headerSecret) {
				t.Errorf("a secret was shown:\n%s", said)
			}
		})
	}
}

func TestConnectorTestAsksADeployedOne(t *testing.T) {
	t.Parallel()
	file := settings(t, "")
	loaded, err := config.Load(file, env)
	if err != nil {
		t.Fatal(err)
	}
	k, err := connector.New(t.Context(), connector.Config{Settings: loaded})
	if err != nil {
		t.Fatal(err)
	}
	deployed := httptest.NewServer(k.Handler())
	t.Cleanup(deployed.Close)
	wrong := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(wrong, []byte("another secret, as long"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		args []string
		code int
		says string
	}{
		"carried":      {[]string{"--url", deployed.URL}, exit.Done, `"email": "jane@example.com"`},
		"no such path": {[]string{"--url", deployed.URL + "/nowhere"}, exit.Refused, "404 Not Found"},
		"wrong secret": {[]string{"--url", deployed.URL, "--secret-file", wrong}, exit.Refused, "the secret is not the connector's"},
		"nobody there": {[]string{"--url", "http://127.0.0.1:1"}, exit.Failed, "reach the connector"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			args := append([]string{"connector", "test", "jane@example.com", "--config", file}, tt.args...)
			getenv := func(name string) string {
				return map[string]string{"WHERRY_PASSWORD": "Correct-Horse-1", "CONNECTOR_SECRET": headerSecret}[name]
			}
			code := cli.Main(t.Context(), cli.Process{Args: args, Getenv: getenv, Stdout: &out, Stderr: &errs})
			if code != tt.code || !strings.Contains(out.String()+errs.String(), tt.says) {
				t.Errorf("exit %d, want %d with %q in:\n%s%s", code, tt.code, tt.says, &out, &errs)
			}
		})
	}
}

func TestConnectorWhy(t *testing.T) {
	t.Parallel()
	file := settings(t, "")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(filepath.Dir(file), "turned-away.jsonl")
	settled := strings.Replace(string(text), "connector: {", "connector: {turned_away_log: turned-away.jsonl, per_login: {attempts: 1}, ", 1)
	if err := os.WriteFile(file, []byte(settled), 0o600); err != nil {
		t.Fatal(err)
	}
	loaded, err := config.Load(file, env)
	if err != nil {
		t.Fatal(err)
	}
	k, err := connector.New(t.Context(), connector.Config{Settings: loaded})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second is one too many
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"loginId":"jane@example.com","password":"x"}`))
		r.Header.Set("Authorization", headerSecret)
		k.Handler().ServeHTTP(httptest.NewRecorder(), r)
	}
	if info, err := os.Stat(list); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the list: %v, %v", info, err)
	}
	for login, tt := range map[string]struct {
		code int
		says string
	}{
		"jane@example.com": {exit.Done, "customers  rate-limited  (more attempts for this login id than connector.per_login allows)"},
		"john@example.com": {exit.Nothing, "nothing but perhaps a wrong password"},
	} {
		var out, errs bytes.Buffer
		code := cli.Main(t.Context(), cli.Process{Args: []string{"connector", "why", login, "--config", file}, Getenv: env, Stdout: &out, Stderr: &errs})
		if code != tt.code || strings.Count(out.String()+errs.String(), tt.says) != 1 {
			t.Errorf("%s: exit %d:\n%s%s", login, code, &out, &errs)
		}
	}
}
