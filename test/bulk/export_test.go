package bulk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"wherry/internal/need"
	"wherry/pool"
)

// bad is a pool that throttles, loses its place and breaks connections.
func bad(perSecond float64) pool.Faults {
	return pool.Faults{
		Seed:     1,
		Throttle: pool.Throttle{On: true, Rates: map[string]float64{"UserList": perSecond}},
		Latency:  pool.Latency{Distribution: "uniform", Mean: 4 * time.Millisecond, Spread: 3 * time.Millisecond},

		ShortPages: 0.2, EmptyPages: 0.1, ExpiredTokens: 0.02, Resets: 0.01, InternalErrors: 0.01,
	}
}

// TestExportSurvivesBeingKilled kills exports at random moments. What is in the
// workspace at the end equals, user for user, what an undisturbed run reads.
// WHERRY_KILLS says how often (10 by default), WHERRY_KILL_USERS how large the
// pool is.
func TestExportSurvivesBeingKilled(t *testing.T) {
	t.Parallel()
	kills, users := number(t, "WHERRY_KILLS", 10), number(t, "WHERRY_KILL_USERS", 20_000)
	for name, tt := range map[string]struct {
		users int
		flags []string
	}{
		"lists":          {users, nil},
		"second factors": {users / 10, []string{"--factors"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kill(t, kills, tt.users, tt.flags...)
		})
	}
}

func kill(t *testing.T, kills, users int, flags ...string) {
	t.Helper()
	export := func(more ...string) []string { return slices.Concat([]string{"export", "--rate", "2000"}, flags, more) }
	quiet := begin(t, users, pool.Faults{})
	if code, output := quiet.run(t, export("--out", "users.json")...); code != 0 {
		t.Fatalf("exit code %d\n%s", code, output)
	}
	c := begin(t, users, bad(2000))
	killed, ended := 0, 0
	for killed < kills {
		if c.runFor(t, 30*time.Millisecond+rand.N(1200*time.Millisecond), export("--quiet")...) {
			ended++ // it reads for changes from now on
			continue
		}
		killed++
	}
	code, output := c.run(t, export("--out", "users.json", "--json")...)
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, output)
	}
	want, got := quiet.lines(t, "users.json"), c.lines(t, "users.json")
	if !slices.Equal(want, got) || len(want) != users+2 {
		t.Errorf("the undisturbed run has %d users, the other %d, and they differ", len(want)-2, len(got)-2)
	}
	if status, text := c.run(t, export("--json")...); status != 0 || !strings.Contains(text, `"changes":{}`) {
		t.Errorf("a run once more after the end: exit code %d\n%s", status, text)
	}
	asked := c.pool.Counters().Operations
	t.Logf("%d users, killed %d times, %d runs came to their end meanwhile: %d pages and %d users asked for",
		users, killed, ended, asked["ListUsers"], asked["AdminGetUser"])
}

// TestMachinesShareAnExport lets two machines, as it were, read one pool into one
// PostgreSQL. They begin within the time that one of them would take alone.
func TestMachinesShareAnExport(t *testing.T) {
	t.Parallel()
	const users = 6_000
	c := begin(t, users, pool.Faults{})
	place := "--workspace=" + schema(t)
	first, _ := c.command(t.Context(), "export", "--rate", "10", place)
	second, output := c.command(t.Context(), "export", "--rate", "10", place, "--out", "users.json")
	for _, cmd := range []*exec.Cmd{first, second} {
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(first.Wait(), second.Wait()); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if got := c.lines(t, "users.json"); len(got) != users+2 {
		t.Errorf("%d users", len(got)-2)
	}
	pages := c.pool.Counters().Operations["ListUsers"]
	if atMost := users/60 + 3*16; pages > atMost {
		t.Errorf("the pool was asked for %d pages: they did not share", pages)
	}
}

// schema is the URL of a PostgreSQL schema that lives as long as the test.
func schema(t *testing.T) string {
	t.Helper()
	server := need.Postgres(t)
	name := fmt.Sprintf("wherry_bulk_%d", time.Now().UnixNano())
	execute := func(statement string) {
		ctx := context.WithoutCancel(t.Context())
		conn, err := pgx.Connect(ctx, server)
		if err == nil {
			_, err = conn.Exec(ctx, statement)
			err = errors.Join(err, conn.Close(ctx))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	execute("create schema " + name)
	t.Cleanup(func() { execute("drop schema " + name + " cascade") })
	separator := "?"
	if strings.Contains(server, "?") {
		separator = "&"
	}
	return server + separator + "search_path=" + name + "&application_name=" + name // by which others see whose a session is
}

func TestExportIsInterruptedAndGoesOn(t *testing.T) {
	t.Parallel()
	c := begin(t, 20_000, pool.Faults{})
	cmd, output := c.command(t.Context(), "export", "--rate", "100")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	_ = cmd.Process.Signal(syscall.SIGINT) // Ctrl-C; it may have ended
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != 130 {
		t.Fatalf("%v\n%s", cmd.ProcessState, output)
	}
	code, text := c.run(t, "export", "--rate", "5000")
	if code != 0 || !strings.Contains(text, "going on with what was begun") || !strings.Contains(text, "20000 users") {
		t.Errorf("exit code %d\n%s", code, text)
	}
}

// TestExportInJSONLines reads what programs read: one object a line, progress
// first, then the answer, and what went wrong last.
func TestExportInJSONLines(t *testing.T) {
	t.Parallel()
	c := begin(t, 6_000, pool.Faults{})
	lines := func(want int, args ...string) (all []doc) {
		cmd, _ := c.command(t.Context(), append(args, "--json")...)
		cmd.Stdout = nil
		out, _ := cmd.Output() // its exit code is looked at
		if code := cmd.ProcessState.ExitCode(); code != want {
			t.Fatalf("%v: exit code %d, want %d\n%s", args, code, want, out)
		}
		for line := range strings.Lines(string(out)) {
			var object doc
			if err := json.Unmarshal([]byte(line), &object); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			all = append(all, object)
		}
		return all
	}
	all := lines(0, "export", "--rate", "15")
	last := all[len(all)-1]
	for _, line := range all[:len(all)-1] {
		if p, ok := line["progress"].(doc); !ok || len(line) != 1 || p["task"] != "users" || p["rate"] == nil {
			t.Errorf("before the answer stands %v", line)
		}
	}
	if len(all) < 2 || last["users"] != 6000.0 || last["progress"] != nil {
		t.Errorf("%d lines, the last is %v", len(all), last)
	}
	if all := lines(0, "export", "--rate", "1000", "--recount", "--quiet"); len(all) != 2 || all[0]["users"] != 6000.0 || all[1]["users"] != 6000.0 {
		t.Errorf("read twice: %v", all)
	}
	if all := lines(2, "export", "--pool", "nobody"); len(all) != 1 || all[0]["error"] == nil || all[0]["exitCode"] != 2.0 || all[0]["hint"] == nil {
		t.Errorf("a failure: %v", all)
	}
}
