package server_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"wherry/server"
)

// door is a way in that has a password hashed.
type door struct {
	name    string
	knock   func(i *instance) response
	answers int    // when a password has been hashed
	busy    string // what is said instead when too many wait

	refused atomic.Int64
}

// doors are every kind: for programs, for browsers, and for those whom nobody
// knows.
func doors() []*door {
	api := func(request string) func(*instance) response {
		return func(i *instance) response { return i.do(request) }
	}
	grant := url.Values{
		"grant_type": {"password"}, "username": {"jane@example.com"}, "password": {password}, "scope": {"openid"},
		"client_id": {applicationID}, "client_secret": {clientSecret},
	}
	form, wrong := filledIn(authorization(), "jane", password), filledIn(authorization(), "jane", "made-up password 2")
	const ofPage = "Too many attempts"
	return []*door{
		{name: "Login API", knock: api(login("jane", password)), answers: 200, busy: "[busy]"},
		{name: "wrong password", knock: api(login("jane", "made-up password 2")), answers: 404, busy: "[busy]"},
		{name: "unknown user", knock: api(login("nobody@example.com", password)), answers: 404, busy: "[busy]"},
		{name: "login page", knock: func(i *instance) response { return i.sendForm(form) }, answers: 302, busy: ofPage},
		{name: "login page, wrong password", knock: func(i *instance) response { return i.sendForm(wrong) }, answers: 401, busy: ofPage},
		{name: "page for a new password", knock: setAnew, answers: 200, busy: ofPage},
		{name: "password grant", knock: func(i *instance) response { return i.post("/oauth2/token", grant) }, answers: 200, busy: "Too many sign-ins"},
	}
}

// setAnew is somebody new, who follows the link of a mail to set a password.
func setAnew(i *instance) response {
	name := rand.Text()
	made := i.do(`POST /api/user {"user":{"username":"` + name + `"}}`)
	link := i.do(`POST /api/user/forgot-password {"loginId":"` + name + `","sendForgotPasswordEmail":false}`)
	if made.status != http.StatusOK || link.status != http.StatusOK {
		return made
	}
	return i.sendFormTo("/password/change/"+link.text("changePasswordId"), url.Values{"password": {password}, "passwordConfirm": {password}})
}

// try knocks once, and tells whether the answer was of the two kinds.
func (d *door) try(t *testing.T, i *instance) bool {
	r := d.knock(i)
	switch {
	case r.status == d.answers:
		return true
	case r.status != http.StatusServiceUnavailable || !strings.Contains(r.body, d.busy) || r.header.Get("Retry-After") != "1":
		t.Errorf("%s: status %d, Retry-After %q: %s", d.name, r.status, r.header.Get("Retry-After"), r.body)
		return false
	}
	d.refused.Add(1)
	return true
}

// elsewhere is what has no password hashed.
var elsewhere = []string{
	"GET /api/status", "GET /api/user/" + janeID, "GET /api/user/search?queryString=jane", "GET /api/tenant/" + tenantID,
	"GET /.well-known/openid-configuration", "GET /oauth2/authorize?" + authorization().Encode(),
}

// flood knocks at doors without end.
type flood struct {
	doors   []*door
	over    atomic.Bool
	workers sync.WaitGroup
}

// flooded begins a flood: at every door are as many people as are served at a
// time, and only as many again may wait. Whatever goroutine comes of it has the
// name of the test.
func (i *instance) flooded(t *testing.T) *flood {
	f := &flood{doors: doors()}
	t.Cleanup(f.stop)
	pprof.Do(t.Context(), pprof.Labels("flood", t.Name()), func(context.Context) {
		for _, d := range f.doors {
			for range runtime.GOMAXPROCS(0) {
				f.workers.Go(func() { f.knock(t, i, d) })
			}
		}
	})
	return f
}

func (f *flood) knock(t *testing.T, i *instance, d *door) {
	for !f.over.Load() && d.try(t, i) {
	}
}

// stop returns when everybody has been answered.
func (f *flood) stop() {
	f.over.Store(true)
	f.workers.Wait()
}

// mustGoOn waits until somebody more is refused at every door.
func (f *flood) mustGoOn(t *testing.T) {
	t.Helper()
	for _, d := range f.doors {
		before := d.refused.Load()
		eventually(t, d.name+" refuses somebody", func() bool { return d.refused.Load() > before })
	}
}

// end stops the flood, and returns when nothing of it is left to be done.
func (f *flood) end(t *testing.T) {
	t.Helper()
	f.stop()
	eventually(t, "every goroutine of the flood has ended", func() bool {
		var running bytes.Buffer
		if err := pprof.Lookup("goroutine").WriteTo(&running, 1); err != nil {
			t.Fatal(err)
		}
		return !strings.Contains(running.String(), `"`+t.Name()+`"`)
	})
}

// hashSlowly has the passwords of everybody who knocks hashed in a way that
// takes long.
func (i *instance) hashSlowly(t *testing.T) {
	t.Helper()
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"passwordEncryptionConfiguration":{"encryptionSchemeFactor":50000}}}`).must(t)
	i.do(`PATCH /api/user/` + janeID + ` {"user":{"password":"` + password + `"}}`).must(t)
}

// TestFloodOfSignIns: more people sign in than may wait, by every door, and they
// do not go away. Nobody else notices.
func TestFloodOfSignIns(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]server.Config{"sqlite": {}, "postgres": {Kickstart: sampleKickstart, Getenv: sampleEnv}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "postgres" {
				c.Database = schema(t)
			} else {
				c.Data, c.Key = kickstartedData(t), sampleKey
			}
			c.HashQueue = 1
			i := open(t, c)
			i.setOAuth(t, allGrants)
			i.hashSlowly(t)
			f := i.flooded(t)
			f.mustGoOn(t)
			for _, request := range elsewhere {
				if r := i.do(request); r.status != http.StatusOK {
					t.Errorf("%s: status %d: %s", request, r.status, r.body)
				}
			}
			f.mustGoOn(t)
			f.end(t)
			for _, d := range f.doors {
				if r := d.knock(i); r.status != d.answers {
					t.Errorf("%s, after the flood: status %d: %s", d.name, r.status, r.body)
				}
			}
		})
	}
}
