package server_test

import "testing"

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
