package bench

import (
	"bufio"
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"wherry/server"
)

// importedAtOnce is how many users come in one request, of about 1 KB each.
const importedAtOnce = 100_000

// grownTo is to how many users the table grows before the second measurement:
// what WHERRY_BENCH_GROWN says, or not much.
func grownTo() int {
	if n, err := strconv.Atoi(os.Getenv("WHERRY_BENCH_GROWN")); err == nil {
		return n
	}
	return 300_000
}

// BenchmarkImport imports users with hashed passwords, against what the same
// driver needs for the same rows in the same table and nothing else. Both write
// in turn, first when the table is empty and then when it has grown.
func BenchmarkImport(b *testing.B) {
	for name, open := range importDatabases {
		b.Run(name, func(b *testing.B) {
			i := startImporting(b, open)
			b.Run("users=0", i.contest)
			i.grow(b, grownTo())
			b.Run(fmt.Sprintf("users=%d", grownTo()), i.contest)
		})
	}
}

// importing is a server on a database that takes in rows beside it, too.
type importing struct {
	database importDatabase
	url      string
	client   *http.Client
	stored   []any // the row of a user, as the server has stored it
	number   int64 // of the next row beside the server's own
}

// importDatabase is a database as its driver sees it.
type importDatabase interface {
	config() server.Config
	// insert writes rows into users, in the fastest way, in one transaction.
	insert(b *testing.B, rows [][]any)
	query(b *testing.B, statement string, dest ...any)
	// open returns a connection that lasts as long as the benchmark.
	open(b *testing.B) *sql.DB
	// grow adds rows like this one, numbered from number, without letting them
	// pass through here.
	grow(b *testing.B, row []any, n int, number int64)
}

const importKey = "import-key"

func startImporting(b *testing.B, open func(*testing.B) importDatabase) *importing {
	b.Helper()
	i := &importing{database: open(b), number: 1 << 40}
	config := i.database.config()
	config.Kickstart = filepath.Join(b.TempDir(), "kickstart.json")
	if err := os.WriteFile(config.Kickstart, []byte(`{"apiKeys":[{"key":"`+importKey+`"}]}`), 0o600); err != nil {
		b.Fatal(err)
	}
	s, err := server.New(b.Context(), config)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	i.url, i.client = listen(b, s.Handler())
	i.post(b, writeImport(b, 1))
	i.stored = make([]any, len(userColumns))
	dest := make([]any, len(userColumns))
	for n := range dest {
		dest[n] = &i.stored[n]
	}
	i.database.query(b, "select "+strings.Join(userColumns, ", ")+" from users", dest...)
	return i
}

var userColumns = []string{
	"id", "tenant_id", "email", "username_key", "phone_number", "active", "insert_instant",
	"encryption_scheme", "factor", "salt", "password_hash", "doc", "number",
}

// rows are n rows as the server would store them, of other users each.
func (i *importing) rows(n int) [][]any {
	id, email, name := i.stored[0].(string), i.stored[2].(string), i.stored[3].(string)
	rows := make([][]any, n)
	for at := range rows {
		u := newImported()
		row := append([]any{}, i.stored...)
		row[0], row[2], row[3] = u.id, u.email, u.name
		row[11] = strings.NewReplacer(id, u.id, email, u.email, name, u.name).Replace(row[11].(string))
		row[12] = i.number + int64(at)
		rows[at] = row
	}
	i.number += int64(n)
	return rows
}

func (i *importing) grow(b *testing.B, to int) {
	b.Helper()
	var there int
	i.database.query(b, "select count(*) from users", &there)
	n := max(0, to-there)
	i.database.grow(b, i.stored, n, i.number)
	i.number += int64(n)
}

// contest writes the rows in both ways.
func (i *importing) contest(b *testing.B) {
	var bare, imported, bareProcessor, processorTime time.Duration
	peak := 0.0
	for b.Loop() {
		rows := i.rows(importedAtOnce)
		begin, computed := time.Now(), processor(b)
		i.database.insert(b, rows)
		bare, bareProcessor = bare+time.Since(begin), bareProcessor+processor(b)-computed
		rows = nil //nolint:wastedassign,ineffassign // or the import would have them on its account
		body := writeImport(b, importedAtOnce)
		debug.FreeOSMemory()
		forgetPeak(b)
		begin, computed = time.Now(), processor(b)
		i.post(b, body)
		imported, processorTime = imported+time.Since(begin), processorTime+processor(b)-computed
		peak = max(peak, peakMemory(b))
	}
	users := float64(importedAtOnce * b.N)
	b.ReportMetric(users/bare.Seconds(), "bare-rows/s")
	b.ReportMetric(users/imported.Seconds(), "users/s")
	b.ReportMetric(100*bare.Seconds()/imported.Seconds(), "%-of-bare-rows")
	b.ReportMetric(float64(bareProcessor.Microseconds())/users, "bare-processor-µs")
	b.ReportMetric(float64(processorTime.Microseconds())/users, "processor-µs")
	b.ReportMetric(peak, "peak-MB")
	b.ReportMetric(0, "ns/op")
}

func (i *importing) post(b *testing.B, body string) {
	b.Helper()
	f, err := os.Open(body)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		b.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, i.url+"/api/user/import", f)
	if err != nil {
		b.Fatal(err)
	}
	r.ContentLength = info.Size()
	r.Header.Set("Authorization", importKey)
	r.Header.Set("Content-Type", "application/json")
	send(b, i.client, r)
}

// imported is what differs between one imported user and the next.
type imported struct{ id, email, name string }

func newImported() imported {
	id := uuid.NewString()
	return imported{id, "user." + id[:13] + "@example.com", "user-" + id[24:]}
}

// writeImport writes a request into a file and returns its name.
func writeImport(b *testing.B, users int) string {
	b.Helper()
	f, err := os.Create(filepath.Join(b.TempDir(), "import.json"))
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	for n := range users {
		u := newImported()
		text, err := json.Marshal(map[string]any{
			"id": u.id, "email": u.email, "username": u.name, "active": true, "verified": true, "insertInstant": 1_600_000_000_000 + n,
			"firstName": "Jane", "middleName": "Middle", "lastName": "Example", "fullName": "Jane Middle Example", "birthDate": "1976-05-30",
			"imageUrl": "https://images.example.com/people/" + u.id + ".png", "mobilePhone": "303-555-1234", "timezone": "America/Denver",
			"preferredLanguages": []string{"en", "fr"}, "encryptionScheme": "salted-pbkdf2-hmac-sha256", "factor": 24000,
			"salt": "ZnVzaW9uYXV0aC10ZXN0LXNhbHQ=", "password": "LZRz6DqUBVeWm5xW5USxJBffPUVPAdXYq5XsSzA+urc=",
			"data": map[string]any{
				"importSource": "cognito", "favouriteColours": []string{"red", "blue"}, "newsletter": true, "visits": 12345,
				"address": map[string]any{"street": "1 Example Street", "city": "Denver", "region": "CO", "postalCode": "80202"},
				"cognito": map[string]any{"sub": u.id, "username": u.name, "status": "CONFIRMED", "groups": []string{"readers", "writers"}},
				"notes":   strings.Repeat("Something that somebody once wrote down. ", 3),
			},
		})
		if err != nil {
			b.Fatal(err)
		}
		_, _ = w.WriteString(map[bool]string{true: `{"users":[`, false: ","}[n == 0])
		_, _ = w.Write(text)
	}
	_, _ = w.WriteString("]}")
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return f.Name()
}

// forgetPeak makes peakMemory begin anew.
func forgetPeak(b *testing.B) {
	b.Helper()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		b.Log("the peak of memory is that since the start:", err)
	}
}

// peakMemory is the most that this process has had in memory, in MB; 0 where
// the system does not say.
func peakMemory(b *testing.B) float64 {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(status, []byte("VmHWM:"))
	var kB float64
	_, _ = fmt.Sscanf(string(rest), "%f kB", &kB)
	return kB / 1000
}
