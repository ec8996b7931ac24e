package bench

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// load is how people come.
type load struct {
	flight int           // sign-ins in flight
	takes  time.Duration // that the pool takes for each answer
	paced  bool          // they come at a steady rate, whether the last one is done or not
}

// loads are three. Five hundred in flight at a pool that takes 150 ms are up to
// 3,300 sign-ins a second, which two processors do not carry when callers and
// pool share them: that load is the most that the machine can do, and its own
// time is waiting for a processor. Five hundred who come at a steady rate, to a
// pool that takes a second, leave room; fifty do, too.
var loads = []load{
	{flight: 50, takes: 150 * time.Millisecond},
	{flight: atMost, takes: time.Second, paced: true},
	{flight: atMost, takes: 150 * time.Millisecond},
}

const atMost = 500 // sign-ins in flight

func (l load) String() string {
	how := map[bool]string{true: "paced", false: "flat-out"}[l.paced]
	return fmt.Sprintf("in-flight=%d/pool=%v/%s", l.flight, l.takes, how)
}

// BenchmarkConnector signs users in, many at a time, at a connector that runs as
// a process of its own, and before that at a relay, which does the least that a
// connector can do.
//
// Own time is what is left of a sign-in, as its caller sees it, of what the
// pool says it took: the ways between them and the waiting for a processor are
// part of it. Inside is the same by the connector's own clock. What is named
// after the relay is a ratio to the relay of the same run.
//
// The pool is a light one: the stand-in pool signs its tokens, and on the same
// processors that would be what is measured.
func BenchmarkConnector(b *testing.B) {
	for _, profile := range []string{"get_user", "id_token"} {
		for _, l := range loads {
			var relay, connector figures
			b.Run(fmt.Sprintf("profile=%s/%v/relay", profile, l), func(b *testing.B) {
				relay = l.run(b, startRelay, profile)
				relay.report(b)
			})
			b.Run(fmt.Sprintf("profile=%s/%v/connector", profile, l), func(b *testing.B) {
				connector = l.run(b, startConnector, profile)
				connector.report(b)
				connector.compare(b, relay)
			})
		}
	}
}

// figures is what a run came to.
type figures struct {
	rate       float64 // sign-ins a second
	own        []time.Duration
	processor  time.Duration // for a sign-in
	tenth, end measure
	inside     buckets
	p50, p99   time.Duration
}

func (l load) run(b *testing.B, start func(b testing.TB, pool, profile string) *process, profile string) (f figures) {
	pool := newQuick(l.takes)
	url, _ := listen(b, pool)
	k := start(b, url, profile)
	var mu sync.Mutex
	signIn := func(i int) {
		login := fmt.Sprintf("user-%d@example.com", i)
		left := k.signIn(b, login) - pool.took(login)
		mu.Lock()
		defer mu.Unlock()
		f.own = append(f.own, left)
	}
	answers := map[string]int{"get_user": 2, "id_token": 1}[profile]
	l.come(2*l.flight, answers, func(i int) { signIn(-i) }) // everything is open and warm
	f.own = f.own[:0]

	before := k.measure(b)
	b.ResetTimer()
	l.come(b.N, answers, func(i int) {
		if signIn(i); i == b.N/10 {
			f.tenth = k.measure(b)
		}
	})
	b.StopTimer()
	f.end = k.measure(b)
	f.rate = float64(b.N) / b.Elapsed().Seconds()
	f.processor = (f.end.processor - before.processor) / time.Duration(b.N)
	f.inside = f.end.inside.since(before.inside)
	slices.Sort(f.own)
	f.p50, f.p99 = f.own[len(f.own)/2], f.own[len(f.own)*99/100]
	return f
}

func (f *figures) report(b *testing.B) {
	b.ReportMetric(f.rate, "sign-ins/s")
	b.ReportMetric(micros(f.p50), "µs-own-p50")
	b.ReportMetric(micros(f.p99), "µs-own-p99(<1000)")
	if f.inside != nil {
		b.ReportMetric(micros(f.inside.quantile(0.50)), "µs-inside-p50")
		b.ReportMetric(micros(f.inside.quantile(0.99)), "µs-inside-p99(<1000)")
	}
	b.ReportMetric(micros(f.processor), "processor-µs")
	b.ReportMetric(f.tenth.resident, "MB-resident-at-10%")
	b.ReportMetric(f.end.resident, "MB-resident(<64)")
	b.ReportMetric(f.end.anonymous, "MB-anonymous")
	b.ReportMetric(0, "ns/op")
}

// compare says how often the relay's figures go into these.
func (f *figures) compare(b *testing.B, relay figures) {
	if len(relay.own) == 0 { // it was not asked for
		return
	}
	b.ReportMetric(float64(f.p50)/float64(relay.p50), "own-p50/relay")
	b.ReportMetric(float64(f.p99)/float64(relay.p99), "own-p99/relay")
	b.ReportMetric(float64(f.processor)/float64(relay.processor), "processor/relay")
	b.ReportMetric(f.end.anonymous/relay.end.anonymous, "anonymous/relay")
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

// come does n things as people come. What takes so many answers of the pool is
// in flight so long that a steady rate keeps as many as wanted in flight.
func (l load) come(n, answers int, do func(i int)) {
	if !l.paced {
		crowd(n, l.flight, l.takes, do)
		return
	}
	var all sync.WaitGroup
	every := time.Duration(answers) * l.takes / time.Duration(l.flight)
	for i, began := 1, time.Now(); i <= n; i++ {
		time.Sleep(time.Until(began.Add(time.Duration(i) * every)))
		all.Go(func() { do(i) })
	}
	all.Wait()
}

// crowd does n things, so many at a time, whose beginnings are spread over what
// one of them takes.
func crowd(n, flight int, takes time.Duration, do func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	many := min(flight, n)
	for j := range many {
		all.Go(func() {
			time.Sleep(takes * time.Duration(j) / time.Duration(many))
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				do(int(i))
			}
		})
	}
	all.Wait()
}
