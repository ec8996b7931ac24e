package bench

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"
)

// TestConnectorDoesNotGrow signs as many different users in as
// WHERRY_BENCH_SIGN_INS says, at a pool that is quick, and prints the
// connector's memory ten times. From the first tenth on, by when what it
// remembers of login ids is as much as it ever remembers, it must not grow.
func TestConnectorDoesNotGrow(t *testing.T) {
	text := os.Getenv("WHERRY_BENCH_SIGN_INS")
	if text == "" {
		t.Skip("set WHERRY_BENCH_SIGN_INS, to 1000000 for instance; below 700000 memories are still filling")
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 10 {
		t.Fatalf("WHERRY_BENCH_SIGN_INS: want a number of at least 10, got %q", text)
	}
	const flight, takes = 50, 5 * time.Millisecond
	pool := newQuick(takes)
	url, _ := listen(t, pool)
	k := startConnector(t, url, "get_user")
	k.signIn(t, "warm@example.com")

	began, tenths := time.Now(), [11]measure{k.measure(t)}
	for tenth := 1; tenth <= 10; tenth++ {
		first := n * (tenth - 1) / 10
		crowd(n*tenth/10-first, flight, takes, func(i int) {
			login := fmt.Sprintf("user-%d@example.com", first+i)
			k.signIn(t, login)
			pool.took(login)
		})
		tenths[tenth] = k.measure(t)
		t.Logf("%9d sign-ins: %5.1f MB resident, %5.1f MB of it anonymous, %4.0f sign-ins/s",
			n*tenth/10, tenths[tenth].resident, tenths[tenth].anonymous, float64(n*tenth/10)/time.Since(began).Seconds())
	}
	if early, late := tenths[1].anonymous, tenths[10].anonymous; late > 1.2*early+2 {
		t.Errorf("memory grew from %.1f to %.1f MB", early, late)
	}
}
