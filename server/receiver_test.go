package server_test

import (
	"database/sql"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"wherry/server"
)

// onEachCalling is onEach for servers that may call this machine.
func onEachCalling(t *testing.T, test func(t *testing.T, i *instance)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, open(t, server.Config{Data: kickstartedData(t), Key: sampleKey, AllowPrivateConnectors: true}))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, open(t, server.Config{Database: schema(t), Kickstart: sampleKickstart, Getenv: sampleEnv, AllowPrivateConnectors: true}))
	})
}

// receiver is a webhook.
type receiver struct {
	*httptest.Server
	answer func(kind string) int // the status for an event
	leaks  *leaks                // listens

	mu   sync.Mutex
	told []told
}

// told is a request to a webhook.
type told struct {
	response // its body
	kind     string
	header   http.Header
}

// receive makes a webhook for an instance.
func (i *instance) receive(t *testing.T, answer func(kind string) int) *receiver {
	t.Helper()
	return receive(t, i.leaks, answer)
}

func receive(t *testing.T, l *leaks, answer func(kind string) int) *receiver {
	t.Helper()
	r := &receiver{answer: answer, leaks: l}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func always(status int) func(string) int { return func(string) int { return status } }

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	one := told{response: response{body: string(body)}, header: request.Header}
	one.kind = one.text("event.type")
	r.leaks.tell(body)
	r.mu.Lock()
	r.told = append(r.told, one)
	status := r.answer(one.kind)
	r.mu.Unlock()
	w.WriteHeader(status)
}

// all is what was told so far.
func (r *receiver) all() []told {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.told)
}

func (r *receiver) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told = nil
}

// kinds is the events that were told, sorted.
func (r *receiver) kinds() string {
	var kinds []string
	for _, one := range r.all() {
		kinds = append(kinds, one.kind)
	}
	slices.Sort(kinds)
	return strings.Join(kinds, " ")
}

func (r *receiver) of(kind string) told {
	for _, one := range r.all() {
		if one.kind == kind {
			return one
		}
	}
	return told{}
}

// idle tells whether all events are told, or given up.
func (i *instance) idle(t *testing.T) bool {
	t.Helper()
	return i.jobs(t, "kind = 'webhook-event' and due_instant is not null") == 0
}

// jobs counts the rows of jobs for which a condition holds.
func (i *instance) jobs(t *testing.T, condition string) (n int) {
	t.Helper()
	return i.rows(t, "jobs where "+condition)
}

// rows counts the rows of a table, of which there may be a where clause.
func (i *instance) rows(t *testing.T, of string) (n int) {
	t.Helper()
	driver, at := "sqlite", "file:"+filepath.Join(i.config.Data, databaseFile)
	if i.config.Database != "" {
		driver, at = "pgx", i.config.Database
	}
	db, err := sql.Open(driver, at)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), "select count(*) from "+of).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

var tenantEvents = strings.Fields(`group.create group.create.complete group.delete group.delete.complete group.member.add
	group.member.add.complete group.member.remove group.member.remove.complete group.member.update group.member.update.complete
	group.update group.update.complete user.create user.create.complete user.deactivate user.delete user.delete.complete
	user.email.update user.identity.update user.identity-provider.link user.identity-provider.unlink user.login.failed user.login.success
	user.password.update user.reactivate user.registration.create user.registration.create.complete user.registration.delete
	user.registration.delete.complete user.registration.update user.registration.update.complete user.two-factor.method.add
	user.two-factor.method.remove user.update user.update.complete user.bulk.create user.loginId.duplicate.create user.loginId.duplicate.update
	user.action user.login.new-device user.password.reset.send user.password.reset.start user.password.reset.success user.two-factor.challenge
	user.two-factor.failed-attempt user.two-factor.success jwt.refresh jwt.refresh-token.revoke jwt.public-key.update`)

var instanceEvents = []string{"audit-log.create", "event-log.create"}

// subscribe makes a webhook of all events, which the tenant tells of. more is
// properties of the webhook.
func (i *instance) subscribe(t *testing.T, url, more string) string {
	t.Helper()
	enabled, settings := map[string]bool{}, map[string]any{}
	for _, kind := range tenantEvents {
		enabled[kind], settings[kind] = true, map[string]any{"enabled": true}
	}
	for _, kind := range instanceEvents {
		enabled[kind] = true
	}
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"eventConfiguration":{"events":` + text(settings) + `}}}`).must(t)
	return i.do(`POST /api/webhook {"webhook":{"url":"` + url + `","connectTimeout":2000,"readTimeout":5000,"global":true,"eventsEnabled":` +
		text(enabled) + more + `}}`).must(t).text("webhook.id")
}

func text(v any) string {
	written, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(written)
}
