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
	resp, err := http.Get("http://" + addresses[2] + "/readyz")
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("readyz: %v, %v", resp, err)
	}
	resp.Body.Close()

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
