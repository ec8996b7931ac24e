package bench

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// BenchmarkWhileImporting signs people in and searches for them, alone and while
// a large import goes on: what an import takes, it must not take from them.
func BenchmarkWhileImporting(b *testing.B) {
	for name, open := range importDatabases {
		b.Run(name, func(b *testing.B) {
			h := startSigningIn(b, open)
			i := &importing{}
			i.url, i.client = listen(b, h.handler)
			var alone, meanwhile asked
			var took time.Duration
			for b.Loop() {
				alone.ask(b, h, time.After(2*time.Second))
				body, done := writeImport(b, importedAtOnce), make(chan time.Time)
				var all sync.WaitGroup
				all.Go(func() { meanwhile.ask(b, h, done) })
				begin := time.Now()
				i.post(b, body)
				took += time.Since(begin)
				close(done)
				all.Wait()
			}
			alone.report(b, "alone")
			meanwhile.report(b, "meanwhile")
			b.ReportMetric(float64(importedAtOnce*b.N)/took.Seconds(), "users/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// asked is how long sign-ins and searches have taken.
type asked struct{ signIns, searches []time.Duration }

// ask goes on until something comes from done.
func (a *asked) ask(b *testing.B, h signingIn, done <-chan time.Time) {
	for n := 0; ; n++ {
		select {
		case <-done:
			return
		default:
		}
		a.signIns = append(a.signIns, timed(func() { h.one(b, "cheap", n) }))
		a.searches = append(a.searches, timed(func() { h.search(b, fmt.Sprintf("email:cheap%d@example.com", n%signInPeople)) }))
	}
}

func timed(do func()) time.Duration {
	begin := time.Now()
	do()
	return time.Since(begin)
}

// search finds one user.
func (s signingIn) search(b *testing.B, query string) {
	r := httptest.NewRequest(http.MethodGet, "/api/user/search?queryString="+query, http.NoBody)
	r.Header.Set("Authorization", importKey)
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"total":1`) {
		b.Errorf("status %d: %.200s", w.Code, w.Body)
	}
}

func (a *asked) report(b *testing.B, when string) {
	for what, all := range map[string][]time.Duration{"sign-in": a.signIns, "search": a.searches} {
		slices.Sort(all)
		for name, at := range map[string]int{"p50": len(all) / 2, "p99": len(all) * 99 / 100, "max": len(all) - 1} {
			b.ReportMetric(all[at].Seconds()*1000, fmt.Sprintf("%s-%s-%s-ms", when, what, name))
		}
	}
}
