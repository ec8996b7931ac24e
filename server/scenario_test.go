package server_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// scenario is a request and what has to come of it.
type scenario struct {
	name   string
	given  []string // requests made before, which have to succeed
	do     string   // "METHOD path", and a body after another space
	as     string   // the API key; superKey unless said otherwise
	tenant string   // the tenant header
	kind   string   // the content type; application/json unless said otherwise

	status int
	codes  string // the codes of the errors in the body, in their order
	want   values // of the body
}

// values maps paths such as "user.registrations.0.roles" to what is there.
type values map[string]any

// absent is the value of a property that is not there.
const absent = "(absent)"

// check runs each scenario on an instance of its own.
func check(t *testing.T, scenarios []scenario) {
	t.Helper()
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.run(t, start(t))
		})
	}
}

func (s scenario) run(t *testing.T, i *instance) {
	t.Helper()
	for _, request := range s.given {
		if r := i.do(request); r.status >= 300 {
			t.Fatalf("%s: status %d: %s", request, r.status, r.body)
		}
	}
	r := i.send(call{do: s.do, as: s.as, tenant: s.tenant, kind: s.kind})
	if r.status != s.status {
		t.Fatalf("status %d, want %d: %s", r.status, s.status, r.body)
	}
	if codes := r.codes(); codes != s.codes {
		t.Errorf("errors %q, want %q", codes, s.codes)
	}
	r.want(t, s.want)
	if silent(s.status) && r.body != "" {
		t.Errorf("FusionAuth answers %d with an empty body, not with %s", s.status, r.body)
	}
}

// silent tells which statuses have no body, ever.
func silent(status int) bool {
	return slices.Contains([]int{
		http.StatusUnauthorized, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone, http.StatusLocked,
	}, status)
}

// call is a request in short form.
type call struct {
	do     string
	as     string
	tenant string
	kind   string
	header http.Header
	host   string // by which the server is reached; example.com unless said otherwise
}

// do makes a request with the super key.
func (i *instance) do(request string) response { return i.send(call{do: request}) }

func (i *instance) send(c call) response {
	method, rest, _ := strings.Cut(c.do, " ")
	path, body, _ := strings.Cut(rest, " ")
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if c.header != nil {
		r.Header = c.header.Clone()
	}
	switch c.as {
	case noKey:
	case "":
		r.Header.Set("Authorization", superKey)
	default:
		r.Header.Set("Authorization", c.as)
	}
	if c.tenant != "" {
		r.Header.Set("X-FusionAuth-TenantId", c.tenant)
	}
	if body != "" && c.kind == "" {
		c.kind = "application/json"
	}
	if c.kind != "" {
		r.Header.Set("Content-Type", c.kind)
	}
	if c.host != "" {
		r.Host = c.host
	}
	w := httptest.NewRecorder()
	i.ServeHTTP(w, r)
	return response{w.Code, w.Header(), w.Body.String()}
}

// response is an answer of an instance.
type response struct {
	status int
	header http.Header
	body   string
}

// must fails the test unless the request succeeded.
func (r response) must(t testing.TB) response {
	t.Helper()
	if r.status >= 300 {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
	return r
}

// at returns the value at a path in the body; absent if there is none.
func (r response) at(path string) any {
	var v any
	d := json.NewDecoder(strings.NewReader(r.body))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return absent
	}
	for name := range strings.SplitSeq(path, ".") {
		switch node := v.(type) {
		case map[string]any:
			value, ok := node[name]
			if !ok {
				return absent
			}
			v = value
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(node) {
				return absent
			}
			v = node[i]
		default:
			return absent
		}
	}
	return v
}

// text is at for a string; empty if there is none.
func (r response) text(path string) string {
	if s, ok := r.at(path).(string); ok && s != absent {
		return s
	}
	return ""
}

// digits is at for a number.
func (r response) digits(path string) string {
	n, _ := r.at(path).(json.Number)
	return n.String()
}

func (r response) want(t testing.TB, want values) {
	t.Helper()
	for path, value := range want {
		if value == present {
			if r.at(path) == absent {
				t.Errorf("%s is not there: %s", path, r.body)
			}
			continue
		}
		if diff := cmp.Diff(plain(value), plain(r.at(path))); diff != "" {
			t.Errorf("%s (-want +got):\n%s\nin %s", path, diff, r.body)
		}
	}
}

// plain is a value as JSON has it.
func plain(v any) (out any) {
	written, err := json.Marshal(v)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(written))
	d.UseNumber()
	_ = d.Decode(&out)
	return out
}

// codes lists the codes of FusionAuth's errors, fields before the general
// ones.
func (r response) codes() string {
	var errs struct {
		FieldErrors   map[string][]struct{ Code, Message string }
		GeneralErrors []struct{ Code, Message string }
	}
	_ = json.Unmarshal([]byte(r.body), &errs)
	var codes []string
	for _, list := range errs.FieldErrors {
		for _, e := range list {
			codes = append(codes, e.Code)
		}
	}
	slices.Sort(codes)
	for _, e := range errs.GeneralErrors {
		codes = append(codes, e.Code)
	}
	return strings.Join(codes, " ")
}

const hour = time.Hour

// number is a number with all its digits.
func number(digits string) json.Number { return json.Number(digits) }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
