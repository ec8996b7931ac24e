package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

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
		megabytes := x.watched(b, &done, "verify", "--rate", "100000")
		target.Close()
		if done.Outcomes["lost"]+done.Outcomes["unexplained"] > 0 || done.Checked != users {
			b.Fatalf("%+v", done)
		}
		b.ReportMetric(float64(done.Checked)/done.Seconds, "users/s")
		b.ReportMetric(x.processorPerUser(), "µs/user")
		b.ReportMetric(megabytes, "MB")
	}
}

// watched is answer, with the most memory that the process had, in megabytes.
// What the system tells of a process that has ended counts in what this one
// has, all of the users among it.
func (x *exporting) watched(b *testing.B, v any, args ...string) (megabytes float64) {
	b.Helper()
	file, err := program()
	if err != nil {
		b.Fatal(err)
	}
	x.cmd = exec.CommandContext(b.Context(), file, append(args, "--json", "--quiet")...)
	x.cmd.Dir, x.cmd.Stderr = x.dir, os.Stderr
	out, megabytes, err := watch(x.cmd)
	if err == nil {
		err = json.Unmarshal(out, v)
	}
	if err != nil {
		b.Fatalf("%v: %v\n%s", args, err, out)
	}
	return megabytes
}

// watch runs a program to its end.
func watch(cmd *exec.Cmd) (output []byte, megabytes float64, err error) {
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		return nil, 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			return out.Bytes(), megabytes, err
		case <-time.After(100 * time.Millisecond):
			megabytes = max(megabytes, peak(cmd.Process.Pid))
		}
	}
}

// peak is the most memory that a running process has had so far, in megabytes.
func peak(pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0 // it has ended
	}
	for line := range strings.Lines(string(text)) {
		if kilobytes, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, _ := strconv.ParseFloat(strings.Fields(kilobytes)[0], 64) // the kernel wrote it
			return n / 1e3
		}
	}
	return 0
}
