package server_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestCodesThatCannotBeSent: whoever has a phone, and a tenant that cannot reach
// it, is asked all the same. Nobody comes in without the second factor, and the
// event log says what is wrong.
func TestCodesThatCannotBeSent(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.do(`PATCH /api/user/` + janeID + ` {"user":{"twoFactor":{"methods":[{"method":"sms","mobilePhone":"+13035550100"},{"method":"email","email":"second@example.com"}],"recoveryCodes":["AAAAA-BBBBB"]}}}`).must(t)
		asked := i.challenged(t)
		for _, n := range []string{"0", "1"} {
			r := i.do(`POST /api/two-factor/send/` + asked.text("twoFactorId") + ` {"methodId":"` + asked.text("methods."+n+".id") + `"}`)
			if r.status != http.StatusBadRequest || r.codes() != "[cannotSend]method" {
				t.Errorf("status %d: %s", r.status, r.body)
			}
		}
		if events := i.do("GET /api/system/event-log/search").must(t); !strings.Contains(events.body, "by [sms]") || !strings.Contains(events.body, "by [email]") {
			t.Errorf("event log: %s", events.body)
		}
		i.factor(asked.text("twoFactorId"), "AAAAA-BBBBB", "").must(t)
	})
}

// TestSecondFactorByMail: the code that comes by mail lets in.
func TestSecondFactorByMail(t *testing.T) {
	t.Parallel()
	i, box := start(t), newPostbox(t)
	i.usePostbox(t, box)
	const template = "aa000000-0000-0000-0000-000000000099"
	i.do(`POST /api/email/template/` + template + ` {"emailTemplate":{"name":"Code","defaultSubject":"Code","defaultHtmlTemplate":"<p>${code}</p>","defaultTextTemplate":"code=${code}\n"}}`).must(t)
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"multiFactorConfiguration":{"email":{"enabled":true,"templateId":"` + template + `"}}}}`).must(t)
	i.do(`PATCH /api/user/` + janeID + ` {"user":{"twoFactor":{"methods":[{"method":"email","email":"second@example.com"}]}}}`).must(t)
	asked := i.do(login("jane", password))
	if asked.status != 242 {
		t.Fatalf("status %d: %s", asked.status, asked.body)
	}
	id := asked.text("twoFactorId")
	i.do(`POST /api/two-factor/send/` + id + ` {"methodId":"` + asked.text("methods.0.id") + `"}`).must(t)
	l := box.next(t)
	if len(l.to) != 1 || l.to[0] != "second@example.com" {
		t.Errorf("sent to %v", l.to)
	}
	i.do(`POST /api/two-factor/login {"twoFactorId":"`+id+`","code":"`+l.value(t, "code")+`"}`).must(t).want(t, values{"user.id": janeID})
	i.nothingLeaks(t, l.value(t, "code"))
}
