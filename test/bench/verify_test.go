package bench

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"wherry/pool"
)

// echo is a target that shows what it was sent, and takes hardly any time for
// it.
type echo struct {
	mu    sync.Mutex
	users map[string]json.RawMessage
}

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var in struct {
		Users  []json.RawMessage
		Search struct{ IDs []string }
	}
	_ = json.NewDecoder(r.Body).Decode(&in) // whatever has no body asks for nothing
	for _, text := range in.Users {
		var u struct{ ID string }
		_ = json.Unmarshal(text, &u) // the importer wrote it
		e.users[u.ID] = text
	}
	answer := []byte(`{"identityProviders":[],"total":` + fmt.Sprint(len(e.users)) + `,"users":[`)
	first := true
	for _, id := range in.Search.IDs {
		if text, ok := e.users[id]; ok {
			if !first {
				answer = append(answer, ',')
			}
			answer, first = append(answer, text...), false
		}
	}
	_, _ = w.Write(append(answer, "]}"...))
}

// BenchmarkVerify verifies against a target that answers at once, so that what
// is measured is the toolkit's own part.
func BenchmarkVerify(b *testing.B) {
	users := benchUsers(b)
	for b.Loop() {
		x := newExport(b, users, pool.Faults{})
		x.run(b, 1e6)
		target := httptest.NewServer(&echo{users: map[string]json.RawMessage{}})
		config, err := os.ReadFile(filepath.Join(x.dir, "wherry.yaml"))
		if err != nil {
			b.Fatal(err)
		}
		text := fmt.Sprintf("target: {url: %q, api_key: key}\n%s", target.URL, config)
		if err := os.WriteFile(filepath.Join(x.dir, "wherry.yaml"), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
		x.answer(b, nil, "import", "--collisions", "first")
		var done struct {
			Checked  int
			Seconds  float64
			Outcomes map[string]int
		}
		x.answer(b, &done, "verify", "--rate", "100000")
		target.Close()
		if done.Outcomes["lost"]+done.Outcomes["unexplained"] > 0 || done.Checked != users {
			b.Fatalf("%+v", done)
		}
		b.ReportMetric(float64(done.Checked)/done.Seconds, "users/s")
		b.ReportMetric(x.processorPerUser(), "µs/user")
		b.ReportMetric(x.resident(), "MB")
	}
}
