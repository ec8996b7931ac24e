package bench

import (
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver called pgx
)

// searchedAmong is how many users there are to search: what
// WHERRY_BENCH_SEARCHED says, or not many.
func searchedAmong() int {
	if n, err := strconv.Atoi(os.Getenv("WHERRY_BENCH_SEARCHED")); err == nil {
		return n
	}
	return 100_000
}

// BenchmarkSearch finds users through the API, against what the same database
// needs to find the same users' rows by an index. Everybody is another one each
// time.
func BenchmarkSearch(b *testing.B) {
	for name, open := range importDatabases {
		b.Run(fmt.Sprintf("%s/users=%d", name, searchedAmong()), func(b *testing.B) {
			i := startImporting(b, open)
			for there := 1; there < searchedAmong(); there += importedAtOnce {
				i.post(b, writeImport(b, min(importedAtOnce, searchedAmong()-there)))
			}
			s := i.searching(b)
			for what, path := range map[string]func(imported) string{
				"login-id":         func(u imported) string { return "/api/user?loginId=" + url.QueryEscape(u.email) },
				"data":             func(u imported) string { return byQueryString("data.cognito.sub:" + u.id) },
				"data-of-everyone": func(imported) string { return byQueryString("data.importSource:cognito") },
				"email-prefix":     func(u imported) string { return byQueryString("email:" + u.email[:len("user.12345678")] + "*") },
				"email-wide":       func(u imported) string { return byQueryString("email:" + u.email[:len("user.1")] + "*") },
			} {
				b.Run(what, func(b *testing.B) { s.contest(b, path) })
			}
		})
	}
}

func byQueryString(text string) string {
	return "/api/user/search?queryString=" + url.QueryEscape(text)
}

// searching is a server with users, and a connection of its own to the database.
type searching struct {
	*importing
	bare   *sql.DB
	people []imported
}

// sought is how many users take turns in being looked for.
const sought = 500

func (i *importing) searching(b *testing.B) *searching {
	b.Helper()
	s := &searching{importing: i, bare: i.database.open(b)}
	rows, err := s.bare.QueryContext(b.Context(), "select id, email, username_key from users order by id limit $1", sought)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var u imported
		if err := rows.Scan(&u.id, &u.email, &u.name); err != nil {
			b.Fatal(err)
		}
		s.people = append(s.people, u)
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return s
}

// contest looks each person up in both ways.
func (s *searching) contest(b *testing.B, path func(imported) string) {
	var bare, searched time.Duration
	var each []time.Duration
	n := 0
	for b.Loop() {
		u := s.people[n%len(s.people)]
		n++
		begin := time.Now()
		s.lookUp(b, u)
		bare += time.Since(begin)
		begin = time.Now()
		s.get(b, path(u))
		each = append(each, time.Since(begin))
		searched += each[len(each)-1]
	}
	slices.Sort(each)
	milliseconds := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(milliseconds(bare)/float64(n), "bare-ms")
	b.ReportMetric(milliseconds(searched)/float64(n), "ms")
	b.ReportMetric(milliseconds(each[len(each)*95/100]), "p95-ms")
	b.ReportMetric(float64(searched)/float64(bare), "times-bare")
	b.ReportMetric(0, "ns/op")
}

func (s *searching) lookUp(b *testing.B, u imported) {
	b.Helper()
	var doc string
	if err := s.bare.QueryRowContext(b.Context(), "select doc from users where tenant_id = $1 and email = $2", s.stored[1], u.email).Scan(&doc); err != nil {
		b.Fatal(err)
	}
}

func (s *searching) get(b *testing.B, path string) {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Authorization", importKey)
	resp, err := s.client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		b.Fatal(resp.Status, err)
	}
}
