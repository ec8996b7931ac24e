// Package plan runs the commands about configuration against a pool and a
// server, which they reach over HTTP alone.
package plan

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"wherry/pool"
	"wherry/server"
	"wherry/toolkit/cli"
)

// TestMain gives the AWS SDK inside the commands something to sign with.
func TestMain(m *testing.M) {
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// scene is a folder with a configuration, a pool and a server.
type scene struct {
	t                 *testing.T
	dir               string
	pool, server, key string
}

const (
	apiKey = "key-of-the-test-nobody-may-read"
	header = "header-of-the-test-nobody-may-read"
)

// begin starts pools from a seed file, and a fresh server.
func begin(t *testing.T, seed string) *scene {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", seed))
	if err != nil {
		t.Fatal(err)
	}
	directories, err := pool.ReadSeed(seed, text, os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	return beginWith(t, pool.Config{Directories: directories})
}

func beginWith(t *testing.T, c pool.Config) *scene {
	t.Helper()
	p, err := pool.New(c)
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{t: t, dir: t.TempDir(), key: apiKey}
	s.pool = s.serve(p.Handler())
	s.write("kickstart.json", fmt.Sprintf(`{"apiKeys": [{"key": %q, "keyManager": true}]}`, apiKey))
	srv, err := server.New(t.Context(), server.Config{Data: filepath.Join(s.dir, "server"), Kickstart: filepath.Join(s.dir, "kickstart.json"), AllowPrivateConnectors: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close() }) // after the listener, which was begun later
	s.server = s.serve(srv.Handler())
	return s
}

func (s *scene) serve(h http.Handler) string {
	server := httptest.NewServer(h)
	s.t.Cleanup(server.Close)
	return server.URL
}

func (s *scene) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) read(name string) string {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// configure writes wherry.yaml: both ends, and what a test adds about pools.
func (s *scene) configure(pools string) {
	s.t.Helper()
	s.write("wherry.yaml", fmt.Sprintf(`
target: {url: %q, api_key: %q}
connector: {url: "https://connector.example.com/", secret: %q}
pools:
%s`, s.server, s.key, header, pools))
}

// result is how a command ended.
type result struct {
	code           int
	stdout, stderr string
}

// run runs a command in the folder.
func (s *scene) run(args ...string) result {
	s.t.Helper()
	var out, errs bytes.Buffer
	if args[0] != "init" {
		args = append(args, "--config", filepath.Join(s.dir, "wherry.yaml"))
	}
	code := cli.Main(s.t.Context(), cli.Process{Args: args, Getenv: os.Getenv, Stdin: bytes.NewReader(nil), Stdout: &out, Stderr: &errs})
	return result{code, out.String(), errs.String()}
}

// must runs a command that has to end with a code.
func (s *scene) must(code int, args ...string) result {
	s.t.Helper()
	r := s.run(args...)
	if r.code != code {
		s.t.Fatalf("wherry %v: exit code %d, want %d\n%s%s", args, r.code, code, r.stdout, r.stderr)
	}
	return r
}

// get asks the server's API.
func (s *scene) get(path string) map[string]any {
	s.t.Helper()
	status, answer := s.call(http.MethodGet, path, nil)
	if status != http.StatusOK {
		s.t.Fatalf("GET %s: %d", path, status)
	}
	return answer
}

func (s *scene) call(method, path string, body any) (int, map[string]any) {
	s.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.server+path, bytes.NewReader(data))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", apiKey)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	var answer map[string]any
	_ = json.Unmarshal(text, &answer) // some answers are empty
	return resp.StatusCode, answer
}

// decode decodes a part of a token.
func decode(part string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(part) }
