package server_test

import (
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"wherry/server"
)

// onEachCalling is onEach for servers that may call this machine.
func onEachCalling(t *testing.T, test func(t *testing.T, i *instance)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, open(t, server.Config{Data: kickstartedData(t), AllowPrivateConnectors: true}))
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

	mu   sync.Mutex
	told []told
}

// told is a request to a webhook.
type told struct {
	response // its body
	kind     string
	header   http.Header
}

func receive(t *testing.T, answer func(kind string) int) *receiver {
	t.Helper()
	r := &receiver{answer: answer}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func always(status int) func(string) int { return func(string) int { return status } }

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	one := told{response: response{body: string(body)}, header: request.Header}
	one.kind = one.text("event.type")
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
	driver, at := "sqlite", "file:"+filepath.Join(i.config.Data, databaseFile)
	if i.config.Database != "" {
		driver, at = "pgx", i.config.Database
	}
	db, err := sql.Open(driver, at)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), "select count(*) from jobs where "+condition).Scan(&n); err != nil {
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
	user.two-factor.method.remove user.update user.update.complete user.bulk.create user.loginId.duplicate.create user.loginId.duplicate.update`)

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

func TestEvents(t *testing.T) {
	t.Parallel()
	const (
		adaID = "00000000-0000-0000-0000-00000000ada0"
		ada   = " /api/user/" + adaID
		group = "/api/group/99999999-0000-0000-0000-000000000001"
	)
	complete := func(kind string) string { return kind + " " + kind + ".complete" }
	steps := []struct {
		do    string
		tells string
		want  map[string]values // of the bodies, by event
	}{
		{`POST` + ada + ` {"user":{"email":"ada@example.com","password":"` + password + `"}}`, complete("user.create"), map[string]values{
			"user.create": {"event.tenantId": tenantID, "event.user.id": adaID, "event.user.email": "ada@example.com", "event.user.password": absent, "event.info.ipAddress": "192.0.2.1"},
		}},
		{`PATCH` + ada + ` {"user":{"firstName":"Ada"},"eventInfo":{"ipAddress":"203.0.113.9","deviceName":"Loom"}}`, complete("user.update"), map[string]values{
			"user.update": {"event.user.firstName": "Ada", "event.original.firstName": absent, "event.info.ipAddress": "203.0.113.9", "event.info.deviceName": "Loom"},
		}},
		{`PATCH` + ada + ` {"user":{"email":"lovelace@example.com"}}`, "user.email.update user.identity.update " + complete("user.update"), map[string]values{
			"user.email.update":    {"event.previousEmail": "ada@example.com", "event.user.email": "lovelace@example.com"},
			"user.identity.update": {"event.loginIdType": "email", "event.previousLoginId": "ada@example.com", "event.newLoginId": "lovelace@example.com"},
		}},
		{`PATCH` + ada + ` {"user":{"password":"another made-up 2"}}`, "user.password.update", nil},
		{`PATCH` + ada + ` {"user":{"firstName":"Ada"}}`, "", nil}, // it was so before
		{`POST /api/user/registration/` + adaID + ` {"registration":{"applicationId":"` + applicationID + `","roles":["reader"]}}`, complete("user.registration.create"), map[string]values{
			"user.registration.create": {"event.applicationId": applicationID, "event.registration.roles.0": "reader", "event.user.registrations.0.applicationId": applicationID},
		}},
		{`PATCH /api/user/registration/` + adaID + `/` + applicationID + ` {"registration":{"data":{"a":1}}}`, complete("user.registration.update"), map[string]values{
			"user.registration.update": {"event.original.data": values{}, "event.registration.data.a": 1},
		}},
		{`POST /api/login {"loginId":"lovelace@example.com","password":"another made-up 2","applicationId":"` + applicationID + `","ipAddress":"203.0.113.7"}`, "user.login.success", map[string]values{
			"user.login.success": {"event.applicationId": applicationID, "event.authenticationType": "PASSWORD", "event.ipAddress": "203.0.113.7", "event.user.id": adaID, "event.connectorId": connectorID},
		}},
		{`DELETE /api/user/registration/` + adaID + `/` + applicationID, complete("user.registration.delete"), nil},
		{`POST ` + group + ` {"group":{"name":"Editors"}}`, complete("group.create"), map[string]values{"group.create": {"event.group.name": "Editors"}}},
		{`PATCH ` + group + ` {"group":{"name":"Authors"}}`, complete("group.update"), map[string]values{"group.update": {"event.group.name": "Authors", "event.original.name": "Editors"}}},
		{`POST /api/group/member {"members":{"99999999-0000-0000-0000-000000000001":[{"userId":"` + adaID + `"}]}}`, complete("group.member.add"), map[string]values{
			"group.member.add": {"event.group.name": "Authors", "event.members.0.userId": adaID},
		}},
		{`DELETE /api/group/member?groupId=99999999-0000-0000-0000-000000000001&userId=` + adaID, complete("group.member.remove"), map[string]values{
			"group.member.remove": {"event.members.0.userId": adaID},
		}},
		{`PUT /api/group/member {"members":{"99999999-0000-0000-0000-000000000001":[]}}`, complete("group.member.update"), nil},
		{`DELETE ` + group, complete("group.delete"), nil},
		{`DELETE` + ada, "user.deactivate", map[string]values{"user.deactivate": {"event.user.active": false}}},
		{`PUT` + ada + `?reactivate=true`, "user.reactivate", nil},
		{`DELETE` + ada + `?hardDelete=true`, complete("user.delete"), map[string]values{"user.delete": {"event.user.id": adaID}}},
	}
	onEachCalling(t, func(t *testing.T, i *instance) {
		hook := receive(t, always(200))
		i.subscribe(t, hook.URL, "")
		for _, step := range steps {
			i.do(step.do).must(t)
			eventually(t, step.do, func() bool { return hook.kinds() == step.tells && i.idle(t) })
			for kind, want := range step.want {
				hook.of(kind).want(t, want)
			}
			ids := map[string]bool{}
			for _, one := range hook.all() {
				ids[one.text("event.id")] = true
			}
			if len(ids) != len(hook.all()) {
				t.Errorf("%s: events share an id: %v", step.do, ids)
			}
			hook.forget()
		}
		if r := i.do(login("jane", "wrong")); r.status != http.StatusNotFound {
			t.Errorf("status %d", r.status)
		}
		eventually(t, "the failure", func() bool { return hook.kinds() == "user.login.failed" })
		hook.of("user.login.failed").want(t, values{"event.user.id": janeID, "event.reason.code": "credentials"})
		hook.forget()
		i.do(login("nobody", "wrong"))
		eventually(t, "nothing", func() bool { return i.idle(t) })
		if kinds := hook.kinds(); kinds != "" {
			t.Errorf("of somebody who is not there: %s", kinds)
		}
	})
}

func TestWebhookSignature(t *testing.T) {
	t.Parallel()
	onEachCalling(t, func(t *testing.T, i *instance) {
		key := i.do(`POST /api/key/generate {"key":{"algorithm":"ES256","name":"For webhooks"}}`).must(t).text("key.id")
		hook := receive(t, always(200))
		i.subscribe(t, hook.URL, `,"signatureConfiguration":{"enabled":true,"signingKeyId":"`+key+`"},"headers":{"X-Made-Up":"yes"},
			"httpAuthenticationUsername":"wherry","httpAuthenticationPassword":"made-up-basic"`)
		i.do(`POST /api/user {"user":{"email":"ada@example.com","password":"` + password + `"}}`).must(t)
		eventually(t, "it is told", func() bool { return len(hook.all()) == 2 })
		var keys jose.JSONWebKeySet
		if err := json.Unmarshal([]byte(i.do("GET /.well-known/jwks.json").body), &keys); err != nil {
			t.Fatal(err)
		}
		for _, one := range hook.all() {
			token, err := jwt.ParseSigned(one.header.Get("X-FusionAuth-Signature-JWT"), []jose.SignatureAlgorithm{jose.ES256})
			if err != nil {
				t.Fatal(err)
			}
			var claims map[string]any
			if err := token.Claims(keys, &claims); err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256([]byte(one.body))
			if want := base64.StdEncoding.EncodeToString(sum[:]); len(claims) != 1 || claims["request_body_sha256"] != want {
				t.Errorf("claims %v, want the hash %s", claims, want)
			}
			user, pass, _ := (&http.Request{Header: one.header}).BasicAuth()
			if user != "wherry" || pass != "made-up-basic" || one.header.Get("X-Made-Up") != "yes" || one.header.Get("Content-Type") != "application/json" {
				t.Errorf("headers %v", one.header)
			}
		}
	})
}

func TestWebhookTransactions(t *testing.T) {
	t.Parallel()
	const yes, no = 200, 500
	for _, tt := range []struct {
		transaction string
		answers     []int
		made        bool
	}{
		{"None", []int{no, no}, true},
		{"Any", []int{no, no, yes}, true},
		{"Any", []int{no, no}, false},
		{"SimpleMajority", []int{yes, no}, true},
		{"SimpleMajority", []int{yes, no, no}, false},
		{"SuperMajority", []int{yes, yes, no}, true},
		{"SuperMajority", []int{yes, no}, false},
		{"AbsoluteMajority", []int{yes, yes}, true},
		{"AbsoluteMajority", []int{yes, yes, no}, false},
	} {
		t.Run(fmt.Sprint(tt.transaction, tt.answers), func(t *testing.T) {
			t.Parallel()
			i := open(t, server.Config{Data: kickstartedData(t), AllowPrivateConnectors: true})
			var hooks []*receiver
			for _, status := range tt.answers {
				hooks = append(hooks, receive(t, func(kind string) int {
					if kind == "user.create" {
						return status
					}
					return yes
				}))
				i.subscribe(t, hooks[len(hooks)-1].URL, "")
			}
			i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"eventConfiguration":{"events":{"user.create":{"transactionType":"` + tt.transaction + `"}}}}}`).must(t)
			r := i.do(`POST /api/user {"user":{"email":"ada@example.com","password":"` + password + `"}}`)
			there := i.do("GET /api/user?email=ada@example.com").status == http.StatusOK
			if there != tt.made || tt.made != (r.status == http.StatusOK) || !tt.made && (r.status != http.StatusGatewayTimeout || r.codes() != "[WebhookTransactionException]") {
				t.Errorf("made %v, status %d: %s", there, r.status, r.body)
			}
			complete := func(h *receiver) bool { return strings.Contains(h.kinds(), "user.create.complete") }
			if tt.made {
				eventually(t, "it is made", func() bool { return complete(hooks[0]) })
				return
			}
			eventually(t, "it is noted", func() bool { return i.idle(t) })
			if complete(hooks[0]) {
				t.Error("what did not happen is told")
			}
		})
	}
}

// TestWhatTheDatabaseRefusesIsNotAsked: webhooks hear only of what can happen,
// and of an object that nobody can see yet.
func TestWhatTheDatabaseRefusesIsNotAsked(t *testing.T) {
	t.Parallel()
	onEachCalling(t, func(t *testing.T, i *instance) {
		var seen int
		hook := receive(t, func(kind string) int {
			if kind == "user.create" {
				seen = i.do("GET /api/user?email=ada@example.com").status
			}
			return 200
		})
		i.subscribe(t, hook.URL, "")
		i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"eventConfiguration":{"events":{"user.create":{"transactionType":"AbsoluteMajority"}}}}}`).must(t)
		const ada = `POST /api/user {"user":{"email":"ada@example.com","password":"` + password + `"}}`
		i.do(ada).must(t)
		if seen != http.StatusNotFound {
			t.Errorf("status %d while the webhook thinks", seen)
		}
		eventually(t, "it is told", func() bool { return hook.kinds() == "user.create user.create.complete" })
		hook.forget()
		if r := i.do(ada); r.codes() != "[duplicate]user.email" {
			t.Errorf("a second time: %s", r.body)
		}
		eventually(t, "it is told why", func() bool { return i.idle(t) && hook.kinds() == "user.loginId.duplicate.create" })
		hook.of("user.loginId.duplicate.create").want(t, values{
			"event.duplicateEmail": "ada@example.com", "event.existing.email": "ada@example.com", "event.user.email": "ada@example.com", "event.duplicateUsername": absent,
		})
		hook.forget()
		if r := i.do(`PATCH /api/user/` + janeID + ` {"user":{"email":"ada@example.com"}}`); r.codes() != "[duplicate]user.email" {
			t.Errorf("another: %s", r.body)
		}
		eventually(t, "it is told why", func() bool { return i.idle(t) && hook.kinds() == "user.loginId.duplicate.update" })
		hook.of("user.loginId.duplicate.update").want(t, values{"event.user.id": janeID, "event.existing.email": "ada@example.com"})
	})
}

// TestSignInNeedsTheWebhook: no session without the webhook's consent.
func TestSignInNeedsTheWebhook(t *testing.T) {
	t.Parallel()
	onEachCalling(t, func(t *testing.T, i *instance) {
		hook := receive(t, always(500))
		i.subscribe(t, hook.URL, "")
		i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"eventConfiguration":{"events":{"user.login.success":{"transactionType":"Any"}}}}}`).must(t)
		r := i.do(login("jane", password))
		if r.status != http.StatusGatewayTimeout || r.codes() != "[WebhookTransactionException]" || strings.Contains(r.body, "token") {
			t.Errorf("status %d: %s", r.status, r.body)
		}
	})
}

func TestWebhooksThatFailAreTriedAgain(t *testing.T) {
	t.Parallel()
	onEachCalling(t, func(t *testing.T, i *instance) {
		i.do(`PATCH /api/system-configuration {"systemConfiguration":{"webhookEventLogConfiguration":{"enabled":true}}}`).must(t)
		attempts := map[string]int{}
		hook := receive(t, func(kind string) int {
			if attempts[kind]++; kind == "user.create" || kind == "user.create.complete" && attempts[kind] < 3 {
				return 503
			}
			return 200
		})
		webhook := i.subscribe(t, hook.URL+"/?secret=made-up", "")
		i.do(`POST /api/user {"user":{"email":"ada@example.com","password":"` + password + `"}}`).must(t)
		for n, wait := range []time.Duration{0, 10 * time.Second, time.Minute, 5 * time.Minute} {
			eventually(t, "it waits", func() bool { return i.jobs(t, "kind = 'webhook-event' and lease is not null") == 0 })
			i.clock.advance(wait)
			eventually(t, "the next attempt", func() bool { return strings.Count(hook.kinds()+" ", "user.create ") == n+1 })
		}
		eventually(t, "it is given up", func() bool { return i.idle(t) })
		found := i.do("GET /api/system/webhook-event-log/search?start=1&orderBy=eventType&eventType=user.create").must(t)
		found.want(t, values{
			"total": 1, "webhookEventLogs.0.eventResult": "Failed", "webhookEventLogs.0.failedAttempts": 4, "webhookEventLogs.0.successfulAttempts": 0,
			"webhookEventLogs.0.event.event.user.email": "ada@example.com", "webhookEventLogs.0.attempts.3.attemptResult": "Failure",
			"webhookEventLogs.0.attempts.0.webhookCallResponse.statusCode": 503, "webhookEventLogs.0.attempts.0.webhookCallResponse.url": hook.URL + "/",
			"webhookEventLogs.0.attempts.0.webhookId": webhook, "webhookEventLogs.0.attempts.4": absent,
		})
		id, attempt := found.text("webhookEventLogs.0.id"), found.text("webhookEventLogs.0.attempts.0.id")
		i.do("GET /api/system/webhook-event-log/"+id).must(t).want(t, values{"webhookEventLog.id": id, "webhookEventLog.attempts.0.id": attempt})
		i.do("GET /api/system/webhook-attempt-log/"+attempt).must(t).want(t, values{"webhookAttemptLog.webhookEventLogId": id})
		i.do("GET /api/system/webhook-event-log/search?start=1&eventType=user.create.complete").must(t).want(t, values{
			"webhookEventLogs.0.eventResult": "Succeeded", "webhookEventLogs.0.failedAttempts": 2, "webhookEventLogs.0.successfulAttempts": 1,
		})
		i.do("GET /api/system/event-log/search?type=Error").must(t).want(t, values{"total": 1})
		if logged := i.do("GET /api/system/event-log/search").body; !strings.Contains(logged, "did not take the event [user.create]") || strings.Contains(logged, "secret") {
			t.Errorf("event log: %s", logged)
		}
	})
}

func TestWhoIsTold(t *testing.T) {
	t.Parallel()
	const otherTenant = "22222222-0000-0000-0000-000000000002"
	hookOf := func(url, more string) string {
		return `POST /api/webhook {"webhook":{"url":"` + url + `","connectTimeout":2000,"readTimeout":5000,` + more + `}}`
	}
	i := open(t, server.Config{Data: kickstartedData(t), AllowPrivateConnectors: true})
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"eventConfiguration":{"events":{"user.create":{"enabled":true},"user.deactivate":{"enabled":false}}}}}`).must(t)
	i.do(`POST /api/tenant/` + otherTenant + ` {"tenant":{"name":"Other"}}`).must(t)
	const enabled = `"eventsEnabled":{"user.create":true,"user.deactivate":true}`
	hooks := map[string]*receiver{}
	for name, more := range map[string]string{
		"all tenants": `"global":true,` + enabled, "this tenant": `"tenantIds":["` + tenantID + `"],` + enabled,
		"another tenant": `"tenantIds":["` + otherTenant + `"],` + enabled, "no tenant": enabled,
		"another event": `"global":true,"eventsEnabled":{"user.create":false,"user.delete":true}`,
	} {
		hooks[name] = receive(t, always(204))
		i.do(hookOf(hooks[name].URL, more)).must(t)
	}
	id := i.send(call{do: `POST /api/user {"user":{"email":"ada@example.com","password":"` + password + `"}}`, tenant: tenantID}).must(t).text("user.id")
	i.do("DELETE /api/user/" + id).must(t)
	i.send(call{do: `POST /api/user {"user":{"email":"ada@example.com","password":"` + password + `"}}`, tenant: otherTenant}).must(t)
	eventually(t, "all is told", func() bool { return i.idle(t) })
	for name, hook := range hooks {
		want := ""
		if name == "all tenants" || name == "this tenant" {
			want = "user.create"
		}
		if got := hook.kinds(); got != want {
			t.Errorf("%s: told of %q, want %q", name, got, want)
		}
	}
}

// TestAWebhookMayNotReachPrivateAddresses unless the operator says so.
func TestAWebhookMayNotReachPrivateAddresses(t *testing.T) {
	t.Parallel()
	i := start(t)
	hook := receive(t, always(200))
	i.subscribe(t, hook.URL, "")
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"eventConfiguration":{"events":{"user.create":{"transactionType":"Any"}}}}}`).must(t)
	if r := i.do(`POST /api/user {"user":{"email":"ada@example.com","password":"` + password + `"}}`); r.status != http.StatusGatewayTimeout {
		t.Errorf("status %d", r.status)
	}
	if told := hook.kinds(); told != "" {
		t.Errorf("it was told of %s", told)
	}
}

// TestEventsReachTheWebhooksOfOtherServers: a webhook that is made through one
// server hears of what happens at the other.
func TestEventsReachTheWebhooksOfOtherServers(t *testing.T) {
	t.Parallel()
	c := server.Config{Database: schema(t), Kickstart: sampleKickstart, Getenv: sampleEnv, AllowPrivateConnectors: true}
	one, other := open(t, c), open(t, c)
	one.do(login("jane", password)).must(t) // one has seen that nobody listens
	hook := receive(t, always(200))
	other.subscribe(t, hook.URL, "")
	eventually(t, "it is told", func() bool {
		one.do(login("jane", password)).must(t)
		return strings.Contains(hook.kinds(), "user.login.success")
	})
}

// TestImportsAreTold: in portions, and not when nothing is imported.
func TestImportsAreTold(t *testing.T) {
	t.Parallel()
	onEachCalling(t, func(t *testing.T, i *instance) {
		hook := receive(t, always(200))
		i.subscribe(t, hook.URL, "")
		var users []string
		for n := range 1001 {
			users = append(users, fmt.Sprintf(`{"email":"user.%d@example.com","active":true,"password":"aGFzaA==","salt":"c2FsdA==","encryptionScheme":"salted-md5","factor":1}`, n))
		}
		request := `POST /api/user/import {"validateDbConstraints":true,"users":[` + strings.Join(users, ",") + `]}`
		i.do(request).must(t)
		eventually(t, "it is told", func() bool { return hook.kinds() == "user.bulk.create user.bulk.create" && i.idle(t) })
		seen := map[string]bool{}
		for _, one := range hook.all() {
			list, _ := one.at("event.users").([]any)
			for _, u := range list {
				u, _ := u.(map[string]any)
				seen[fmt.Sprint(u["email"])] = true
			}
			if strings.Contains(one.body, "aGFzaA==") || strings.Contains(one.body, "c2FsdA==") {
				t.Error("a hash is told")
			}
		}
		if len(seen) != len(users) {
			t.Errorf("told of %d users", len(seen))
		}
		hook.forget()
		if r := i.do(request); r.status != http.StatusBadRequest {
			t.Errorf("a second time: status %d", r.status)
		}
		eventually(t, "nothing is left", func() bool { return i.idle(t) })
		if kinds := hook.kinds(); kinds != "" {
			t.Errorf("told of %s", kinds)
		}
	})
}

// TestAKickstartIsTold: to the webhooks that it has made.
func TestAKickstartIsTold(t *testing.T) {
	t.Parallel()
	hook := receive(t, always(200))
	file := filepath.Join(t.TempDir(), "kickstart.json")
	if err := os.WriteFile(file, []byte(`{"apiKeys":[{"key":"k"}],"requests":[{"method":"POST","url":"/api/webhook","body":{"webhook":{
		"url":"`+hook.URL+`","connectTimeout":1000,"readTimeout":2000,"eventsEnabled":{"kickstart.success":true}}}}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, server.Config{Data: t.TempDir(), Kickstart: file, AllowPrivateConnectors: true})
	eventually(t, "it is told", func() bool { return hook.kinds() == "kickstart.success" })
	one := hook.of("kickstart.success")
	if one.text("event.instanceId") == "" || one.at("event.tenantId") != absent {
		t.Errorf("told %s", one.body)
	}
}
