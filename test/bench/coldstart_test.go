// Package bench measures what people wait for. Its figures are for reading: no
// test depends on them.
package bench

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wherry/internal/runtimeapi"
	"wherry/pool"
)

// BenchmarkColdStart is the time from the start of the Lambda function's
// process to its first answer, a sign-in at a pool on the same machine. It
// lacks what AWS adds, and TLS.
func BenchmarkColdStart(b *testing.B) {
	dir, event := function(b)
	for b.Loop() {
		api := runtimeapi.New()
		server := httptest.NewServer(api)
		cmd := exec.CommandContext(b.Context(), filepath.Join(dir, "bootstrap"))
		var log bytes.Buffer
		cmd.Stderr = &log
		cmd.Env = []string{"AWS_LAMBDA_RUNTIME_API=" + server.Listener.Addr().String(), "AWS_REGION=us-east-2", "CONNECTOR_SECRET=" + secret, "GOMAXPROCS=1"}
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		out, err := api.Invoke(b.Context(), event, 10*time.Second)
		b.StopTimer()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		server.Close()
		if err != nil || !strings.HasPrefix(string(out), `{"statusCode":200,`) {
			b.Fatalf("got %s, %v\n%s", out, err, &log)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/start")
}

const secret = "a secret only for tests"

// function builds the function, puts it into a folder with settings for a
// stand-in pool, and makes an event that signs somebody in there.
func function(b *testing.B) (dir string, event []byte) {
	b.Helper()
	dir = b.TempDir()
	build := exec.CommandContext(b.Context(), "go", "build", "-tags", "lambda.norpc", "-trimpath", "-ldflags", "-s -w",
		"-o", filepath.Join(dir, "bootstrap"), "../../cmd/wherry-lambda")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	sample := pool.Sample()
	settings := "connector: {secret: '${CONNECTOR_SECRET}'}\npools: [{id: " + sample.Pool.ID + ", client_id: " + sample.Clients[0].ClientID +
		", endpoint: '" + serveSample(b, sample) + "', connector: {deadline: 10s}}]\n"
	if err := os.WriteFile(filepath.Join(dir, "wherry.yaml"), []byte(settings), 0o600); err != nil {
		b.Fatal(err)
	}
	return dir, signIn(b, "jane@example.com", sample.Users[0].Password.Reveal())
}

func serveSample(b *testing.B, sample pool.Directory) (url string) {
	b.Helper()
	p, err := pool.New(pool.Config{Directories: []pool.Directory{sample}})
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(p.Handler())
	b.Cleanup(server.Close)
	return server.URL
}

func signIn(b *testing.B, login, password string) []byte {
	b.Helper()
	body, err := json.Marshal(map[string]string{"loginId": login, "password": password})
	if err != nil {
		b.Fatal(err)
	}
	event, err := json.Marshal(map[string]any{
		"httpMethod": http.MethodPost, "path": "/", "headers": map[string]string{"Authorization": secret}, "body": string(body),
	})
	if err != nil {
		b.Fatal(err)
	}
	return event
}
