package bench

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"wherry/pool"
)

// BenchmarkExportRate exports from a pool that keeps AWS's default quota of 30
// lists a second, with that as the ceiling and with one that is too high. The
// share is of the whole time of the process, its start and its proof included.
func BenchmarkExportRate(b *testing.B) {
	const quota, users = 30, 36_000
	for _, ceiling := range []float64{quota, 3 * quota} {
		b.Run(fmt.Sprintf("ceiling=%.0f", ceiling), func(b *testing.B) {
			for b.Loop() {
				x := newExport(b, users, pool.Faults{Throttle: pool.Throttle{On: true}})
				requests, took := x.run(b, ceiling)
				permitted := quota * took.Seconds()
				if ceiling > quota {
					permitted += quota // what can be saved up, and is there at the start
				}
				b.ReportMetric(100*float64(requests)/permitted, "%ofpermitted")
				b.ReportMetric(x.megabytes, "MB")
			}
		})
	}
}

// BenchmarkExportMemory exports as fast as it can from a pool of
// WHERRY_BENCH_USERS users, 100,000 if not set. The memory should be the same
// for 10,000,000, but for the pool's own, which is another process's.
func BenchmarkExportMemory(b *testing.B) {
	users := 100_000
	if text := os.Getenv("WHERRY_BENCH_USERS"); text != "" {
		var err error
		if users, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		x := newExport(b, users, pool.Faults{})
		_, took := x.run(b, 1e6)
		b.ReportMetric(float64(users)/took.Seconds(), "users/s")
		b.ReportMetric(float64(x.usage().Utime.Nano()+x.usage().Stime.Nano())/1000/float64(users), "µs/user")
		b.ReportMetric(x.megabytes, "MB")
	}
}

// exporting is a process that exports from a pool of this one.
type exporting struct {
	dir   string
	users int
	pool  *pool.Pool
	cmd   *exec.Cmd

	megabytes float64 // that an export had at most
}

func newExport(b *testing.B, users int, faults pool.Faults) *exporting {
	b.Helper()
	people := pool.Generate(users, 1)
	directory := people.Directory()
	p, err := pool.New(pool.Config{Directories: []pool.Directory{directory}, Faults: faults})
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(p.Handler())
	b.Cleanup(server.Close)
	x := &exporting{dir: b.TempDir(), users: users, pool: p}
	config := fmt.Sprintf("pools: [{id: %s, client_id: 1example23456789, endpoint: %q}]\n", directory.Pool.ID, server.URL)
	if err := os.WriteFile(filepath.Join(x.dir, "wherry.yaml"), []byte(config), 0o600); err != nil {
		b.Fatal(err)
	}
	return x
}

// run exports everybody, and returns how many lists that took, and how long.
func (x *exporting) run(b *testing.B, ceiling float64) (lists int, took time.Duration) {
	b.Helper()
	file, err := program()
	if err != nil {
		b.Fatal(err)
	}
	x.cmd = exec.CommandContext(b.Context(), file, "export", "--json", "--quiet", "--rate", fmt.Sprint(ceiling))
	x.cmd.Dir = x.dir
	x.cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=example")
	x.cmd.Stderr = os.Stderr
	began := time.Now()
	out, megabytes, err := watch(x.cmd)
	x.megabytes = megabytes
	if err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	var result struct {
		Users    int
		Requests map[string]struct{ Calls, Throttled int }
		Seconds  float64
	}
	if err := json.Unmarshal([]byte(lastLine(string(out))), &result); err != nil || result.Users != x.users {
		b.Fatalf("%d users, %v\n%s", result.Users, err, out)
	}
	list := result.Requests["UserList"]
	b.ReportMetric(float64(list.Throttled), "throttled")
	return list.Calls - list.Throttled, time.Since(began)
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

func (x *exporting) usage() *syscall.Rusage { return x.cmd.ProcessState.SysUsage().(*syscall.Rusage) }

// resident is the most memory that the process had, in megabytes.
func (x *exporting) resident() float64 { return float64(x.usage().Maxrss) / 1e3 }
