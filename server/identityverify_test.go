package server_test

import (
	"net/http"
	"testing"

	"wherry/server"
)

const verifyEmails = `PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{"verifyEmail":true,"verificationEmailTemplateId":"aa000000-0000-0000-0000-000000000004"}}}`

func TestVerifyIdentityRequests(t *testing.T) {
	t.Parallel()
	const (
		path  = `POST /api/identity/verify`
		start = path + `/start {"loginId":"jane@example.com","loginIdType":"email"`
	)
	check(t, []scenario{
		{name: "by a link", do: start + `}`, status: 200, want: values{"verificationId": present, "oneTimeCode": absent}},
		{name: "by a code", do: start + `,"verificationStrategy":"FormField"}`, status: 200, want: values{"verificationId": present, "oneTimeCode": present}},
		{name: "nobody", do: path + `/start {"loginId":"nobody@example.com","loginIdType":"email"}`, status: 404},
		{name: "nobody yet", do: path + `/start {"loginId":"nobody@example.com","loginIdType":"email","existingUserStrategy":"mustNotExist"}`, status: 200, want: values{"verificationId": present}},
		{name: "somebody who may not be there", do: start + `,"existingUserStrategy":"mustNotExist"}`, status: 400, codes: "[duplicate]loginId"},
		{name: "nothing named", do: path + `/start {}`, status: 400, codes: "[blank]loginId [invalid]loginIdType"},
		{name: "a user name", do: path + `/start {"loginId":"jane","loginIdType":"username"}`, status: 400, codes: "[invalid]loginIdType"},
		{name: "strategies that are none", do: start + `,"verificationStrategy":"x","existingUserStrategy":"y","state":1}`, status: 400, codes: "[couldNotConvert]state [invalid]existingUserStrategy [invalid]verificationStrategy"},
		{name: "without a key", do: start + `}`, as: noKey, status: 401},
		{name: "send what is unknown", do: path + `/send {"verificationId":"x"}`, status: 404},
		{name: "send nothing", do: path + `/send {}`, status: 400, codes: "[blank]verificationId"},
		{name: "complete what is unknown", do: path + `/complete {"verificationId":"x"}`, status: 404},
		{name: "an administrator's word", do: path + ` {"loginId":"jane@example.com","loginIdType":"email"}`, status: 200},
		{name: "about nobody", do: path + ` {"loginId":"nobody@example.com","loginIdType":"email"}`, status: 404},
		{name: "in another tenant", given: []string{anotherTenant}, do: path + ` {"loginId":"jane@example.com","loginIdType":"email"}`, tenant: anotherTenantID, status: 404},
		{
			name: "an id that stands for nothing", do: `POST /api/user {"user":{"email":"new@example.com"},"verificationIds":["x"]}`,
			status: 400, codes: "[invalid]verificationIds",
		},
	})
}

// TestVerifyIdentity: an address and a number are verified by what is sent there.
func TestVerifyIdentity(t *testing.T) {
	t.Parallel()
	onEachCalling(t, func(t *testing.T, i *instance) {
		box := newPostbox(t)
		i.usePostbox(t, box)
		i.do(verifyEmails).must(t)
		phones := i.texting(t)
		messenger := i.do("GET /api/messenger").must(t).text("messengers.0.id")
		words := i.do(`POST /api/message/template {"messageTemplate":{"type":"SMS","name":"Verify","defaultTemplate":"Type ${verificationOneTimeCode}."}}`).must(t).text("messageTemplate.id")
		i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"phoneConfiguration":{"verifyPhoneNumber":true,"verificationStrategy":"FormField","unverified":{"behavior":"Gated"},
			"messengerId":"` + messenger + `","verificationTemplateId":"` + words + `"}}}`).must(t)
		i.do("PATCH /api/user/" + janeID + ` {"user":{"phoneNumber":"+1 303-555-0101"}}`).must(t)
		eventually(t, "the number is to be verified", func() bool { return phones.last() != nil })

		for kind, loginID := range map[string]string{"email": "jane@example.com", "phoneNumber": "+13035550101"} {
			begun := i.do(`POST /api/identity/verify/start {"loginId":"` + loginID + `","loginIdType":"` + kind + `","verificationStrategy":"FormField","state":{"x":"1"}}`).must(t)
			id, code := begun.text("verificationId"), begun.text("oneTimeCode")
			i.do(`POST /api/identity/verify/send {"verificationId":"` + id + `"}`).must(t)
			if kind == "email" {
				if l := box.next(t); l.value(t, "id") != id || l.value(t, "code") != code || l.to[0] != loginID {
					t.Errorf("mail: %+v", l)
				}
			} else {
				eventually(t, "the message comes", func() bool { return phones.last()["textMessage"] == "Type "+code+"." })
				if m := phones.last(); m["phoneNumber"] != loginID || m["code"] != code {
					t.Errorf("message: %v", m)
				}
			}
			complete := func(code string) response {
				return i.do(`POST /api/identity/verify/complete {"verificationId":"` + id + `","oneTimeCode":"` + code + `"}`)
			}
			if r := complete("wrong"); r.status != http.StatusNotFound {
				t.Errorf("a wrong code: status %d", r.status)
			}
			complete(code).must(t).want(t, values{"state.x": "1"})
			if r := complete(code); r.status != http.StatusNotFound {
				t.Errorf("once more: status %d", r.status)
			}
			verified := i.do("GET /api/user/" + janeID).must(t)
			for n := range 3 {
				if at := "user.identities." + string(rune('0'+n)); verified.text(at+".type") == kind {
					verified.want(t, values{at + ".verified": true, at + ".verifiedReason": "Completed"})
				}
			}
		}
	})
}

// TestVerifiedBeforeThereIsAUser: the address counts as verified for whoever is
// made with it, and with the id.
func TestVerifiedBeforeThereIsAUser(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.do(verifyEmails).must(t)
		begun := i.do(`POST /api/identity/verify/start {"loginId":"New@example.com","loginIdType":"email","verificationStrategy":"FormField","existingUserStrategy":"mustNotExist"}`).must(t)
		id, made := begun.text("verificationId"), `POST /api/user {"user":{"email":"new@example.com"},"verificationIds":["`+begun.text("verificationId")+`"]}`
		if r := i.do(made); r.codes() != "[invalid]verificationIds" {
			t.Errorf("before it is completed: status %d, %s", r.status, r.body)
		}
		i.do(`POST /api/identity/verify/complete {"verificationId":"` + id + `","oneTimeCode":"` + begun.text("oneTimeCode") + `"}`).must(t)
		if r := i.do(`POST /api/user {"user":{"email":"other@example.com"},"verificationIds":["` + id + `"]}`); r.codes() != "[invalid]verificationIds" {
			t.Errorf("for another address: status %d, %s", r.status, r.body)
		}
		i.do(made).must(t).want(t, values{"user.verified": true, "user.identities.0.verifiedReason": "Completed", "verificationIds": absent})
	})
}

// TestWhatHasToBeVerifiedAtASignIn: where a code has to be typed, the answer has
// the id that goes with the one that was sent.
func TestWhatHasToBeVerifiedAtASignIn(t *testing.T) {
	t.Parallel()
	i, box := open(t, server.Config{Data: kickstartedData(t), Key: sampleKey, AllowPrivateConnectors: true}), newPostbox(t)
	i.usePostbox(t, box)
	i.do(verifyEmails).must(t)
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{"verificationStrategy":"FormField","unverified":{"behavior":"Gated"}}}}`).must(t)
	i.do(`PATCH /api/application/` + applicationID + ` {"application":{"verifyRegistration":true,"verificationStrategy":"FormField","verificationEmailTemplateId":"` + templates["registration"] + `","unverified":{"behavior":"Gated"}}}`).must(t)
	i.do(`POST /api/user/registration {"user":{"email":"new@example.com","password":"` + password + `"},"registration":{"applicationId":"` + applicationID + `"}}`).must(t)
	_, _ = box.next(t), box.next(t)

	first := i.do(login("new@example.com", password))
	l := box.next(t)
	first.want(t, values{"emailVerificationId": l.value(t, "id"), "identityVerificationId": l.value(t, "id"), "user.email": "new@example.com", "token": absent})
	if first.status != 212 {
		t.Fatalf("status %d", first.status)
	}
	i.anonymously(`POST /api/user/verify-email {"verificationId":"` + l.value(t, "id") + `","oneTimeCode":"` + l.value(t, "code") + `"}`).must(t)

	second := i.do(login("new@example.com", password))
	l = box.next(t)
	second.want(t, values{"registrationVerificationId": l.value(t, "id"), "emailVerificationId": absent})
	if second.status != 213 {
		t.Fatalf("status %d", second.status)
	}
	i.anonymously(`POST /api/user/verify-registration {"verificationId":"` + l.value(t, "id") + `","oneTimeCode":"` + l.value(t, "code") + `"}`).must(t)
	if r := i.do(login("new@example.com", password)); r.status != http.StatusOK {
		t.Errorf("status %d", r.status)
	}
}
