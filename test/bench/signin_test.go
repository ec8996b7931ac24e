package bench

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wherry/server"
)

// BenchmarkSignIn signs people in, against what hashing alone allows on the same
// cores, and with a hash that costs nothing, which shows what a sign-in costs
// beside it. There are no tokens: a signature by RS256 alone takes a
// millisecond.
func BenchmarkSignIn(b *testing.B) {
	for name, open := range importDatabases {
		b.Run(name, func(b *testing.B) {
			h := startSigningIn(b, open)
			for _, clients := range []int{1, 8, 32, 256} {
				b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) { h.signIn(b, clients) })
			}
			b.Run("hash=cheap", h.cheap)
		})
	}
}

// The factor of FusionAuth's default scheme, and who signs in.
const (
	signInFactor   = 24_000
	signInPassword = "made-up password 1"
	signInPeople   = 300 // no fewer than clients
)

// signingIn is a server with people whose passwords are hashed as FusionAuth
// does by default, and others for whom a hash takes next to nothing.
type signingIn struct{ handler http.Handler }

func startSigningIn(b *testing.B, open func(*testing.B) importDatabase) signingIn {
	b.Helper()
	config := open(b).config()
	config.Kickstart = filepath.Join(b.TempDir(), "kickstart.json")
	var people strings.Builder
	for n := range signInPeople {
		for kind, hash := range map[string]string{
			"usual": `"encryptionScheme":"salted-pbkdf2-hmac-sha256","factor":24000`, "cheap": `"encryptionScheme":"salted-sha256","factor":1`,
		} {
			fmt.Fprintf(&people, `,{"method":"POST","url":"/api/user","body":{"user":{"email":"%s%d@example.com","password":"%s",%s}}}`, kind, n, signInPassword, hash)
		}
	}
	kickstart := `{"apiKeys":[{"key":"` + importKey + `"}],"requests":[` + people.String()[1:] + `]}`
	if err := os.WriteFile(config.Kickstart, []byte(kickstart), 0o600); err != nil {
		b.Fatal(err)
	}
	s, err := server.New(b.Context(), config)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return signingIn{s.Handler()}
}

// one signs somebody in, again as long as the server is busy, and says how
// often it was.
func (s signingIn) one(b *testing.B, kind string, n int) (busy int) {
	body := fmt.Sprintf(`{"loginId":"%s%d@example.com","password":"%s","noJWT":true}`, kind, n%signInPeople, signInPassword)
	for {
		r := httptest.NewRequest(http.MethodPost, "/api/login", strings.NewReader(body))
		r.Header.Set("Authorization", importKey)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, r)
		switch w.Code {
		case http.StatusOK:
			return busy
		case http.StatusServiceUnavailable:
			busy++
			time.Sleep(10 * time.Millisecond)
		default:
			b.Errorf("status %d: %s", w.Code, w.Body)
			return busy
		}
	}
}

// signIn lets so many clients sign in for a while, and then hashes for a while
// on as many cores. Where others use the machine too, the processor time of both
// says more than how long they took.
func (s signingIn) signIn(b *testing.B, clients int) {
	var all []time.Duration
	var busy atomic.Int64
	var took, hashing, spent, spentHashing time.Duration
	hashed := 0
	for b.Loop() {
		var mu sync.Mutex
		before, begin := processor(b), time.Now()
		atOnce(clients, func(client int) {
			for n := range max(2, 400/clients) {
				signed := time.Now()
				busy.Add(int64(s.one(b, "usual", client+clients*n)))
				mu.Lock()
				all = append(all, time.Since(signed))
				mu.Unlock()
			}
		})
		took, spent = took+time.Since(begin), spent+processor(b)-before
		cores := min(clients, runtime.GOMAXPROCS(0))
		before, begin = processor(b), time.Now()
		atOnce(cores, func(int) {
			for range 100 {
				_, _ = pbkdf2.Key(sha256.New, signInPassword, make([]byte, 32), signInFactor, 32)
			}
		})
		hashing, spentHashing, hashed = hashing+time.Since(begin), spentHashing+processor(b)-before, hashed+100*cores
	}
	slices.Sort(all)
	perSecond, alone := float64(len(all))/took.Seconds(), float64(hashed)/hashing.Seconds()
	b.ReportMetric(perSecond, "sign-ins/s")
	b.ReportMetric(alone, "hashes/s")
	b.ReportMetric(100*perSecond/alone, "%-of-hashing")
	b.ReportMetric(100*(spentHashing.Seconds()/float64(hashed))/(spent.Seconds()/float64(len(all))), "%-of-processor")
	b.ReportMetric(all[len(all)/2].Seconds()*1000, "p50-ms")
	b.ReportMetric(all[len(all)*99/100].Seconds()*1000, "p99-ms")
	b.ReportMetric(float64(busy.Load())/float64(len(all)), "busy/sign-in")
	b.ReportMetric(0, "ns/op")
}

// cheap measures the processor time of the whole process, the test's own share
// included.
func (s signingIn) cheap(b *testing.B) {
	begin, n := processor(b), 0
	for b.Loop() {
		for range 100 {
			s.one(b, "cheap", n)
			n++
		}
	}
	b.ReportMetric(float64((processor(b)-begin).Microseconds())/float64(n), "processor-µs/sign-in")
	b.ReportMetric(0, "ns/op")
}

func atOnce(n int, do func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { do(i) })
	}
	all.Wait()
}
