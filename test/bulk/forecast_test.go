package bulk

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wherry/pool"
)

// foretold is what a forecast says with --json.
type foretold struct {
	Basis string
	Users int
	Days  []struct {
		Day   int
		Share float64
	}
	StopDay int
	Today   *struct {
		Day, Users int
		Share      float64
		Foretold   struct{ Share float64 }
	}
}

func (c *crossing) forecast(t *testing.T, flags ...string) (f foretold) {
	t.Helper()
	output := c.must(t, 0, append([]string{"forecast", "--json", "--quiet"}, flags...)...)
	if err := json.Unmarshal([]byte(output[strings.Index(output, `{"basis"`):]), &f); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return f
}

// remembering is a pool whose threat protection remembers sign-ins: of each user
// one, some days ago, and of one in four none.
func remembering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".AdminListUserAuthEvents") {
			next.ServeHTTP(w, r)
			return
		}
		var in struct{ Username string }
		body, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(body, &in)
		h := fnv.New32()
		_, _ = io.WriteString(h, in.Username)
		events := []doc{{"EventId": "1", "EventType": "SignIn", "EventResponse": "Fail", "CreationDate": time.Now().Unix()}}
		if n := h.Sum32() % 100; n < 75 {
			at := time.Now().AddDate(0, 0, -int(math.Pow(float64(n)/10, 2)))
			events = append(events, doc{"EventId": "2", "EventType": "SignIn", "EventResponse": "Pass", "CreationDate": float64(at.UnixMilli()) / 1000})
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_ = json.NewEncoder(w).Encode(doc{"AuthEvents": events})
	})
}

func TestForecastFromThePoolsMemory(t *testing.T) {
	t.Parallel()
	c := begin(t, 3000, pool.Faults{})
	c.must(t, 0, "export", "--rate", "2000", "--quiet")
	if code, output := c.run(t, "forecast", "--events", "10"); code != 1 || !strings.Contains(output, "no threat protection") {
		t.Errorf("exit code %d\n%s", code, output)
	}
	front := httptest.NewServer(remembering(c.pool.Handler()))
	t.Cleanup(front.Close)
	text, err := os.ReadFile(filepath.Join(c.dir, "wherry.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(string(text), "endpoint:")
	c.write(t, "wherry.yaml", fmt.Sprintf("%sendpoint: %q}]\n", before, front.URL))
	f := c.forecast(t, "--events", "3000", "--rate", "1000") // everybody, so that chance has no part in it
	at := func(day int) float64 {
		for _, p := range f.Days {
			if p.Day >= day {
				return p.Share
			}
		}
		return 1
	}
	if f.Users != 3000 || !strings.Contains(f.Basis, "3000 users chosen at random") || at(1) < 0.1 || at(1) > 0.4 || at(56) < 0.6 || at(56) > 0.9 {
		t.Errorf("%s; day 1: %.2f, day 56: %.2f", f.Basis, at(1), at(56))
	}
	if f := c.forecast(t, "--modified"); f.Users != 3000 || !strings.Contains(f.Basis, "last changed") || len(f.Days) == 0 {
		t.Errorf("%+v", f)
	}
}

// TestForecastAgainstWhatHasCome: people come by the slow road for twenty days,
// half as many as was hoped.
func TestForecastAgainstWhatHasCome(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := beginAt(t, s, 1000)
	c.must(t, 0, "export", "--rate", "2000", "--quiet")
	if code, output := c.run(t, "forecast", "--actual"); code != 5 || !strings.Contains(output, "nobody has come") {
		t.Errorf("exit code %d\n%s", code, output)
	}
	const days = 20
	var users []doc
	for day := range days {
		for range 25 - day { // fewer each day
			n := len(users)
			users = append(users, doc{
				"email": fmt.Sprintf("arrived%d@example.com", n), "active": true, "data": doc{"migratedFrom": "cognito"},
				"insertInstant": time.Now().AddDate(0, 0, day-days).Add(time.Minute + time.Duration(n)*time.Second).UnixMilli(),
			})
		}
	}
	users = append(users, doc{"email": "bulk@example.com", "active": true, "data": doc{"importSource": "cognito"}, "insertInstant": 1})
	s.must(t, http.MethodPost, "/api/user/import", doc{"users": users}, nil)
	f := c.forecast(t, "--actual", "--daily", "0.05", "--html", "forecast.html")
	hoped := 1 - math.Pow(0.95, days)
	if f.Today == nil || f.Today.Day != days || f.Today.Users != len(users)-1 || math.Abs(f.Today.Foretold.Share-hoped) > 0.001 || f.StopDay < days {
		t.Errorf("%+v: %+v", f, f.Today)
	}
	alone := c.forecast(t, "--actual")
	if alone.StopDay != f.StopDay || !strings.Contains(alone.Basis, "310 users who have come") || alone.Users != 1000 {
		t.Errorf("%+v", alone)
	}
	if output := c.must(t, 0, "forecast", "--actual"); !strings.Contains(output, "on day 20 310 users are across, 31.0 %") || !strings.Contains(output, "send the rest by the bulk road") {
		t.Errorf("it says\n%s", output)
	}
}
