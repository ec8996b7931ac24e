package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"wherry/pool"
)

// BenchmarkPlanAndTransform plans exported users and writes import files of
// them: WHERRY_BENCH_USERS, 50,000 if not set. The time is that of the steps,
// the processor time that of the whole process.
func BenchmarkPlanAndTransform(b *testing.B) {
	users := benchUsers(b)
	for b.Loop() {
		x := newExport(b, users, pool.Faults{})
		x.run(b, 1e6)
		var done struct {
			Planning struct{ Seconds float64 }
			Users    int
			Seconds  float64
		}
		x.answer(b, &done, "transform", "--collisions", "first")
		b.ReportMetric(float64(users)/done.Planning.Seconds, "planned/s")
		b.ReportMetric(float64(done.Users)/done.Seconds, "written/s")
		b.ReportMetric(x.processorPerUser(), "µs/user")
		b.ReportMetric(x.resident(), "MB")
	}
}

// BenchmarkImportToolkit imports into a target that takes everything at once,
// so that what is measured is the toolkit's own part.
func BenchmarkImportToolkit(b *testing.B) {
	users := benchUsers(b)
	for b.Loop() {
		x := newExport(b, users, pool.Faults{})
		x.run(b, 1e6)
		target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			if r.URL.Path == "/api/user/search" {
				_, _ = io.WriteString(w, `{"users":[],"total":0}`)
			}
		}))
		config, err := os.ReadFile(filepath.Join(x.dir, "wherry.yaml"))
		if err != nil {
			b.Fatal(err)
		}
		text := fmt.Sprintf("target: {url: %q, api_key: key}\n%s", target.URL, config)
		if err := os.WriteFile(filepath.Join(x.dir, "wherry.yaml"), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
		x.answer(b, nil, "transform", "--collisions", "first") // plans
		var done struct {
			Import struct {
				Imported int
				Seconds  float64
			}
		}
		x.answer(b, &done, "import", "--collisions", "first")
		target.Close()
		b.ReportMetric(float64(done.Import.Imported)/done.Import.Seconds, "users/s")
		b.ReportMetric(x.processorPerUser(), "µs/user")
		b.ReportMetric(x.resident(), "MB")
	}
}

func benchUsers(b *testing.B) int {
	b.Helper()
	text := os.Getenv("WHERRY_BENCH_USERS")
	if text == "" {
		return 50_000
	}
	users, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return users
}

// answer runs another command on the same workspace; some users are refused,
// as generated ones want the same names.
func (x *exporting) answer(b *testing.B, v any, args ...string) {
	b.Helper()
	file, err := program()
	if err != nil {
		b.Fatal(err)
	}
	x.cmd = exec.CommandContext(b.Context(), file, append(args, "--json", "--quiet")...)
	x.cmd.Dir, x.cmd.Stderr = x.dir, os.Stderr
	out, err := x.cmd.Output()
	if code := x.cmd.ProcessState.ExitCode(); code != 0 && code != 3 {
		b.Fatalf("%v: %v\n%s", args, err, out)
	}
	if v == nil {
		return
	}
	if err := json.NewDecoder(bytes.NewReader(out)).Decode(v); err != nil {
		b.Fatalf("%v: %v\n%s", args, err, out)
	}
}

func (x *exporting) processorPerUser() float64 {
	usage := x.cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return float64(time.Duration(usage.Utime.Nano()+usage.Stime.Nano()).Microseconds()) / float64(x.users)
}
