package reconcile

import (
	"fmt"
	"testing"
)

// TestTooManyReasons: a list stays short whatever the reasons are, and adds up.
func TestTooManyReasons(t *testing.T) {
	t.Parallel()
	var list []Count
	for n := range 3 * most {
		count(&list, Count{Class: "refused", Why: fmt.Sprint(n)})
		count(&list, Count{Class: "skipped", Why: fmt.Sprint(n / 100)})
	}
	users := 0
	for _, c := range list {
		users += c.Users
	}
	if len(list) > most+2 || users != 6*most {
		t.Errorf("%d lines, %d users", len(list), users)
	}
}

func TestGroup(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000", -100: "-100"} {
		if got := group(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}
