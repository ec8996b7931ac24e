package plan

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// door stands before the server: it notes what one key is used for, and makes
// requests fail.
type door struct {
	t    *testing.T
	next http.Handler

	mu     sync.Mutex
	key    string
	unused map[string]bool // its permissions, as "METHOD /endpoint"
	lost   string          // the next request to this path is done, and gets no answer
	broken string          // what begins so gets a 409, as "METHOD /path"
}

// behindADoor puts a door before the server.
func (s *scene) behindADoor() *door {
	s.t.Helper()
	behind, err := url.Parse(s.server)
	if err != nil {
		s.t.Fatal(err)
	}
	d := &door{t: s.t, next: httputil.NewSingleHostReverseProxy(behind)}
	s.server = s.serve(d)
	return d
}

// watch notes from now on what a key is used for.
func (d *door) watch(key string, permissions map[string]bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.key, d.unused = key, permissions
}

func (d *door) lose(path string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lost = path
}

func (d *door) breaks(request string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken = request
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch lost, broken := d.note(r); {
	case broken:
		w.WriteHeader(http.StatusConflict) // which nobody tries again
	case lost:
		d.next.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	default:
		d.next.ServeHTTP(w, r)
	}
}

var lastID = regexp.MustCompile(`/[^/]{36,}$`)

func (d *door) note(r *http.Request) (lost, broken bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.key != "" && r.Header.Get("Authorization") == d.key {
		delete(d.unused, r.Method+" "+lastID.ReplaceAllString(r.URL.Path, ""))
	}
	if lost = d.lost == r.URL.Path; lost {
		d.lost = ""
	}
	return lost, d.broken != "" && strings.HasPrefix(r.Method+" "+r.URL.Path, d.broken)
}

// report fails the test for permissions that nothing has used.
func (d *door) report() {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	for permission := range d.unused {
		d.t.Errorf("the key may %s, and no command does", permission)
	}
}
