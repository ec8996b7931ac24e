package server_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// useOwnNotices gives an application templates of its own for mails about what
// happens to a user: their subjects say so.
func (i *instance) useOwnNotices(t testing.TB) {
	t.Helper()
	ids := map[string]string{}
	for n, name := range append(slices.Clone(noticeTemplates), "emailVerified", "emailVerification", "setPassword") {
		id := fmt.Sprintf("aa000000-0000-0000-0000-0000000002%02d", n)
		i.do(`POST /api/email/template/` + id + ` {"emailTemplate":{"name":"Own ` + name + `","defaultSubject":"${application.name}'s ` + name + `",
			"defaultHtmlTemplate":"<p>x</p>","defaultTextTemplate":"id=${(verificationId)!(changePasswordId)!'-'}\n"}}`).must(t)
		ids[name+"EmailTemplateId"] = id
	}
	i.do(`PATCH /api/application/` + applicationID + ` {"application":{"name":"App","emailConfiguration":` + text(ids) + `}}`).must(t)
}

// TestTemplatesOfTheApplication win over the tenant's, where a request names an
// application: beside what it is about, in what it goes on with, or by the page
// that it comes from.
func TestTemplatesOfTheApplication(t *testing.T) {
	t.Parallel()
	const (
		jane = " /api/user/" + janeID
		app  = `,"applicationId":"` + applicationID + `"`
		ada  = `{"user":{"email":"ada@example.com","username":"ada"}`
	)
	onEach(t, func(t *testing.T, i *instance) {
		post := newPostbox(t)
		i.useNotices(t, post)
		i.useOwnNotices(t)
		i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{"verifyEmail":true,"verificationEmailTemplateId":"` + templates["verification"] +
			`","emailVerifiedEmailTemplateId":"` + templates["emailVerified"] + `"}}}`).must(t)
		again := map[string]string{"currentPassword": password, "password": password, "passwordConfirm": password}
		adaID := i.do("POST /api/user " + ada + `,"skipVerification":true}`).must(t).text("user.id")

		change := func(beside string) response {
			return i.do(`POST /api/user/change-password {"loginId":"jane","password":"` + password + `"` + beside + `}`)
		}
		reset := func(forgotten, beside string) response {
			id := i.do(forgotJane + `,"sendForgotPasswordEmail":false` + forgotten + `}`).must(t).text("changePasswordId")
			return i.anonymously("POST /api/user/change-password/" + id + ` {"password":"` + password + `"` + beside + `}`)
		}
		mustChange := "PATCH" + jane + ` {"user":{"passwordChangeRequired":true}}`
		afterLogin := func(beside string) response {
			i.do(mustChange).must(t)
			id := i.do(`POST /api/login {"loginId":"jane","password":"` + password + `"` + beside + `}`).text("changePasswordId")
			return i.anonymously("POST /api/user/change-password/" + id + ` {"password":"` + password + `"}`)
		}
		onPage := func() response {
			i.do(mustChange).must(t)
			to := i.sendForm(filledIn(authorization(), "jane", password)).header.Get("Location")
			at, _, _ := strings.Cut(to, "?")
			return i.sendFormTo(at, next(i.browse(to, nil), again))
		}
		inAccount := func(form string, fill func(response) map[string]string) response {
			p := i.account(t)
			page := p.visit(form, nil)
			return p.visit(form, next(page, fill(page)))
		}
		setUp := func(beside string) response {
			i.clock.advance(2 * time.Minute)
			return i.do("POST /api/user/two-factor/" + janeID + ` {"method":"authenticator","secret":"` + totpSecret + `","code":"` + i.shown(t) + `"` + beside + `}`)
		}
		remove := func(query, body string) response {
			i.clock.advance(2 * time.Minute)
			method := i.do("GET" + jane).must(t).text("user.twoFactor.methods.0.id")
			return i.do("DELETE /api/user/two-factor/" + janeID + "?methodId=" + method + "&code=" + i.shown(t) + query + body)
		}
		verify := func(query string) response {
			id := i.do("PUT /api/user/verify-email?email=jane@example.com&sendVerifyEmail=false").must(t).text("verificationId")
			page := "/email/verify/" + id + "?tenantId=" + tenantID + query
			return i.sendFormTo(page, next(i.browse(page, nil), nil))
		}
		for _, tt := range []struct {
			name string
			do   func() response
			want string // subject>receiver, sorted
		}{
			{"password", func() response { return change("") }, "passwordUpdate>jane@example.com"},
			{"password, for the application", func() response { return change(app) }, "App's passwordUpdate>jane@example.com"},
			{"password, for one that is not there", func() response { return change(`,"applicationId":"` + nobodyID + `"`) }, ""},
			{"reset", func() response { return reset("", "") }, "passwordResetSuccess>jane@example.com"},
			{"reset, for the application", func() response { return reset("", app) }, "App's passwordResetSuccess>jane@example.com"},
			{"reset, forgotten at the application", func() response { return reset(app, "") }, "App's passwordResetSuccess>jane@example.com"},
			{"changed at login", func() response { return afterLogin("") }, "passwordUpdate>jane@example.com"},
			{"changed at login to the application", func() response { return afterLogin(app) }, "App's passwordUpdate>jane@example.com"},
			{"changed on the page", onPage, "App's passwordUpdate>jane@example.com"},
			{"changed in the account", func() response {
				return inAccount("/account/password", func(response) map[string]string { return again })
			}, "App's passwordUpdate>jane@example.com"},
			{"second factor", func() response { return setUp("") }, "twoFactorMethodAdd>jane@example.com"},
			{"removed", func() response { return remove("", "") }, "twoFactorMethodRemove>jane@example.com"},
			{"second factor, for the application", func() response { return setUp(app) }, "App's twoFactorMethodAdd>jane@example.com"},
			{"removed, for the application", func() response { return remove("&applicationId="+applicationID, "") }, "App's twoFactorMethodRemove>jane@example.com"},
			{"second factor in the account", func() response {
				return inAccount("/account/two-factor/enable", func(page response) map[string]string {
					return map[string]string{"code": i.shownFor(t, page)}
				})
			}, "App's twoFactorMethodAdd>jane@example.com"},
			{"removed by an administrator, for the application", func() response {
				return i.do("PATCH" + jane + ` {"user":{"twoFactor":{"methods":null}}` + app + `}`)
			}, "App's twoFactorMethodRemove>jane@example.com"},
			{"new device", func() response {
				return i.do(`POST /api/login {"loginId":"jane","newDevice":true,"password":"` + password + `"}`)
			}, "loginNewDevice>jane@example.com"},
			{"new device at the application", func() response {
				return i.do(`POST /api/login {"loginId":"jane","newDevice":true,"password":"` + password + `"` + app + `}`)
			}, "App's loginNewDevice>jane@example.com"},
			{"verified", func() response { return verify("") }, "emailVerified for Jane>jane@example.com"},
			{"verified on the application's page", func() response { return verify("&client_id=" + applicationID) }, "App's emailVerified>jane@example.com"},
			{"taken address", func() response { return i.do("POST /api/user " + ada + "}") }, "loginIdInUseOnCreate>ada@example.com"},
			{"taken address, for the application", func() response { return i.do("POST /api/user " + ada + app + "}") }, "App's loginIdInUseOnCreate>ada@example.com"},
			{"taken address, with a registration", func() response {
				return i.do("POST /api/user/registration " + ada + `,"registration":{"applicationId":"` + applicationID + `"}}`)
			}, "App's loginIdInUseOnCreate>ada@example.com"},
			{"taken name", func() response { return i.do("PATCH" + jane + ` {"user":{"username":"ada"}}`) }, "loginIdInUseOnUpdate>ada@example.com"},
			{"taken name, for the application", func() response {
				return i.do("PATCH" + jane + ` {"user":{"username":"ada"}` + app + `}`)
			}, "App's loginIdInUseOnUpdate>ada@example.com"},
			{"address", func() response { return i.do("PATCH /api/user/" + adaID + ` {"user":{"email":"ida@example.com"}}`) }, "emailUpdate>ada@example.com"},
			{"address, for the application", func() response {
				return i.do("PATCH /api/user/" + adaID + ` {"user":{"email":"ada@example.com"}` + app + `}`)
			}, "App's emailUpdate>ida@example.com"},
			{"somebody new", func() response {
				return i.do(`POST /api/user {"user":{"email":"eve@example.com"},"sendSetPasswordEmail":true}`)
			}, "setPassword for eve@example.com>eve@example.com verification for eve@example.com>eve@example.com"},
			{"somebody new, for the application", func() response {
				return i.do(`POST /api/user {"user":{"email":"eva@example.com"},"sendSetPasswordEmail":true` + app + `}`)
			}, "App's emailVerification>eva@example.com App's setPassword>eva@example.com"},
		} {
			r := tt.do()
			eventually(t, tt.name+" is told", func() bool { return i.jobs(t, "kind = 'mail'") == 0 })
			if mails, _ := drain(post); mails != tt.want {
				t.Errorf("%s (status %d): mails (-want +got):\n%s", tt.name, r.status, cmp.Diff(tt.want, mails))
			}
		}
	})
}

// TestTemplatesOfOtherApplications: an application that is not there is refused,
// and one of another tenant has no say.
func TestTemplatesOfOtherApplications(t *testing.T) {
	t.Parallel()
	const jane = `/api/user/` + janeID + ` {"user":{"username":"jane"},"applicationId":"` + nobodyID + `"}`
	check(t, []scenario{
		{name: "changed user", do: "PATCH " + jane, status: 400, codes: "[invalid]applicationId"},
		{name: "new user", do: `POST /api/user {"user":{"username":"ada"},"applicationId":"` + nobodyID + `"}`, status: 400, codes: "[invalid]applicationId"},
		{name: "no id", do: `POST /api/user {"user":{"username":"ada"},"applicationId":"app"}`, status: 400, codes: "[couldNotConvert]applicationId"},
		{name: "password", do: `POST /api/user/change-password {"loginId":"jane","password":"` + password + `","applicationId":"` + nobodyID + `"}`, status: 400, codes: "[invalid]applicationId"},
		{name: "removed factor", do: `DELETE /api/user/two-factor/` + janeID + `?code=1&methodId=x&applicationId=` + nobodyID, status: 400, codes: "[invalid]applicationId"},
		{name: "registration", do: `POST /api/user/registration {"user":{"username":"ada"},"registration":{"applicationId":"` + nobodyID + `"}}`, status: 400, codes: "[invalid]registration.applicationId"},
	})
	i, post := start(t), newPostbox(t)
	i.useNotices(t, post)
	i.useOwnNotices(t)
	i.do(anotherTenant).must(t)
	const there = "00000000-0000-0000-0000-0000000000f0"
	i.do(`POST /api/user/` + there + ` {"user":{"tenantId":"` + anotherTenantID + `","email":"ada@example.com","password":"` + password + `"}}`).must(t)
	i.do(`PATCH /api/tenant/` + anotherTenantID + ` {"tenant":{"emailConfiguration":{"host":"127.0.0.1","port":` + strconv.Itoa(post.port) + `,"passwordUpdateEmailTemplateId":"` + templates["emailVerified"] + `"}}}`).must(t)
	i.do(`PATCH /api/user/` + there + ` {"user":{"password":"` + anotherPassword + `"},"applicationId":"` + applicationID + `"}`).must(t)
	if l := post.next(t); l.subject != "emailVerified for ada@example.com" {
		t.Errorf("the mail is %q", l.subject)
	}
}
