package lambda

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"wherry/internal/archive"
	"wherry/internal/need"
	"wherry/internal/runtimeapi"
	"wherry/toolkit/internal/cognitotest"
)

const (
	headerSecret = "a secret only for tests"
	password     = "Correct-Horse-1"
	sub          = "3f1c9a2e-8b1d-70c4-9a55-0d2f6b7e1c11"
)

// TestZip builds the function as it is released, twice, looks into the zip
// files, and runs what is inside against a stand-in of Lambda.
func TestZip(t *testing.T) {
	t.Parallel()
	one, two := build(t), build(t)
	for _, arch := range []string{"arm64", "amd64"} {
		name := "wherry-lambda-" + arch + ".zip"
		zip, again := content(t, filepath.Join(one, name)), content(t, filepath.Join(two, name))
		if !bytes.Equal(zip, again) {
			t.Errorf("%s: two builds of the same sources differ", name)
		}
		if len(zip) > 10<<20 {
			t.Errorf("%s has %d bytes, more than 10 MB", name, len(zip))
		}
		files, err := archive.Unzip(bytes.NewReader(zip), int64(len(zip)))
		if err != nil || len(files) != 1 || files[0].Name != "bootstrap" || files[0].Mode != 0o755 {
			t.Errorf("%s: want an executable bootstrap and nothing else (%v)", name, err)
			continue
		}
		if arch == runtime.GOARCH && runtime.GOOS == "linux" {
			t.Run("process", func(t *testing.T) { testProcess(t, files[0].Data) })
		}
	}
}

func build(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	cmd := exec.CommandContext(t.Context(), need.Program(t, "apt-get install bash", "bash"), "../../.ci/lambda", dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

func content(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// testProcess signs people in through the program, in all three shapes of
// events.
func testProcess(t *testing.T, bootstrap []byte) {
	cognito := &cognitotest.Cognito{Users: []cognitotest.User{{
		Username: "jane", Password: password, Attributes: map[string]string{"sub": sub, "email": "jane@example.com", "email_verified": "true"},
	}}}
	api, log := start(t, bootstrap, cognito)
	signIn := func(shape, secret, sender, password string) answer {
		body, err := json.Marshal(map[string]string{"loginId": "jane@example.com", "password": password})
		if err != nil {
			t.Fatal(err)
		}
		out, err := api.Invoke(t.Context(), shaped(t, shape, secret, sender, string(body)), 10*time.Second)
		if err != nil {
			t.Fatalf("%s: %v\n%s", shape, err, log())
		}
		var a answer
		if err := json.Unmarshal(out, &a); err != nil {
			t.Fatalf("%s: %v in %s", shape, err, out)
		}
		return a
	}
	for _, shape := range []string{"rest.json", "http-2.0.json", "function-url.json"} {
		a := signIn(shape, headerSecret, "203.0.113.7", password)
		if a.StatusCode != http.StatusOK || a.Headers["Content-Type"] != "application/json" || !strings.Contains(a.Body, sub) {
			t.Errorf("%s: got %+v", shape, a)
		}
		for want, a := range map[int]answer{
			http.StatusNotFound:     signIn(shape, headerSecret, "203.0.113.7", "Wrong-Horse-1"),
			http.StatusUnauthorized: signIn(shape, "another secret, as long", "203.0.113.7", password),
		} {
			if a.StatusCode != want || a.Body != "" {
				t.Errorf("%s: got %+v, want %d", shape, a, want)
			}
		}
		if a := signIn(shape, headerSecret, "198.51.100.1", password); a.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: an address outside connector.networks got %+v", shape, a)
		}
	}
	if got := strings.Count(strings.Join(cognito.Operations(), " "), "RevokeToken"); got != 3 {
		t.Errorf("%d refresh tokens were revoked, want 3: each before the next event", got)
	}
	for _, word := range []string{password, "Wrong-Horse-1", headerSecret, "jane@example.com", "refresh-token-of"} {
		if strings.Contains(log(), word) {
			t.Errorf("the log shows %q:\n%s", word, log())
		}
	}
	if !strings.Contains(log(), `"outcome":"wrong-credentials"`) {
		t.Errorf("the log does not say what happened:\n%s", log())
	}
}

// start runs the program as Lambda does: alone in a folder with its settings,
// the secret in Secrets Manager.
func start(t *testing.T, bootstrap []byte, cognito *cognitotest.Cognito) (api *runtimeapi.Runtime, log func() string) {
	t.Helper()
	serve := func(h http.Handler) string {
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		return server.URL
	}
	api, dir := runtimeapi.New(), t.TempDir()
	file, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	settings := "connector: {secret_ref: '${SECRET_ARN}', networks: [203.0.113.0/24]}\n" +
		"pools: [{id: eu-west-1_a, name: customers, client_id: c, endpoint: '" + serve(cognito) + "'}]\n"
	for name, data := range map[string][]byte{"bootstrap": bootstrap, "wherry.yaml": []byte(settings)} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(dir, "bootstrap"))
	cmd.Dir, cmd.Stdout, cmd.Stderr = "/", file, file
	cmd.Env = []string{
		"AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(serve(api), "http://"), "AWS_REGION=eu-west-1",
		"AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=example", "AWS_ENDPOINT_URL=" + serve(http.HandlerFunc(keeper)),
		"SECRET_ARN=" + ref,
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return api, func() string { return string(content(t, file.Name())) }
}

// shaped is a recorded event with another secret, sender and body.
func shaped(t *testing.T, shape, secret, sender, body string) []byte {
	t.Helper()
	quoted, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return replace(string(content(t, filepath.Join("testdata", shape))),
		"header secret", secret, "203.0.113.7", sender,
		`"{\"loginId\":\"jane\"}"`, string(quoted),
		base64.StdEncoding.EncodeToString([]byte(jane)), base64.StdEncoding.EncodeToString([]byte(body)))
}
