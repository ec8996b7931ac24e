package campaign

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// TestTheQueue lets time run in big steps and looks at when mails went.
func TestTheQueue(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	q := newQueue(Config{
		Rate: 1, Jitter: 0.2, Random: rand.New(rand.NewPCG(1, 1)), //nolint:gosec // a test
		Domains: Domains{Each: 360, By: map[string]float64{"slow.example.com": 60, "free.example.com": 0}},
	})
	for n := range 300 {
		q.waiting = append(q.waiting, &user{domain: []string{"slow", "free", "other"}[n%3] + ".example.com"})
	}
	sent, last := map[string][]time.Time{}, start
	for now := start; len(q.waiting) > 0; now = now.Add(100 * time.Millisecond) {
		if now.Before(q.at) {
			continue
		}
		u, wait := q.first(now)
		if u == nil {
			if wait <= 0 {
				t.Fatal("users wait for nothing")
			}
			continue
		}
		if gap := now.Sub(last); len(sent) > 0 && gap < 800*time.Millisecond {
			t.Fatalf("two mails within %v", gap)
		}
		q.sent(u.domain, now)
		sent[u.domain], last = append(sent[u.domain], now), now
	}
	for domain, least := range map[string]time.Duration{"slow.example.com": 48 * time.Second, "other.example.com": 8 * time.Second, "free.example.com": 0} {
		gaps := map[string]bool{}
		for i := range sent[domain][1:] {
			gap := sent[domain][i+1].Sub(sent[domain][i])
			if gap < least {
				t.Errorf("%s: two mails within %v", domain, gap)
			}
			gaps[gap.String()] = true
		}
		if len(sent[domain]) != 100 || len(gaps) < 3 {
			t.Errorf("%s: %d mails, %d different gaps", domain, len(sent[domain]), len(gaps))
		}
	}
	if total := last.Sub(start); total > 110*time.Minute {
		t.Errorf("it took %v: the slow domain held the others up", total)
	}
}

func TestManyDomainsAreForgotten(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	q := newQueue(Config{Rate: 1, Random: rand.New(rand.NewPCG(1, 1)), Domains: Domains{Each: 3600}}) //nolint:gosec // a test
	for n := range 50_000 {
		q.sent(fmt.Sprint(n), now)
		now = now.Add(time.Second)
	}
	if len(q.free) > mostDomains+1 {
		t.Errorf("%d domains are remembered", len(q.free))
	}
}

func TestQuietHours(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ hours, now, want string }{
		{"22:00-07:00", "2026-11-22T12:00:00Z", "2026-11-22T12:00:00Z"},
		{"22:00-07:00", "2026-11-22T20:59:59Z", "2026-11-22T20:59:59Z"}, // 21:59:59 in Berlin
		{"22:00-07:00", "2026-11-22T21:00:00Z", "2026-11-23T06:00:00Z"},
		{"22:00-07:00", "2026-11-23T05:59:59Z", "2026-11-23T06:00:00Z"},
		{"22:00-07:00", "2026-11-23T06:00:00Z", "2026-11-23T06:00:00Z"},
		{"12:30-13:30", "2026-11-22T11:45:00Z", "2026-11-22T12:30:00Z"},
		{"12:30-13:30", "2026-11-22T12:30:00Z", "2026-11-22T12:30:00Z"},
		{"00:00-06:00", "2026-11-22T23:30:00Z", "2026-11-23T05:00:00Z"},
		{"22:00-07:00", "2026-10-24T22:00:00Z", "2026-10-25T06:00:00Z"}, // the clocks are put back that night
		{"22:00-07:00", "2026-03-28T22:00:00Z", "2026-03-29T05:00:00Z"}, // and forward
		{"22:00-07:00", "2026-12-31T22:00:00Z", "2027-01-01T06:00:00Z"},
	} {
		q, err := ParseQuiet(tt.hours, berlin)
		now, nowErr := time.Parse(time.RFC3339, tt.now)
		if err != nil || nowErr != nil {
			t.Fatal(err, nowErr)
		}
		if got := q.Until(now).UTC().Format(time.RFC3339); got != tt.want {
			t.Errorf("%s at %s: %s, want %s", tt.hours, tt.now, got, tt.want)
		}
	}
	for _, wrong := range []string{"", "22:00", "22-7", "22:00-22:00", "25:00-07:00", "a-b"} {
		if _, err := ParseQuiet(wrong, berlin); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
}

func TestWrongLinesOfASuppressionListAreNamed(t *testing.T) {
	t.Parallel()
	_, err := ReadSuppression(strings.NewReader("jane@example.com\n\njane example\n@example.com\nexample.com\njane@\na@b, c@d\n"))
	if err == nil || err.Error() != "line 3 is no address, no @domain and no id\nline 5 is no address, no @domain and no id\nline 6 is no address, no @domain and no id\nline 7 is no address, no @domain and no id" {
		t.Errorf("got %v", err)
	}
}
