package server_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"wherry/server"
)

func TestWebhookSignature(t *testing.T) {
	t.Parallel()
	onEachCalling(t, func(t *testing.T, i *instance) {
		key := i.do(`POST /api/key/generate {"key":{"algorithm":"ES256","name":"For webhooks"}}`).must(t).text("key.id")
		hook := i.receive(t, always(200))
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
			i := open(t, server.Config{Data: kickstartedData(t), Key: sampleKey, AllowPrivateConnectors: true})
			var hooks []*receiver
			for _, status := range tt.answers {
				hooks = append(hooks, i.receive(t, func(kind string) int {
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
		hook := i.receive(t, func(kind string) int {
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
		hook := i.receive(t, always(500))
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
		hook := i.receive(t, func(kind string) int {
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
	i := open(t, server.Config{Data: kickstartedData(t), Key: sampleKey, AllowPrivateConnectors: true})
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"eventConfiguration":{"events":{"user.create":{"enabled":true},"user.deactivate":{"enabled":false}}}}}`).must(t)
	i.do(`POST /api/tenant/` + otherTenant + ` {"tenant":{"name":"Other"}}`).must(t)
	const enabled = `"eventsEnabled":{"user.create":true,"user.deactivate":true}`
	hooks := map[string]*receiver{}
	for name, more := range map[string]string{
		"all tenants": `"global":true,` + enabled, "this tenant": `"tenantIds":["` + tenantID + `"],` + enabled,
		"another tenant": `"tenantIds":["` + otherTenant + `"],` + enabled, "no tenant": enabled,
		"another event": `"global":true,"eventsEnabled":{"user.create":false,"user.delete":true}`,
	} {
		hooks[name] = i.receive(t, always(204))
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
	hook := i.receive(t, always(200))
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
	hook := one.receive(t, always(200))
	other.subscribe(t, hook.URL, "")
	eventually(t, "it is told", func() bool {
		one.do(login("jane", password)).must(t)
		return strings.Contains(hook.kinds(), "user.login.success")
	})
}
