package server_test

import (
	"net/http"
	"strings"
	"testing"
)

// passwordless lets people sign in to the sample application without a password.
const passwordless = "PATCH /api/application/" + applicationID + ` {"application":{"passwordlessConfiguration":{"enabled":true}}}`

func TestPasswordless(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		t.Helper()
		box := newPostbox(t)
		i.usePostbox(t, box)
		i.do(passwordless).must(t)
		const who = `{"applicationId":"` + applicationID + `","loginId":"jane@example.com","state":{"x":"back"}`
		code := i.do("POST /api/passwordless/start " + who + "}").must(t).text("code")
		i.anonymously(`POST /api/passwordless/send {"code":"` + code + `"}`).must(t)
		if l := box.next(t); l.value(t, "code") != code || l.value(t, "oneTimeCode") != "-" || l.value(t, "state") != "back" {
			t.Errorf("mail: %s", l.text)
		}
		enter := func(code, more string) response {
			return i.anonymously(`POST /api/passwordless/login {"code":"` + code + `"` + more + `}`)
		}
		enter(code, "").must(t).want(t, values{"user.id": janeID, "state.x": "back"})
		if r := enter(code, ""); r.status != http.StatusNotFound {
			t.Errorf("a code works once: status %d", r.status)
		}

		r := i.do("POST /api/passwordless/start " + who + `,"loginStrategy":"FormField"}`).must(t)
		code, typed := r.text("code"), r.text("oneTimeCode")
		i.anonymously(`POST /api/passwordless/send {"code":"` + code + `"}`).must(t)
		if l := box.next(t); l.value(t, "oneTimeCode") != typed || len(typed) != 6 || strings.Trim(typed, "0123456789") != "" {
			t.Errorf("mail: %s", l.text)
		}
		for range 3 {
			if r := enter(code, `,"oneTimeCode":"000"`); r.status != http.StatusNotFound {
				t.Errorf("a wrong code: status %d", r.status)
			}
		}
		enter(code, `,"oneTimeCode":" `+typed+` "`).must(t)

		code = i.do("POST /api/passwordless/start " + who + `,"loginStrategy":"FormField"}`).must(t).text("code")
		for range 5 {
			enter(code, `,"oneTimeCode":"000"`)
		}
		if r := i.anonymously(`POST /api/passwordless/send {"code":"` + code + `"}`); r.status != http.StatusNotFound {
			t.Errorf("after too many guesses: status %d", r.status)
		}
		i.anonymously("POST /api/passwordless/send " + who + "}").must(t)
		i.anonymously("POST /api/passwordless/send " + strings.Replace(who, "jane@", "nobody@", 1) + "}").must(t)
		enter(box.next(t).value(t, "code"), `,"noJWT":true`).must(t).want(t, values{"token": absent})
		i.nothingLeaks(t, code, typed)
	})
}

func TestPasswordlessOutcomes(t *testing.T) {
	t.Parallel()
	start := `POST /api/passwordless/start {"applicationId":"` + applicationID + `","loginId":"jane"}`
	check(t, []scenario{
		{name: "off", do: start, status: 400, codes: "[PasswordlessDisabled]"},
		{name: "on", given: []string{passwordless}, do: start, status: 200},
		{name: "needs a key", given: []string{passwordless}, do: start, as: noKey, status: 401},
		{name: "nobody", given: []string{passwordless}, do: strings.Replace(start, "jane", "nobody", 1), status: 404},
		{name: "nothing", do: "POST /api/passwordless/start {}", status: 400, codes: "[blank]applicationId [blank]loginId"},
		{name: "unknown strategy", do: strings.TrimSuffix(start, "}") + `,"loginStrategy":"x"}`, status: 400, codes: "[invalid]loginStrategy"},
		{name: "unknown code", do: `POST /api/passwordless/login {"code":"x"}`, as: noKey, status: 404},
		{name: "no code", do: `POST /api/passwordless/login {}`, as: noKey, status: 400, codes: "[blank]code"},
		{name: "sending an unknown code", do: `POST /api/passwordless/send {"code":"x"}`, as: noKey, status: 404},
		{name: "no template", given: []string{passwordless}, do: `POST /api/passwordless/send {"applicationId":"` + applicationID + `","loginId":"jane"}`, as: noKey, status: 403},
	})
}

func TestVerifyingAnAddress(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		t.Helper()
		box := newPostbox(t)
		i.usePostbox(t, box)
		i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{"verifyEmail":true,"verificationEmailTemplateId":"` + templates["verification"] +
			`","emailVerifiedEmailTemplateId":"` + templates["emailVerified"] + `"}}}`).must(t)
		joe := i.do(`POST /api/user {"user":{"email":"joe@example.com"}}`).must(t).text("user.id")
		id := box.next(t).value(t, "id")
		i.do(`POST /api/user {"skipVerification":true,"user":{"email":"jim@example.com"}}`).must(t)
		i.anonymously("POST /api/user/verify-email/" + id).must(t)
		if l := box.next(t); l.text != "verified\r\n" || l.to[0] != "joe@example.com" {
			t.Errorf("the second mail: %+v", l)
		}
		i.do("GET /api/user/"+joe).must(t).want(t, values{"user.identities.0.verified": true, "user.identities.0.verifiedReason": "Completed", "user.verified": true})
		if r := i.anonymously("POST /api/user/verify-email/" + id); r.status != http.StatusNotFound {
			t.Errorf("an id works once: status %d", r.status)
		}

		i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{"verifyEmailWhenChanged":true}}}`).must(t)
		i.do(`PATCH /api/user/` + joe + ` {"user":{"firstName":"Joe"}}`).must(t)
		i.do(`PATCH /api/user/` + joe + ` {"user":{"email":"joseph@example.com"}}`).must(t)
		l := box.next(t)
		if l.to[0] != "joseph@example.com" {
			t.Errorf("a changed address: %+v", l)
		}
		i.do(`PATCH /api/user/` + joe + ` {"user":{"email":"jo@example.com"}}`).must(t)
		if r := i.anonymously("POST /api/user/verify-email/" + l.value(t, "id")); r.status != http.StatusNotFound {
			t.Errorf("an id for an earlier address: status %d", r.status)
		}
		box.next(t)

		i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{"verificationStrategy":"FormField","emailVerifiedEmailTemplateId":null}}}`).must(t)
		if r := i.anonymously("PUT /api/user/verify-email?email=jane@example.com").must(t); r.body != "" {
			t.Errorf("without a key nothing is told: %s", r.body)
		}
		l = box.next(t)
		id, code := l.value(t, "id"), l.value(t, "code")
		verify := func(code string) response {
			return i.anonymously(`POST /api/user/verify-email {"verificationId":"` + id + `","oneTimeCode":"` + code + `"}`)
		}
		if r := verify("wrong"); r.status != http.StatusNotFound {
			t.Errorf("a wrong code: status %d", r.status)
		}
		verify(strings.ToLower(code)).must(t)
		silent := i.do("PUT /api/user/verify-email?email=jane@example.com&sendVerifyEmail=false").must(t)
		if silent.text("verificationId") == "" || silent.text("oneTimeCode") == "" {
			t.Errorf("with a key: %s", silent.body)
		}
		i.nothingLeaks(t, id, code, silent.text("verificationId"))
	})
}

func TestVerifyingARegistration(t *testing.T) {
	t.Parallel()
	i, box := start(t), newPostbox(t)
	i.usePostbox(t, box)
	i.do(`PATCH /api/application/` + applicationID + ` {"application":{"verifyRegistration":true,"verificationEmailTemplateId":"` + templates["registration"] + `"}}`).must(t)
	joe := i.do(`POST /api/user/registration {"user":{"email":"joe@example.com"},"registration":{"applicationId":"` + applicationID + `"}}`).must(t).text("user.id")
	l := box.next(t)
	if l.value(t, "registration") != applicationID {
		t.Errorf("mail: %s", l.text)
	}
	i.anonymously("POST /api/user/verify-registration/" + l.value(t, "id")).must(t)
	i.do("GET /api/user/registration/"+joe+"/"+applicationID).must(t).want(t, values{"registration.verified": true})
	i.anonymously("PUT /api/user/verify-registration?email=jane@example.com&applicationId=" + applicationID).must(t)
	i.anonymously(`POST /api/user/verify-registration {"verificationId":"` + box.next(t).value(t, "id") + `"}`).must(t)
}

func TestVerificationOutcomes(t *testing.T) {
	t.Parallel()
	check(t, []scenario{
		{name: "by an administrator", do: `POST /api/user/verify-email {"userId":"` + janeID + `"}`, status: 200},
		{name: "by anybody", do: `POST /api/user/verify-email {"userId":"` + janeID + `"}`, as: noKey, status: 401},
		{name: "of nobody", do: `POST /api/user/verify-email {"userId":"` + nobodyID + `"}`, status: 404},
		{name: "without an id", do: `POST /api/user/verify-email {}`, status: 400, codes: "[blank]verificationId"},
		{name: "unknown id", do: `POST /api/user/verify-email/x`, as: noKey, status: 404},
		{name: "no template", do: `PUT /api/user/verify-email?email=jane@example.com`, status: 403},
		{name: "no address named", do: `PUT /api/user/verify-email`, status: 400, codes: "[blank]email"},
		{name: "unknown address", do: `PUT /api/user/verify-email?email=nobody@example.com`, status: 404},
		{name: "registration: unknown id", do: `POST /api/user/verify-registration/x`, as: noKey, status: 404},
		{name: "registration: without an id", do: `POST /api/user/verify-registration {}`, status: 400, codes: "[blank]verificationId"},
		{name: "registration: no application", do: `PUT /api/user/verify-registration?email=jane@example.com`, status: 400, codes: "[missing]applicationId"},
		{name: "registration: no template", do: `PUT /api/user/verify-registration?email=jane@example.com&applicationId=` + applicationID, status: 403},
	})
}
