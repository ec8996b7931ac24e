package server_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// noticeTemplates are the properties of a tenant that name the templates of
// mails about what has happened to a user.
var noticeTemplates = []string{
	"emailUpdate", "loginIdInUseOnCreate", "loginIdInUseOnUpdate", "loginNewDevice", "passwordResetSuccess", "passwordUpdate", "twoFactorMethodAdd", "twoFactorMethodRemove",
}

// useNotices lets the tenant send those mails, each with its name as the subject.
func (i *instance) useNotices(t testing.TB, p *postbox) {
	t.Helper()
	i.usePostbox(t, p)
	ids := map[string]string{}
	for n, name := range noticeTemplates {
		ids[name+"EmailTemplateId"] = fmt.Sprintf("aa000000-0000-0000-0000-0000000001%02d", n)
		i.do(`POST /api/email/template/` + ids[name+"EmailTemplateId"] + ` {"emailTemplate":{"name":"Notice ` + name + `","defaultSubject":"` + name + `","defaultHtmlTemplate":"<p>x</p>",
			"defaultTextTemplate":"from=${event.info.ipAddress}\nmethod=${(method.method)!'-'}\nsecret=${(method.secret)!'-'}\nprevious=${previousEmail!'-'}\n"}}`).must(t)
	}
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":` + text(ids) + `}}`).must(t)
}

// TestWhatHappensToAUserIsTold: to webhooks, and by mail to the user.
func TestWhatHappensToAUserIsTold(t *testing.T) {
	t.Parallel()
	const (
		jane   = " /api/user/" + janeID
		second = "another made-up password"
	)
	onEachCalling(t, func(t *testing.T, i *instance) {
		hook := i.receive(t, always(200))
		i.subscribe(t, hook.URL, "")
		post := newPostbox(t)
		i.useNotices(t, post)
		id := ""
		for _, step := range []struct {
			name  string
			do    func() response
			tells string
			want  map[string]values // of the bodies, by event
			mails string            // subject>receiver, sorted
			lines map[string]string // of the last mail
		}{
			{
				name: "a password is forgotten", do: func() response { return i.do(forgotJane + "}") },
				tells: "user.password.reset.send user.password.reset.start", mails: "forgotPassword for Jane>jane@example.com",
				want: map[string]values{"user.password.reset.send": {"event.user.id": janeID, "event.tenantId": tenantID, "event.changePasswordId": absent}},
			},
			{
				name: "an id without a mail", do: func() response { return i.do(forgotJane + `,"sendForgotPasswordEmail":false}`) },
				tells: "user.password.reset.start",
			},
			{
				name: "it is reset", do: func() response {
					return i.anonymously("POST /api/user/change-password/" + id + ` {"password":"` + second + `"}`)
				},
				tells: "user.password.reset.success user.password.update", mails: "passwordResetSuccess>jane@example.com",
				want: map[string]values{"user.password.reset.success": {"event.user.id": janeID, "event.info.ipAddress": "192.0.2.1"}},
			},
			{
				name: "it is changed", do: func() response {
					return i.do(`POST /api/user/change-password {"loginId":"jane","currentPassword":"` + second + `","password":"` + password + `"}`)
				},
				tells: "user.password.update", mails: "passwordUpdate>jane@example.com", lines: map[string]string{"from": "192.0.2.1"},
			},
			{
				name: "by an administrator", do: func() response { return i.do("PATCH" + jane + ` {"user":{"password":"` + second + `"}}`) },
				tells: "user.password.update", mails: "passwordUpdate>jane@example.com",
			},
			{
				name: "a new address", do: func() response { return i.do("PATCH" + jane + ` {"user":{"email":"janet@example.com"}}`) },
				tells: "user.email.update user.identity.update user.update user.update.complete", mails: "emailUpdate>jane@example.com", lines: map[string]string{"previous": "jane@example.com"},
			},
			{
				name: "somebody wants the same", do: func() response {
					return i.do(`POST /api/user {"user":{"email":"janet@example.com","username":"jane"}}`)
				},
				tells: "user.loginId.duplicate.create user.loginId.duplicate.create", mails: "loginIdInUseOnCreate>janet@example.com",
			},
			{
				name: "somebody else too", do: func() response {
					return i.do("PATCH /api/user/" + i.do("GET /api/user?email=admin@example.com").must(t).text("user.id") + ` {"user":{"username":"jane"}}`)
				},
				tells: "user.loginId.duplicate.update", mails: "loginIdInUseOnUpdate>janet@example.com",
			},
			{
				name: "a device that is new", do: func() response {
					return i.do(`POST /api/login {"loginId":"jane","password":"` + second + `","newDevice":true,"eventInfo":{"ipAddress":"203.0.113.9"},"noJWT":true}`)
				},
				tells: "user.login.new-device user.login.success", mails: "loginNewDevice>janet@example.com", lines: map[string]string{"from": "203.0.113.9"},
				want: map[string]values{"user.login.new-device": {"event.user.id": janeID, "event.authenticationType": "PASSWORD", "event.ipAddress": "203.0.113.9"}},
			},
			{
				name: "a second factor", do: func() response {
					return i.do("POST /api/user/two-factor/" + janeID + ` {"method":"authenticator","secret":"` + totpSecret + `","code":"` + i.shown(t) + `"}`)
				},
				tells: "user.two-factor.method.add", mails: "twoFactorMethodAdd>janet@example.com", lines: map[string]string{"method": "authenticator", "secret": "-"},
				want: map[string]values{"user.two-factor.method.add": {"event.method.method": "authenticator", "event.method.secret": absent}},
			},
			{
				name: "it is asked for", do: func() response { return i.do(login("jane", second)) },
				tells: "user.two-factor.challenge", want: map[string]values{"user.two-factor.challenge": {"event.user.id": janeID, "event.applicationId": applicationID}},
			},
			{
				name: "a wrong code", do: func() response { return i.factor(id, "000000", "") },
				tells: "user.two-factor.failed-attempt", want: map[string]values{"user.two-factor.failed-attempt": {"event.user.id": janeID, "event.code": absent}},
			},
			{
				name: "the right one", do: func() response {
					i.clock.advance(2 * time.Minute)
					return i.factor(id, i.shown(t), "")
				},
				tells: "user.login.success user.two-factor.success", want: map[string]values{"user.two-factor.success": {"event.user.id": janeID, "event.method": "authenticator"}},
			},
			{
				name: "it is taken away", do: func() response {
					i.clock.advance(2 * time.Minute)
					method := i.do("GET" + jane).must(t).text("user.twoFactor.methods.0.id")
					return i.do("DELETE /api/user/two-factor/" + janeID + "?methodId=" + method + "&code=" + i.shown(t))
				},
				tells: "user.two-factor.method.remove", mails: "twoFactorMethodRemove>janet@example.com", lines: map[string]string{"method": "authenticator", "secret": "-"},
			},
		} {
			hook.forget()
			r := step.do()
			if next := r.text("changePasswordId") + r.text("twoFactorId"); next != "" {
				id = next
			}
			eventually(t, step.name+" is told", func() bool { return i.idle(t) && i.jobs(t, "kind = 'mail'") == 0 })
			if got := hook.kinds(); got != step.tells {
				t.Errorf("%s (status %d): told of %q, want %q", step.name, r.status, got, step.tells)
			}
			for kind, want := range step.want {
				hook.of(kind).want(t, want)
			}
			mails, last := drain(post)
			if diff := cmp.Diff(step.mails, mails); diff != "" {
				t.Errorf("%s: mails (-want +got):\n%s", step.name, diff)
			}
			for name, want := range step.lines {
				if got := last.value(t, name); got != want {
					t.Errorf("%s: %s=%s, want %s", step.name, name, got, want)
				}
			}
		}
	})
}

// drain is the mails that have come, and the last of them.
func drain(p *postbox) (all string, last letter) {
	var mails []string
	for {
		select {
		case last = <-p.mails:
			mails = append(mails, last.subject+">"+strings.Join(last.to, ","))
		default:
			slices.Sort(mails)
			return strings.Join(mails, " "), last
		}
	}
}

// TestPhasesOfActions are told to webhooks and, where somebody wants that, by
// mail to the user; the last one when its time has come.
func TestPhasesOfActions(t *testing.T) {
	t.Parallel()
	onEachCalling(t, func(t *testing.T, i *instance) {
		hook := i.receive(t, always(200))
		i.subscribe(t, hook.URL, "")
		post := newPostbox(t)
		i.useNotices(t, post)
		for _, request := range actionable[4:] {
			i.do(request).must(t)
		}
		settings := `"temporal":true,"sendEndEvent":true,"userEmailingEnabled":true,"userNotificationsEnabled":true`
		for _, phase := range []string{"start", "modify", "cancel", "end"} {
			id := i.do(`POST /api/email/template {"emailTemplate":{"name":"` + phase + `","defaultSubject":"` + phase + ` ${action.localizedName}","defaultHtmlTemplate":"x","defaultTextTemplate":"x"}}`).must(t).text("emailTemplate.id")
			settings += `,"` + phase + `EmailTemplateId":"` + id + `"`
		}
		i.do(`POST /api/user-action/` + suspendID + ` {"userAction":{"name":"Suspend","localizedNames":{"de":"Sperren"},` + settings + `}}`).must(t)
		in := func(d time.Duration) string { return itoa(i.clock.now().Add(d).UnixMilli()) }
		told := func(phase, mails string, want values) {
			t.Helper()
			eventually(t, phase+" is told", func() bool { return hook.of("user.action").kind != "" && i.idle(t) && i.jobs(t, "kind = 'mail'") == 0 })
			e := hook.of("user.action")
			e.want(t, values{"event.phase": phase, "event.action": "Suspend", "event.localizedAction": "Sperren", "event.actioneeUserId": janeID, "event.tenantId": tenantID})
			e.want(t, want)
			if got, _ := drain(post); got != mails {
				t.Errorf("%s: mails %q, want %q", phase, got, mails)
			}
			hook.forget()
		}
		hook.forget()
		begun := i.do(action(suspendID, `,"expiry":`+in(hour)+`,"emailUser":true,"notifyUser":true,"reasonId":"`+reasonID+`","comment":"rude"`)).must(t).text("action.id")
		told("start", "start Sperren>jane@example.com", values{
			"event.actionId": begun, "event.actionerUserId": moderatorID, "event.emailedUser": true, "event.notifyUser": true, "event.reasonCode": "rude", "event.localizedReason": "Grobe Worte", "event.comment": "rude",
		})
		change := ` /api/user/action/` + begun + ` {"action":{"actionerUserId":"` + moderatorID + `"`
		i.do("PUT" + change + `,"emailUser":true,"expiry":` + in(2*hour) + `}}`).must(t)
		told("modify", "modify Sperren>jane@example.com", values{"event.emailedUser": true, "event.notifyUser": false})
		i.clock.advance(hour + time.Minute) // the first end is none
		i.clock.advance(hour)
		told("end", "end Sperren>jane@example.com", values{"event.actionerUserId": absent})
		i.do("GET /api/user/action/"+begun).must(t).want(t, values{"action.endEventSent": true})

		again := i.do(action(suspendID, `,"expiry":`+in(hour))).must(t).text("action.id")
		told("start", "", values{"event.emailedUser": false})
		i.do("DELETE /api/user/action/" + again + ` {"action":{"actionerUserId":"` + moderatorID + `"}}`).must(t)
		told("cancel", "", values{})
		i.clock.advance(2 * hour)
		eventually(t, "nothing waits", func() bool { return i.jobs(t, "kind = 'user-action-end'") == 0 })
		if kinds := hook.kinds(); kinds != "" {
			t.Errorf("a cancelled action: told of %s", kinds)
		}
		i.do("GET /api/user/action/"+again).must(t).want(t, values{"action.endEventSent": false})
	})
}

// TestWebhooksRefuseAnAction: by what the action says, whatever the tenant does.
func TestWebhooksRefuseAnAction(t *testing.T) {
	t.Parallel()
	onEachCalling(t, func(t *testing.T, i *instance) {
		hook := i.receive(t, always(500))
		i.subscribe(t, hook.URL, "")
		for _, request := range actionable[4:] {
			i.do(request).must(t)
		}
		i.do(`POST /api/user-action/` + suspendID + ` {"userAction":{"name":"Suspend","temporal":true,"transactionType":"AbsoluteMajority"}}`).must(t)
		if r := i.do(action(suspendID, `,"expiry":`+itoa(i.clock.now().Add(hour).UnixMilli()))); r.status != 504 {
			t.Errorf("status %d: %s", r.status, r.body)
		}
		i.do("GET /api/user/action?userId="+janeID).must(t).want(t, values{"actions": []any{}})
	})
}
