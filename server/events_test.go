package server_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/server"
)

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
		hook := i.receive(t, always(200))
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

// TestImportsAreTold: in portions, and not when nothing is imported.
func TestImportsAreTold(t *testing.T) {
	t.Parallel()
	onEachCalling(t, func(t *testing.T, i *instance) {
		hook := i.receive(t, always(200))
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

// TestWhatIsRefusedIsNotToldOf: of a user who is made together with a registration
// that cannot be, nobody hears anything.
func TestWhatIsRefusedIsNotToldOf(t *testing.T) {
	t.Parallel()
	onEachCalling(t, func(t *testing.T, i *instance) {
		hook := i.receive(t, always(200))
		i.subscribe(t, hook.URL, "")
		both := `POST /api/user/registration {"user":{"email":"new@example.com"},"registration":{"applicationId":"` + applicationID + `","roles":["nope"]}}`
		if r := i.do(both); r.codes() != "[invalid]registration.roles" {
			t.Errorf("status %d, %s", r.status, r.body)
		}
		i.do("PATCH /api/user/" + janeID + ` {"user":{"firstName":"Janet"}}`).must(t)
		eventually(t, "something else is told", func() bool { return hook.of("user.update").kind != "" && i.idle(t) })
		if kinds := hook.kinds(); kinds != "user.update user.update.complete" {
			t.Errorf("told of %s", kinds)
		}
	})
}

// TestMailsGoOutWithTheChange that they are about, or not at all: where webhooks
// refuse a user, nobody is asked to verify the address.
func TestMailsGoOutWithTheChange(t *testing.T) {
	t.Parallel()
	onEachCalling(t, func(t *testing.T, i *instance) {
		status := http.StatusInternalServerError
		hook := i.receive(t, func(string) int { return status })
		i.subscribe(t, hook.URL, "")
		post := newPostbox(t)
		i.usePostbox(t, post)
		i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{"verifyEmail":true,"verifyEmailWhenChanged":true,"verificationEmailTemplateId":"` + templates["verification"] + `"},
			"eventConfiguration":{"events":{"user.create":{"transactionType":"AbsoluteMajority"},"user.update":{"transactionType":"AbsoluteMajority"},"user.registration.create":{"transactionType":"AbsoluteMajority"}}}}}`).must(t)
		i.do(`PATCH /api/application/` + applicationID + ` {"application":{"verifyRegistration":true,"verificationEmailTemplateId":"` + templates["registration"] + `"}}`).must(t)
		adminID := i.do("GET /api/user?email=admin@example.com").must(t).text("user.id")
		requests := []string{
			`POST /api/user {"user":{"email":"new@example.com"},"sendSetPasswordEmail":true}`,
			`PATCH /api/user/` + adminID + ` {"user":{"email":"other@example.com"}}`,
			`POST /api/user/registration/` + adminID + ` {"registration":{"applicationId":"` + applicationID + `"}}`,
		}
		for _, request := range requests {
			if r := i.do(request); r.status != http.StatusGatewayTimeout {
				t.Errorf("%s: status %d, %s", request, r.status, r.body)
			}
		}
		if n := i.jobs(t, "kind = 'mail'"); n != 0 || len(post.mails) != 0 {
			t.Errorf("%d mails wait, %d have come", n, len(post.mails))
		}
		status = http.StatusOK
		for _, request := range requests {
			i.do(request).must(t)
		}
		got := map[string]bool{}
		for range 4 {
			l := post.next(t)
			got[l.to[0]+" "+l.subject] = true
		}
		want := map[string]bool{
			"new@example.com verification for new@example.com": true, "new@example.com setPassword for new@example.com": true,
			"other@example.com verification for other@example.com": true, "other@example.com registration for other@example.com": true,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("mails (-want +got):\n%s", diff)
		}
	})
}

// TestAKickstartIsTold: to the webhooks that it has made.
func TestAKickstartIsTold(t *testing.T) {
	t.Parallel()
	hook := receive(t, newLeaks(), always(200))
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
