// Package bench holds what is measured and not asserted: run it with -bench.
// Rates are of the clock. Shares are of processor time, clients included, which
// other work on the machine disturbs less.
package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"wherry/pool"
)

var populations = []int{1_000, 1_000_000, 10_000_000}

// BenchmarkPoolListUsers reads pages of 60 users, on several chains at once. Its
// limit is a server that sends the same bytes without thinking.
func BenchmarkPoolListUsers(b *testing.B) {
	var small time.Duration
	for _, users := range populations {
		b.Run(fmt.Sprintf("users=%d", users), func(b *testing.B) {
			p := startPool(b, users)
			limit := bare(b, p.call(b, "ListUsers", map[string]any{"UserPoolId": p.ID, "Limit": 60}))
			contest(b, "pages/s", limit, &small, func() func() { return p.chain(b) })
		})
	}
}

// chain returns a function that reads one page after the other, and after the
// last one the first again.
func (p *served) chain(b *testing.B) func() {
	in := map[string]any{"UserPoolId": p.ID, "Limit": 60}
	return func() {
		delete(in, "PaginationToken")
		if _, rest, ok := bytes.Cut(p.call(b, "ListUsers", in), []byte(`"PaginationToken":"`)); ok {
			token, _, _ := bytes.Cut(rest, []byte(`"`))
			in["PaginationToken"] = string(token)
		}
	}
}

// BenchmarkPoolSignIn signs users in by password, each answer with two tokens.
// Its limit is a server that sends one such answer without thinking.
func BenchmarkPoolSignIn(b *testing.B) {
	var small time.Duration
	for _, users := range populations {
		b.Run(fmt.Sprintf("users=%d", users), func(b *testing.B) {
			p := startPool(b, users)
			people := p.people(1000)
			limit := bare(b, p.signIn(b, people[0]))
			contest(b, "sign-ins/s", limit, &small, func() func() {
				return func() { p.signIn(b, people[rand.IntN(len(people))]) }
			})
		})
	}
}

// BenchmarkPoolMemory shows what a pool of so many users adds to the heap after
// it has listed and signed in some of them.
func BenchmarkPoolMemory(b *testing.B) {
	for _, users := range populations {
		b.Run(fmt.Sprintf("users=%d", users), func(b *testing.B) {
			before := heap()
			p := startPool(b, users)
			people := p.people(1000)
			next := p.chain(b)
			for i := 0; b.Loop(); i++ {
				next()
				p.signIn(b, people[i%len(people)])
			}
			b.ReportMetric(heap()-before, "MB")
			runtime.KeepAlive(p)
		})
	}
}

func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / 1e6
}

// served is a generated pool behind HTTP.
type served struct {
	*pool.Generated
	url    string
	client *http.Client
}

func startPool(b *testing.B, users int) *served {
	b.Helper()
	generated := pool.Generate(users, 1)
	running, err := pool.New(pool.Config{Directories: []pool.Directory{generated.Directory()}})
	if err != nil {
		b.Fatal(err)
	}
	url, client := listen(b, running.Handler())
	return &served{generated, url, client}
}

func listen(b testing.TB, h http.Handler) (string, *http.Client) {
	b.Helper()
	server := httptest.NewServer(h)
	b.Cleanup(server.Close)
	return server.URL, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
}

// person is somebody whose password is all that it takes to sign in.
type person struct{ username, password string }

func (p *served) people(n int) []person {
	var all []person
	for i := 0; len(all) < n && i < p.Len(); i++ {
		number := rand.IntN(p.Len())
		expected := p.Expected(number)
		if expected.SignIn.Carried && expected.User.TwoFactor == nil && !expected.User.PasswordChangeRequired {
			all = append(all, person{p.User(number).Username, p.Password(number)})
		}
	}
	return all
}

func (p *served) signIn(b *testing.B, who person) []byte {
	answer := p.call(b, "InitiateAuth", map[string]any{
		"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": p.ClientID,
		"AuthParameters": map[string]string{"USERNAME": who.username, "PASSWORD": who.password},
	})
	if !bytes.Contains(answer, []byte("AccessToken")) {
		b.Fatalf("no tokens: %.200s", answer)
	}
	return answer
}

const (
	contentType = "application/x-amz-json-1.1"
	credential  = "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/cognito-idp/aws4_request, SignedHeaders=host, Signature=00"
)

func (p *served) call(b *testing.B, operation string, in any) []byte {
	body, err := json.Marshal(in)
	if err != nil {
		b.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, p.url, bytes.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService."+operation)
	r.Header.Set("Authorization", credential)
	return send(b, p.client, r)
}

func send(b *testing.B, client *http.Client, r *http.Request) []byte {
	answer, err := client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		b.Fatalf("%s: %v, %.200s", answer.Status, err, text)
	}
	return text
}

// bare measures what it costs to send and receive an answer of these bytes.
func bare(b *testing.B, answer []byte) time.Duration {
	b.Helper()
	url, client := listen(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(answer)
	}))
	const requests = 2000
	begin := processor(b)
	for range requests {
		r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url, strings.NewReader("{}"))
		if err != nil {
			b.Fatal(err)
		}
		send(b, client, r)
	}
	return (processor(b) - begin) / requests
}

// processor is the time that this process has spent computing.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// contest runs one request after the other on several clients, which work
// makes, and reports how they did: against limit, and against the smallest
// population, which is measured first.
func contest(b *testing.B, unit string, limit time.Duration, small *time.Duration, work func() func()) {
	b.Helper()
	b.ResetTimer()
	begin := processor(b)
	b.RunParallel(func(pb *testing.PB) {
		next := work()
		for pb.Next() {
			next()
		}
	})
	each := (processor(b) - begin) / time.Duration(b.N)
	if strings.HasSuffix(b.Name(), "users=1000") || *small == 0 {
		*small = each
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), unit)
	b.ReportMetric(float64(each.Microseconds()), "processor-µs")
	b.ReportMetric(100*float64(limit)/float64(each), "%-of-bare-HTTP")
	b.ReportMetric(100*float64(*small)/float64(each), "%-of-1000-users")
	b.ReportMetric(0, "ns/op")
}
