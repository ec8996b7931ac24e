package server_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/google/uuid"
)

// leaks hears what the clients of a server say and are answered, remembers what
// of it is secret, and looks for that in what the server has logged and told to
// webhooks. Every server of these tests is watched so, from its start to its end.
type leaks struct {
	mu      sync.Mutex
	secrets map[string]string // the name by which each came
	open    map[string]bool   // what also came by a name that is not secret
	told    bytes.Buffer      // to webhooks
}

// secretNames are the properties, parameters and cookies whose values nobody
// else may see.
var secretNames = strings.Fields(`access_token authenticationToken changePasswordId client_secret clientSecret code code_verifier
	currentPassword emailVerificationId encodedJWT fusionauth.trust httpAuthenticationPassword id_token identityVerificationId key oneTimeCode oneTimePassword pendingIdPLinkId
	password privateKey recoveryCodes refresh_token refreshToken registrationVerificationId salt secret secretBase32Encoded
	systemAccountPassword token trustChallenge trustToken twoFactorId twoFactorTrustId verificationId verificationOneTimeCode`)

// shortestSecret is how long a value has to be: whoever looks for "x" finds it.
const shortestSecret = 6

// mostHeard is how much of a body is listened to.
const mostHeard = 64 << 10

// over returns a handler that listens to another one.
func (l *leaks) over(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, answered := &heard{}, &overheard{ResponseWriter: w}
		if r.Body != nil {
			r.Body = struct {
				io.Reader
				io.Closer
			}{io.TeeReader(r.Body, asked), r.Body}
		}
		h.ServeHTTP(answered, r)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.request(r, asked.Bytes())
		l.header(w.Header())
		l.body(w.Header().Get("Content-Type"), answered.Bytes(), false)
	})
}

// heard is the beginning of a body.
type heard struct{ bytes.Buffer }

func (h *heard) Write(p []byte) (int, error) {
	h.Buffer.Write(p[:min(len(p), max(0, mostHeard-h.Len()))])
	return len(p), nil
}

// overheard is an answer that is listened to.
type overheard struct {
	http.ResponseWriter
	heard
}

func (o *overheard) Write(p []byte) (int, error) {
	_, _ = o.heard.Write(p)
	return o.ResponseWriter.Write(p)
}

func (o *overheard) Unwrap() http.ResponseWriter { return o.ResponseWriter }

func (l *leaks) request(r *http.Request, body []byte) {
	l.note("Authorization", r.Header.Get("Authorization"), true)
	if _, password, ok := r.BasicAuth(); ok {
		l.note("password", password, true)
	}
	for _, c := range r.Cookies() {
		l.note(c.Name, c.Value, true)
	}
	l.values(r.URL.Query())
	if last := path.Base(r.URL.Path); len(last) >= 32 && uuid.Validate(last) != nil {
		l.note("an id in the path", last, true)
	}
	l.body(r.Header.Get("Content-Type"), body, true)
}

// header listens to cookies that are set and to where a redirect leads.
func (l *leaks) header(h http.Header) {
	for _, c := range (&http.Response{Header: h}).Cookies() {
		l.note(c.Name, c.Value, slices.Contains(secretNames, c.Name))
	}
	if to, err := url.Parse(h.Get("Location")); err == nil {
		l.values(to.Query())
	}
}

func (l *leaks) values(values url.Values) {
	for name, list := range values {
		for _, value := range list {
			l.note(name, value, slices.Contains(secretNames, name))
		}
	}
}

func (l *leaks) body(kind string, body []byte, asked bool) {
	switch {
	case strings.HasPrefix(kind, "application/x-www-form-urlencoded"):
		if form, err := url.ParseQuery(string(body)); err == nil {
			l.values(form)
		}
	case strings.Contains(kind, "json"):
		var v any
		if json.Unmarshal(body, &v) == nil {
			l.tree("", v, false, asked)
		}
	}
}

// tree goes through a document. What stands in answers only may be open, as
// nobody has said that it is not secret.
func (l *leaks) tree(name string, v any, secret, asked bool) {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if name != "fieldErrors" && name != "generalErrors" {
				_, document := member.(map[string]any) // such as a refreshToken, of which only the token is secret
				is := name == "headers" || name == "tokens" || slices.Contains(secretNames, name) && !document
				l.tree(name, member, is || secret && name != "name", asked)
			}
		}
	case []any:
		for _, element := range v {
			l.tree(name, element, secret, asked)
		}
	case string:
		if secret || asked {
			l.note(name, v, secret)
		}
	}
}

func (l *leaks) note(name, value string, secret bool) {
	switch {
	case len(value) < shortestSecret:
	case secret:
		l.secrets[value] = name
	default:
		l.open[value] = true
	}
}

// tell listens to what a webhook is told.
func (l *leaks) tell(body []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told.Write(append(body, '\n'))
}

// in lists the names of the secrets that stand in a text, as words of their own.
func (l *leaks) in(text string) (names []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for secret, name := range l.secrets {
		if !l.open[secret] && standsIn(text, secret) {
			names = append(names, name+" "+secret)
		}
	}
	slices.Sort(names)
	return names
}

func standsIn(text, word string) bool {
	within := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
	}
	for from := 0; ; {
		at := strings.Index(text[from:], word)
		if at < 0 {
			return false
		}
		at += from
		end := at + len(word)
		if !within(text[max(0, at-1):at]) && !within(text[end:min(len(text), end+1)]) {
			return true
		}
		from = at + 1
	}
}

// written are the tables that are read by those who may not know secrets.
const written = `select message from event_log union all select doc || '' from audit_logs union all select event from webhook_event_logs
	union all select doc from webhook_attempt_logs union all select doc from login_records union all select last_error from jobs`

// mustKeepSecrets fails the test if a server has said what it was to keep.
func (i *instance) mustKeepSecrets(t testing.TB) {
	t.Helper()
	driver, at := "sqlite", "file:"+filepath.Join(i.config.Data, databaseFile)+"?_pragma=busy_timeout(5000)"
	if i.config.Database != "" {
		driver, at = "pgx", i.config.Database
	}
	db, err := sql.Open(driver, at)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(context.WithoutCancel(t.Context()), written)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	said := bytes.NewBufferString(i.log.String())
	said.Write(i.leaks.told.Bytes())
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		said.WriteString("\n" + text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, name := range i.leaks.in(said.String()) {
		t.Errorf("a secret stands in what is logged or told: %s", name)
	}
}

func newLeaks() *leaks { return &leaks{secrets: map[string]string{}, open: map[string]bool{}} }

// TestLeaksAreFound: what looks for secrets in all tests of the server is not
// blind, wherever they come from, and does not see ghosts.
func TestLeaksAreFound(t *testing.T) {
	t.Parallel()
	const secret = "made-up-secret-1"
	jsonType := http.Header{"Content-Type": {"application/json"}}
	for name, tt := range map[string]struct {
		request string // method, path and body
		header  http.Header
		answer  string
		sets    http.Header
		log     string
		found   bool
	}{
		"in a body":        {request: `POST /x {"user":{"password":"` + secret + `"}}`, header: jsonType, log: "it was [" + secret + "]", found: true},
		"in a list":        {request: `POST /x {"twoFactor":{"recoveryCodes":["` + secret + `"]}}`, header: jsonType, log: secret, found: true},
		"in any header":    {request: `POST /x {"connector":{"headers":{"X":"` + secret + `"}}}`, header: jsonType, log: secret, found: true},
		"in a form":        {request: `POST /x password=` + secret, header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, log: secret, found: true},
		"in a query":       {request: `GET /x?code=` + secret, log: secret, found: true},
		"in a path":        {request: `GET /verify/` + secret + secret + secret, log: secret + secret + secret, found: true},
		"in a cookie":      {request: `GET /x`, header: http.Header{"Cookie": {"access_token=" + secret}}, log: secret, found: true},
		"an API key":       {request: `GET /x`, header: http.Header{"Authorization": {secret}}, log: secret, found: true},
		"in an answer":     {request: `GET /x`, sets: jsonType, answer: `{"token":"` + secret + `"}`, log: secret, found: true},
		"in a redirect":    {request: `GET /x`, sets: http.Header{"Location": {"https://app.example.com/?code=" + secret}}, log: secret, found: true},
		"in a set cookie":  {request: `GET /x`, sets: http.Header{"Set-Cookie": {"fusionauth.trust=" + secret}}, log: secret, found: true},
		"it is kept":       {request: `POST /x {"user":{"password":"` + secret + `"}}`, header: jsonType, log: "nothing"},
		"part of a word":   {request: `POST /x {"code":"123456"}`, header: jsonType, log: "11234567"},
		"it is also open":  {request: `POST /x {"loginId":"` + secret + `","password":"` + secret + `"}`, header: jsonType, log: secret},
		"an error's code":  {request: `GET /x`, sets: jsonType, answer: `{"generalErrors":[{"code":"` + secret + `"}]}`, log: secret},
		"an id of a thing": {request: `GET /user/` + janeID, log: janeID},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLeaks()
			method, rest, _ := strings.Cut(tt.request, " ")
			at, body, _ := strings.Cut(rest, " ")
			r := httptest.NewRequest(method, at, strings.NewReader(body))
			for name, list := range tt.header {
				r.Header[name] = list
			}
			l.over(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				for name, list := range tt.sets {
					w.Header()[name] = list
				}
				_, _ = io.WriteString(w, tt.answer)
			})).ServeHTTP(httptest.NewRecorder(), r)
			if found := l.in(tt.log); len(found) > 0 != tt.found {
				t.Errorf("found %v in %s", found, tt.log)
			}
		})
	}
}
