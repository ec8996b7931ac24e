package bench

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// measure is what a process says of itself: megabytes, processor time, and a
// connector's own time for an answer.
type measure struct {
	resident  float64
	anonymous float64 // of these: without the program's file, which every process of it shares
	processor time.Duration
	inside    buckets // nil for a relay
}

// measure asks it.
func (p *process) measure(b testing.TB) (m measure) {
	b.Helper()
	m.anonymous = p.anonymous(b)
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, p.admin, nil)
	if err != nil {
		b.Fatal(err)
	}
	resp, err := p.client.Do(r)
	if err != nil {
		b.Error(err)
		return m
	}
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		name, text, _ := strings.Cut(lines.Text(), " ")
		value, _ := strconv.ParseFloat(text, 64)
		switch {
		case name == "process_resident_memory_bytes":
			m.resident = value / 1e6
		case name == "process_cpu_seconds_total":
			m.processor = seconds(value)
		case strings.HasPrefix(name, "wherry_connector_own_seconds_bucket"):
			_, bound, _ := strings.Cut(name, `le="`)
			m.inside = append(m.inside, bucket{strings.TrimSuffix(bound, `"}`), value})
		}
	}
	return m
}

// anonymous is what Linux says of its memory.
func (p *process) anonymous(b testing.TB) (megabytes float64) {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); fields[0] == "RssAnon:" {
			kilobytes, _ := strconv.ParseFloat(fields[1], 64)
			return kilobytes * 1024 / 1e6
		}
	}
	b.Fatal("no RssAnon")
	return 0
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// buckets is a histogram of Prometheus: each counts all that took no longer
// than its bound.
type buckets []bucket

type bucket struct {
	bound string // in seconds
	count float64
}

// since is what came to a histogram.
func (h buckets) since(before buckets) (came buckets) {
	for i, b := range h {
		if i < len(before) {
			b.count -= before[i].count
		}
		came = append(came, b)
	}
	return came
}

// quantile is read between the bounds, as Prometheus reads it.
func (h buckets) quantile(q float64) time.Duration {
	rank := q * h[len(h)-1].count
	from, below := 0.0, 0.0
	for _, b := range h {
		to, err := strconv.ParseFloat(b.bound, 64)
		if b.bound == "+Inf" || err != nil {
			break
		}
		if b.count >= rank && b.count > below {
			return seconds(from + (to-from)*(rank-below)/(b.count-below))
		}
		from, below = to, b.count
	}
	return seconds(from) // or more
}
