package bench

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	atMost    = 500                    // sign-ins in flight
	poolTakes = 150 * time.Millisecond // for each answer
)

// BenchmarkConnector signs users in, many at a time, at a connector that runs as
// a process of its own in front of a pool that takes 150 ms for each answer.
//
// Own time is what is left of a sign-in, as its caller sees it, of what the
// pool says it took: the ways between them and the waiting for a processor are
// part of it. Where connector, pool and callers share few processors, they wait
// for each other; the relay shows how much of it that is. Inside is the same by
// the connector's own clock.
//
// The pool is a light one: the stand-in pool signs its tokens, and on the same
// processors that would be what is measured. Run it with -benchtime 100000x to
// see whether memory grows.
func BenchmarkConnector(b *testing.B) {
	for _, profile := range []string{"get_user", "id_token"} {
		for _, flight := range []int{50, atMost} {
			b.Run(fmt.Sprintf("profile=%s/in-flight=%d/relay", profile, flight), func(b *testing.B) { load(b, startRelay, profile, flight) })
			b.Run(fmt.Sprintf("profile=%s/in-flight=%d/connector", profile, flight), func(b *testing.B) { load(b, startConnector, profile, flight) })
		}
	}
}

func load(b *testing.B, start func(b *testing.B, pool, profile string) *process, profile string, flight int) {
	pool := newQuick(poolTakes)
	url, _ := listen(b, pool)
	k := start(b, url, profile)
	var mu sync.Mutex
	var own []time.Duration
	signIn := func(i int) {
		login := fmt.Sprintf("user-%d@example.com", i)
		left := k.signIn(b, login) - pool.took(login)
		mu.Lock()
		defer mu.Unlock()
		own = append(own, left)
	}
	crowd(2*flight, flight, func(i int) { signIn(-i) }) // everything is open and warm
	own = own[:0]

	before, tenth := k.measure(b), measure{}
	b.ResetTimer()
	crowd(b.N, flight, func(i int) {
		if signIn(i); i == b.N/10 {
			tenth = k.measure(b)
		}
	})
	b.StopTimer()
	after := k.measure(b)
	slices.Sort(own)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sign-ins/s")
	b.ReportMetric(micros(own[len(own)/2]), "µs-own-p50")
	b.ReportMetric(micros(own[len(own)*99/100]), "µs-own-p99(<1000)")
	if after.inside != nil {
		b.ReportMetric(micros(after.inside.since(before.inside).quantile(0.50)), "µs-inside-p50")
		b.ReportMetric(micros(after.inside.since(before.inside).quantile(0.99)), "µs-inside-p99(<1000)")
	}
	b.ReportMetric(micros(after.processor-before.processor)/float64(b.N), "processor-µs")
	b.ReportMetric(after.resident, "MB-resident(<64)")
	b.ReportMetric(tenth.heap, "MB-heap-at-10%")
	b.ReportMetric(after.heap, "MB-heap-at-100%(same)")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkConnectorStart takes the time from the start of the process to the
// first user whom it signs in, at a pool that answers at once.
func BenchmarkConnectorStart(b *testing.B) {
	url, _ := listen(b, newQuick(0))
	var all []time.Duration
	for b.Loop() {
		k := startConnector(b, url, "get_user")
		k.signIn(b, "jane@example.com")
		all = append(all, time.Since(k.began))
		k.stop()
	}
	slices.Sort(all)
	b.ReportMetric(micros(all[len(all)/2])/1000, "ms-to-first-answer(<100)")
	b.ReportMetric(0, "ns/op")
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// crowd does n things, so many at a time, whose beginnings are spread over what
// one of them takes.
func crowd(n, flight int, do func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	many := min(flight, n)
	for j := range many {
		all.Go(func() {
			time.Sleep(poolTakes * time.Duration(j) / time.Duration(many))
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				do(int(i))
			}
		})
	}
	all.Wait()
}
