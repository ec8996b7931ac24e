// Package soak signs a whole pool of users in through server and connector,
// while the pool throttles, stalls and dies, and proves what became of each.
// docs/design/soak.md tells how.
package soak

import (
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"wherry/pool"
)

// seed is of the users, their habits, and the weather.
const seed = 20261122

// users is how many there are: a soak takes more than a test.
func users(t *testing.T) int {
	t.Helper()
	text := os.Getenv("WHERRY_SOAK_USERS")
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 100 {
		t.Fatalf("WHERRY_SOAK_USERS: want a number of at least 100, got %q", text)
	}
	return n
}

func TestSoak(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short leaves the soak out: it takes a minute")
	}
	population := pool.Generate(users(t), seed)
	w := &watch{t: t, passwords: map[string]bool{}}
	for number := range population.Len() {
		if p := population.Password(number); p != "" {
			w.password(p)
		}
	}
	pace := 50 * time.Millisecond
	if population.Len() > 10_000 {
		pace = time.Second
	}
	p := start(t, population, pace, w)
	c := newCrowd(t, p, seed)

	began := time.Now()
	outside, came := c.storm()
	stormed := time.Since(began)
	c.fair(outside)
	took := time.Since(began)
	p.connector.Wait()
	attempts, mistyped := c.attempts.Load(), c.mistyped.Load()
	outcomes := p.outcomes()
	fates := c.prove()
	if accounts := p.accounts(t); accounts != fates["across"] {
		t.Errorf("the server has %d accounts, of %d users who are across", accounts, fates["across"])
	}
	events := p.searchEventLog(t)
	lines, megabytes, found := w.sum()

	t.Logf("%d users, %d sign-ins (%d of them with a wrong password) in %.0f s, %.0f s of them stormy",
		population.Len(), attempts, mistyped, took.Seconds(), stormed.Seconds())
	show(t, "weather", came)
	show(t, "outcomes at the connector", outcomes)
	show(t, "fates", fates)
	t.Logf("%d entries of the event log and %d lines of logs and metrics, %.0f MB, hold %d passwords, tokens or secrets",
		events, lines-events, megabytes, found)
}

// show prints counts, the largest first.
func show(t *testing.T, title string, counts map[string]int) {
	t.Helper()
	for i, name := range slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return counts[b] - counts[a] }) {
		if i == 0 {
			t.Logf("%s:", title)
		}
		t.Logf("%9d  %s", counts[name], name)
	}
}
