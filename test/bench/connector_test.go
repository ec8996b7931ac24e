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
	inFlight  = 500
	poolTakes = 150 * time.Millisecond // for each answer
)

// BenchmarkConnector signs users in, 500 at a time, at a connector that runs as
// a process of its own in front of a pool that takes 150 ms for each answer.
// Own time is what is left of a sign-in, as its caller sees it, of what the
// pool says it took: the ways between them and the waiting for a processor are
// part of it. Where connector, pool and callers share few processors, they wait
// for each other; the relay shows how much of it that is.
//
// The pool is a light one: the stand-in pool signs its tokens, and on the same
// processors that would be what is measured. Run it with -benchtime 100000x to
// see whether memory grows.
func BenchmarkConnector(b *testing.B) {
	for _, profile := range []string{"get_user", "id_token"} {
		b.Run("profile="+profile+"/relay", func(b *testing.B) { load(b, profile, startRelay) })
		b.Run("profile="+profile+"/connector", func(b *testing.B) { load(b, profile, startConnector) })
	}
}

func load(b *testing.B, profile string, start func(b *testing.B, pool, profile string) *process) {
	pool := newQuick(poolTakes)
	url, _ := listen(b, pool)
	k := start(b, url, profile)
	var mu sync.Mutex
	var own []time.Duration
	var refused atomic.Int64
	signIn := func(i int) {
		login := fmt.Sprintf("user-%d@example.com", i)
		total, in := k.signIn(b, login)
		left := total - pool.took(login)
		if !in {
			refused.Add(1)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		own = append(own, left)
	}
	crowd(2*inFlight, func(i int) { signIn(-i) }) // everything is open and warm
	own = own[:0]
	refused.Store(0)

	before, tenth := k.measure(b), measure{}
	b.ResetTimer()
	crowd(b.N, func(i int) {
		if signIn(i); i == b.N/10 {
			tenth = k.measure(b)
		}
	})
	b.StopTimer()
	after := k.measure(b)
	slices.Sort(own)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sign-ins/s")
	b.ReportMetric(float64(refused.Load()), "refused(0)")
	if len(own) > 0 {
		b.ReportMetric(micros(own[len(own)/2]), "µs-own-p50")
		b.ReportMetric(micros(own[len(own)*99/100]), "µs-own-p99(<1000)")
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

// crowd does n things, 500 at a time, whose beginnings are spread over what one
// of them takes.
func crowd(n int, do func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	many := min(inFlight, n)
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
