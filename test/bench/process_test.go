package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// workshop is a folder for all benchmarks.
var workshop string

func TestMain(m *testing.M) {
	if relayed() {
		return
	}
	var err error
	if workshop, err = os.MkdirTemp("", "wherry-bench-"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(workshop)
	os.Exit(code)
}

// program is the program as it is released, built when first asked for.
var program = sync.OnceValues(func() (string, error) {
	file := filepath.Join(workshop, "wherry")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", file, "wherry/cmd/wherry")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return file, nil
})

// process is a connector, or a relay, in front of one pool.
type process struct {
	began      time.Time
	url, admin string
	client     *http.Client
	cmd        *exec.Cmd
}

const connectorSecret = "a secret of the benchmark"

// startConnector starts `wherry connector`. It has time and room for an answer:
// what a busy machine does shall show in the figures, and not as a refusal.
func startConnector(b testing.TB, pool, profile string) *process {
	b.Helper()
	file, err := program()
	if err != nil {
		b.Fatal(err)
	}
	config := filepath.Join(b.TempDir(), "wherry.yaml")
	if err := os.WriteFile(config, fmt.Appendf(nil, `
connector: {secret: %q}
pools: [{id: us-east-1_Example01, client_id: 1example23456789, endpoint: %q, connector: {profile: %s, deadline: 30s, parallel: {sign_ins: 2000}}}]
`, connectorSecret, pool, profile), 0o600); err != nil {
		b.Fatal(err)
	}
	listen, admin := free(b), free(b)
	return start(b, listen, admin, exec.CommandContext(b.Context(), file, "connector", "--config", config, "--listen", listen, "--admin", admin))
}

// startRelay starts this program as a relay.
func startRelay(b testing.TB, pool, profile string) *process {
	b.Helper()
	listen, admin := free(b), free(b)
	settings, err := json.Marshal(map[string]string{"pool": pool, "listen": listen, "admin": admin, "profile": profile})
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.CommandContext(b.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), relayOf+"="+string(settings))
	return start(b, listen, admin, cmd)
}

// start does not wait for the process.
func start(b testing.TB, listen, admin string, cmd *exec.Cmd) *process {
	b.Helper()
	p := &process{
		url: "http://" + listen, admin: "http://" + admin + "/metrics", cmd: cmd,
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: atMost}},
	}
	p.began = time.Now()
	if err := p.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(p.stop)
	return p
}

func (p *process) stop() {
	_ = p.cmd.Process.Kill() // it may have been stopped already
	_ = p.cmd.Wait()
	p.client.CloseIdleConnections()
}

// free is an address that nobody uses at the moment.
func free(b testing.TB) string {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once
	if err != nil {
		b.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// signIn signs somebody in and returns how long that took. It waits for a
// process that is still starting.
func (p *process) signIn(b testing.TB, login string) (took time.Duration) {
	body, err := json.Marshal(map[string]string{"loginId": login, "password": "Correct-Horse-1"})
	if err != nil {
		b.Fatal(err)
	}
	for {
		r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, p.url, bytes.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		r.Header.Set("Authorization", connectorSecret)
		began := time.Now()
		resp, err := p.client.Do(r)
		if err != nil && time.Since(p.began) < 10*time.Second {
			time.Sleep(time.Millisecond)
			continue
		}
		if err != nil {
			b.Error(err)
			return 0
		}
		text, err := io.ReadAll(resp.Body)
		took = time.Since(began)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK || !bytes.Contains(text, []byte(login)) {
			b.Errorf("%s: %s %v %.200s", login, resp.Status, err, text)
		}
		return took
	}
}
