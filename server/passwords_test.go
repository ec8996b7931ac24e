package server_test

import (
	"net/http"
	"strings"
	"testing"
)

const forgotJane = `POST /api/user/forgot-password {"loginId":"jane@example.com"`

// anonymously makes a request without an API key.
func (i *instance) anonymously(do string) response { return i.send(call{do: do, as: noKey}) }

func TestForgottenPassword(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		t.Helper()
		box := newPostbox(t)
		i.usePostbox(t, box)
		if r := i.anonymously(forgotJane + `,"applicationId":"` + applicationID + `","state":{"x":"1&2"}}`).must(t); r.body != "" {
			t.Errorf("without a key nothing is told: %s", r.body)
		}
		l := box.next(t)
		if got := strings.Join(l.to, " "); got != "jane@example.com" || l.subject != "forgotPassword for Jane" ||
			l.header.Get("X-Made-Up") != "yes" || l.html != "<p>Jane</p>" || !strings.Contains(l.header.Get("From"), "<post@example.com>") {
			t.Errorf("got %+v", l)
		}
		if l.value(t, "app") == "-" || l.value(t, "state") != "1&2" || l.value(t, "base") != "http://localhost:9011" {
			t.Errorf("text: %s", l.text)
		}
		id := l.value(t, "id")
		if r := i.anonymously("GET /api/user/change-password/" + id); r.status != http.StatusOK || r.body != "" {
			t.Errorf("status %d: %s", r.status, r.body)
		}
		change := func(id, password string) response {
			return i.anonymously("POST /api/user/change-password/" + id + ` {"password":"` + password + `"}`)
		}
		if r := change(id, "short"); r.status != http.StatusBadRequest || r.codes() != "[tooShort]password" {
			t.Errorf("status %d: %s", r.status, r.body)
		}
		second := i.do(forgotJane + `,"sendForgotPasswordEmail":false}`).must(t).text("changePasswordId")
		change(id, "another made-up password").must(t).want(t, values{"state.x": "1&2"})
		for what, id := range map[string]string{"used": id, "made before the change": second, "unknown": "unknown"} {
			if r := change(id, "a third made-up password"); r.status != http.StatusNotFound {
				t.Errorf("%s: status %d", what, r.status)
			}
			if r := i.anonymously("GET /api/user/change-password/" + id); r.status != http.StatusNotFound {
				t.Errorf("%s: status %d", what, r.status)
			}
		}
		i.do(login("jane", "another made-up password")).must(t)
		if r := i.do(login("jane", password)); r.status != http.StatusNotFound {
			t.Errorf("the old password: status %d", r.status)
		}
		i.do("GET /api/user/"+janeID).must(t).want(t, values{"user.identities.0.verified": true, "user.identities.0.verifiedReason": "Implicit"})
		i.nothingLeaks(t, id, second, "another made-up password")
	})
}

// nothingLeaks looks for secrets in log and event log.
func (i *instance) nothingLeaks(t *testing.T, secrets ...string) {
	t.Helper()
	events := i.do("GET /api/system/event-log/search?numberOfResults=500").must(t).body
	for _, secret := range secrets {
		if strings.Contains(i.log.String(), secret) || strings.Contains(events, secret) {
			t.Errorf("%q stands in the log or the event log", secret)
		}
	}
}

func TestForgottenPasswordOutcomes(t *testing.T) {
	t.Parallel()
	const (
		nobody  = `POST /api/user/forgot-password {"loginId":"nobody@example.com","sendForgotPasswordEmail":false}`
		quietly = forgotJane + `,"sendForgotPasswordEmail":false`
		user    = "PATCH /api/user/" + janeID
	)
	own := quietly + `,"changePasswordId":"my-own-made-up-id"}`
	withTemplate := `PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{"forgotPasswordEmailTemplateId":"aa000000-0000-0000-0000-000000000001"}}}`
	byName := `PATCH /api/user/` + janeID + ` {"user":{"email":null}}`
	check(t, []scenario{
		{name: "no template: the feature is off", do: forgotJane + "}", status: 403},
		{name: "no template, no key", do: forgotJane + "}", as: noKey, status: 403},
		{name: "without a mail no template is needed", do: quietly + "}", status: 200},
		{name: "new name of the flag", do: forgotJane + `,"sendForgotPasswordMessage":false}`, status: 200},
		{name: "old name of the login id", do: `POST /api/user/forgot-password {"email":"jane@example.com","sendForgotPasswordEmail":false}`, status: 200},
		{name: "an id of one's own", do: own, status: 200, want: values{"changePasswordId": "my-own-made-up-id"}},
		{name: "one that is in use", given: []string{own}, do: own, status: 400, codes: "[duplicate]changePasswordId"},
		{name: "nobody", do: nobody, status: 404},
		{name: "deactivated", given: []string{"DELETE /api/user/" + janeID}, do: quietly + "}", status: 404},
		{name: "nobody named", do: "POST /api/user/forgot-password {}", status: 400, codes: "[blank]loginId"},
		{name: "state that is no object", do: quietly + `,"state":"x"}`, status: 400, codes: "[couldNotConvert]state"},
		{name: "types that are none", do: quietly + `,"loginIdTypes":["x"]}`, status: 400, codes: "[invalid]loginIdTypes"},
		{name: "unknown application", do: quietly + `,"applicationId":"` + nobodyID + `"}`, status: 400, codes: "[invalid]applicationId"},
		{name: "no address", given: []string{withTemplate, byName}, do: `POST /api/user/forgot-password {"loginId":"jane"}`, status: 422},
		{name: "an address in the data", given: []string{withTemplate, byName, user + ` {"user":{"data":{"email":"jane@example.com"}}}`}, do: `POST /api/user/forgot-password {"loginId":"jane"}`, status: 200},
	})
}

func TestChangeOfPassword(t *testing.T) {
	t.Parallel()
	const (
		path  = "POST /api/user/change-password "
		named = path + `{"loginId":"jane","password":"another made-up password"`
	)
	factor := `PATCH /api/user/` + janeID + ` {"user":{"twoFactor":{"methods":[{"method":"email","email":"jane@example.com"}]}}}`
	check(t, []scenario{
		{name: "by login id", do: named + "}", status: 200},
		{name: "by login id, current password", do: named + `,"currentPassword":"` + password + `"}`, status: 200},
		{name: "by login id, wrong current password", do: named + `,"currentPassword":"wrong"}`, status: 400, codes: "[invalid]currentPassword"},
		{name: "by login id needs a key", do: named + "}", as: noKey, status: 401},
		{name: "by login id, a key that may not", do: named + "}", as: readerKey, status: 401},
		{name: "of nobody", do: path + `{"loginId":"nobody","password":"another made-up password"}`, status: 404},
		{name: "no password", do: path + `{"loginId":"jane"}`, status: 400, codes: "[blank]password"},
		{name: "nobody named", do: path + `{"password":"another made-up password"}`, status: 400, codes: "[blank]loginId"},
		{name: "rules", do: path + `{"loginId":"jane","password":"short"}`, status: 400, codes: "[tooShort]password"},
		{name: "too young", given: []string{`PATCH /api/tenant/` + tenantID + ` {"tenant":{"minimumPasswordAge":{"enabled":true,"seconds":3600}}}`}, do: named + "}", status: 400, codes: "[tooYoung]password"},
		{name: "a second factor comes first", given: []string{factor}, do: named + "}", status: 400, codes: "[TrustTokenRequired]"},
		{name: "a second factor will come first", given: []string{factor}, do: "GET /api/user/change-password?loginId=jane", status: 400, codes: "[TrustTokenRequired]"},
		{name: "nothing comes first", do: "GET /api/user/change-password?loginId=jane", status: 200},
		{name: "asking needs a key", do: "GET /api/user/change-password?loginId=jane", as: noKey, status: 401},
		{name: "a token that is none", do: path + `{"password":"another made-up password","currentPassword":"x"}`, as: "Bearer a.b.c", status: 401},
	})
}

func TestChangeOfPasswordByToken(t *testing.T) {
	t.Parallel()
	i := start(t)
	token := i.do(login("jane", password)).must(t).text("token")
	change := func(body string) response {
		return i.send(call{do: "POST /api/user/change-password " + body, as: "Bearer " + token})
	}
	if r := i.send(call{do: "GET /api/user/change-password", as: "Bearer " + token}); r.status != http.StatusOK {
		t.Errorf("status %d: %s", r.status, r.body)
	}
	if r := change(`{"password":"another made-up password"}`); r.codes() != "[blank]currentPassword" {
		t.Errorf("status %d: %s", r.status, r.body)
	}
	if r := change(`{"password":"another made-up password","currentPassword":"wrong"}`); r.status != http.StatusNotFound {
		t.Errorf("status %d: %s", r.status, r.body)
	}
	if r := change(`{"password":"another made-up password","currentPassword":"` + password + `"}`).must(t); r.text("oneTimePassword") == "" {
		t.Errorf("no one-time password: %s", r.body)
	}
	i.do(login("jane", "another made-up password")).must(t)
	i.clock.advance(hour + hour)
	if r := change(`{"password":"a third made-up password","currentPassword":"another made-up password"}`); r.status != http.StatusUnauthorized {
		t.Errorf("an expired token: status %d: %s", r.status, r.body)
	}
}

func TestSettingUpAPassword(t *testing.T) {
	t.Parallel()
	i, box := start(t), newPostbox(t)
	const joe = `POST /api/user {"sendSetPasswordEmail":true,"user":{"email":"joe@example.com","preferredLanguages":["de_CH"]}}`
	if r := i.do(joe); r.status != http.StatusBadRequest || r.codes() != "[invalid]sendSetPasswordEmail" {
		t.Errorf("without a template: status %d: %s", r.status, r.body)
	}
	i.usePostbox(t, box)
	if r := i.do(`POST /api/user {"sendSetPasswordEmail":true,"user":{"username":"joe"}}`); r.codes() != "[invalid]sendSetPasswordEmail" {
		t.Errorf("without an address: status %d: %s", r.status, r.body)
	}
	i.do(joe).must(t)
	l := box.next(t)
	if l.subject != "Für joe@example.com" {
		t.Errorf("subject %q", l.subject)
	}
	i.clock.advance(23 * hour)
	i.anonymously("POST /api/user/change-password/" + l.value(t, "id") + ` {"password":"joe's made-up password"}`).must(t)
	i.do(`POST /api/login {"loginId":"joe@example.com","password":"joe's made-up password","applicationId":"` + applicationID + `"}`).must(t)
}
