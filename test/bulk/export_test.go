package bulk

import (
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

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
	quiet := begin(t, users, pool.Faults{})
	if code, output := quiet.run(t, "export", "--rate", "5000", "--out", "users.json"); code != 0 {
		t.Fatalf("exit code %d\n%s", code, output)
	}
	c := begin(t, users, bad(2000))
	killed, ended := 0, 0
	for killed < kills {
		if c.runFor(t, 30*time.Millisecond+rand.N(1200*time.Millisecond), "export", "--rate", "2000", "--quiet") {
			ended++ // it reads for changes from now on
			continue
		}
		killed++
	}
	code, output := c.run(t, "export", "--rate", "2000", "--out", "users.json", "--json")
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, output)
	}
	want, got := quiet.lines(t, "users.json"), c.lines(t, "users.json")
	if !slices.Equal(want, got) || len(want) != users+2 {
		t.Errorf("the undisturbed run has %d users, the other %d, and they differ", len(want)-2, len(got)-2)
	}
	if status, text := c.run(t, "export", "--rate", "2000", "--json"); status != 0 || !strings.Contains(text, `"changes":{}`) {
		t.Errorf("a run once more after the end: exit code %d\n%s", status, text)
	}
	asked := c.pool.Counters().Operations["ListUsers"]
	t.Logf("%d users, killed %d times, %d runs came to their end meanwhile: %d requests for pages", users, killed, ended, asked)
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
