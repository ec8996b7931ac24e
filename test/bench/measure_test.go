package bench

import (
	"bufio"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// measure is what a process says of itself: megabytes, processor time, and a
// connector's own time for an answer.
type measure struct {
	resident, heap float64
	processor      time.Duration
	inside         buckets // nil for a relay
}

// measure asks it. The heap is what was in use when it was last swept.
func (p *process) measure(b *testing.B) (m measure) {
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
		case name == "go_memstats_next_gc_bytes":
			m.heap = value / 2 / 1e6 // GOGC is 100
		case name == "process_cpu_seconds_total":
			m.processor = seconds(value)
		case strings.HasPrefix(name, "wherry_connector_own_seconds_bucket"):
			_, bound, _ := strings.Cut(name, `le="`)
			m.inside = append(m.inside, bucket{strings.TrimSuffix(bound, `"}`), value})
		}
	}
	return m
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
