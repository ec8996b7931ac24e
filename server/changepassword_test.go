package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

const anotherPassword = "made-up password 2"

func TestChangePassword(t *testing.T) {
	t.Parallel()
	tenant := func(settings string) string {
		return "PATCH /api/tenant/" + tenantID + ` {"tenant":{` + settings + `}}`
	}
	named := func(password, more string) string {
		return `POST /api/user/change-password {"loginId":"jane","password":"` + password + `"` + more + `}`
	}
	const (
		changed  = "PATCH /api/user/" + janeID + ` {"user":{"password":"` + anotherPassword + `"}}`
		remember = `"passwordValidationRules":{"rememberPreviousPasswords":{"enabled":true,"count":1}}`
		factor   = "PATCH /api/user/" + janeID + ` {"user":{"twoFactor":{"methods":[{"method":"sms","mobilePhone":"+13035550100"}]}}}`
	)
	check(t, []scenario{
		{name: "by login id", do: named(anotherPassword, ""), status: 200},
		{name: "by login id of a type", do: named(anotherPassword, `,"loginIdTypes":["email"]`), status: 404},
		{name: "with the current one", do: named(anotherPassword, `,"currentPassword":"`+password+`"`), status: 200},
		{name: "with a wrong current one", do: named(anotherPassword, `,"currentPassword":"wrong"`), status: 400, codes: "[invalid]currentPassword"},
		{name: "nobody", do: strings.Replace(named(anotherPassword, ""), "jane", "nobody", 1), status: 404},
		{name: "no login id", do: `POST /api/user/change-password {"password":"` + anotherPassword + `"}`, status: 400, codes: "[blank]loginId"},
		{name: "no password", do: `POST /api/user/change-password {"loginId":"jane"}`, status: 400, codes: "[blank]password"},
		{name: "without a key", do: named(anotherPassword, ""), as: noKey, status: 401},
		{name: "with a key that may not", do: named(anotherPassword, ""), as: readerKey, status: 401},
		{name: "too short", do: named("short", ""), status: 400, codes: "[tooShort]password"},
		{
			name: "everything wrong at once", given: []string{tenant(`"passwordValidationRules":{"requireMixedCase":true,"requireNonAlpha":true,"requireNumber":true,"disallowUserLoginId":true}`)},
			do: named("jane", ""), status: 400, codes: "[containsUsername]password [onlyAlpha]password [requireNumber]password [singleCase]password [tooShort]password",
		},
		{name: "with the address in it", given: []string{tenant(`"passwordValidationRules":{"disallowUserLoginId":true}`)}, do: named("xJANE@example.com", ""), status: 400, codes: "[containsEmail]password [containsUsername]password"},
		{name: "the same, which nobody minds", do: named(password, ""), status: 200},
		{name: "the same, remembered", given: []string{tenant(remember)}, do: named(password, ""), status: 400, codes: "[previouslyUsed]password"},
		{name: "the one before, remembered", given: []string{tenant(remember), changed}, do: named(password, ""), status: 400, codes: "[previouslyUsed]password"},
		{name: "one further back", given: []string{tenant(remember), changed, strings.Replace(changed, "2", "3", 1)}, do: named("made-up password 3", ""), status: 400, codes: "[previouslyUsed]password"},
		{name: "one too far back to remember", given: []string{tenant(remember), changed, `PATCH /api/user/` + janeID + ` {"user":{"password":"made-up password 3"}}`}, do: named(password, ""), status: 200},
		{name: "remembered, by an administrator", given: []string{tenant(remember)}, do: `PATCH /api/user/` + janeID + ` {"user":{"password":"` + password + `"}}`, status: 400, codes: "[previouslyUsed]user.password"},
		{name: "too young", given: []string{changed, tenant(`"minimumPasswordAge":{"enabled":true,"seconds":3600}`)}, do: named(password, ""), status: 400, codes: "[tooYoung]password"},
		{
			name: "young, but it has to be changed", given: []string{tenant(`"minimumPasswordAge":{"enabled":true,"seconds":3600}`), "PATCH /api/user/" + janeID + ` {"user":{"passwordChangeRequired":true}}`},
			do: named(anotherPassword, ""), status: 200,
		},
		{name: "a second factor is needed", given: []string{factor}, do: named(anotherPassword, ""), status: 400, codes: "[TrustTokenRequired]"},
		{name: "a second factor is needed, made up", given: []string{factor}, do: named(anotherPassword, `,"trustToken":"made-up"`), status: 400, codes: "[TrustTokenRequired]"},
		{name: "a second factor is not wanted", given: []string{factor, tenant(`"multiFactorConfiguration":{"loginPolicy":"Disabled"}`)}, do: named(anotherPassword, ""), status: 200},
		{name: "by an unknown id", do: `POST /api/user/change-password/unknown {"password":"` + anotherPassword + `"}`, as: noKey, status: 404},
		{name: "validate an unknown id", do: "GET /api/user/change-password/unknown", as: noKey, status: 404},
		{name: "validate by login id", do: "GET /api/user/change-password?loginId=jane", status: 200},
		{name: "validate by login id, a second factor is needed", given: []string{factor}, do: "GET /api/user/change-password?loginId=jane", status: 400, codes: "[TrustTokenRequired]"},
		{name: "validate nobody", do: "GET /api/user/change-password?loginId=nobody", status: 404},
		{name: "validate without a key", do: "GET /api/user/change-password?loginId=jane", as: noKey, status: 401},
	})
}

// TestChangeRequired: the id that a sign-in answers with changes the password
// once, and what comes back signs in.
func TestChangeRequired(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.do("PATCH /api/user/" + janeID + ` {"user":{"passwordChangeRequired":true,"passwordChangeReason":"Breached"}}`).must(t)
		first, second := i.do(login("jane", password)), i.do(login("jane", password))
		first.want(t, values{"changePasswordReason": "Breached", "user": absent, "token": absent})
		id := first.text("changePasswordId")
		anyone := func(do string) response { return i.send(call{do: do, as: noKey}) }
		if r := anyone("GET /api/user/change-password/" + id); r.status != http.StatusOK || r.body != "" {
			t.Errorf("validate: %d, %s", r.status, r.body)
		}
		change := `POST /api/user/change-password/` + id + ` {"password":"%"}`
		if r := anyone(strings.Replace(change, "%", "short", 1)); r.codes() != "[tooShort]password" {
			t.Errorf("too short: %d, %s", r.status, r.body)
		}
		if r := anyone(strings.Replace(change, `"}`, `","currentPassword":"wrong"}`, 1)); r.status != http.StatusNotFound {
			t.Errorf("wrong current password: %d, %s", r.status, r.body)
		}
		done := anyone(strings.Replace(change, "%", anotherPassword, 1)).must(t)
		for _, gone := range []string{id, second.text("changePasswordId")} {
			if r := anyone(`POST /api/user/change-password {"changePasswordId":"` + gone + `","password":"made-up password 3"}`); r.status != http.StatusNotFound {
				t.Errorf("used: %d, %s", r.status, r.body)
			}
		}
		once := `POST /api/login {"applicationId":"` + applicationID + `","oneTimePassword":"` + done.text("oneTimePassword") + `"}`
		r := i.do(once).must(t)
		r.want(t, values{"user.id": janeID, "user.passwordChangeRequired": false, "user.passwordChangeReason": absent})
		if claims := payload(t, r.text("token")); claims["authenticationType"] != "ONE_TIME_PASSWORD" {
			t.Errorf("claims: %v", claims)
		}
		for request, status := range map[string]int{once: 404, login("jane", password): 404, login("jane", anotherPassword): 200} {
			if r := i.do(request); r.status != status {
				t.Errorf("%s: %d, want %d", request, r.status, status)
			}
		}
	})
}

func TestOneTimePasswordsExpire(t *testing.T) {
	t.Parallel()
	i := start(t)
	token := i.do(login("jane", password)).must(t).text("token")
	change := func(current, next string) response {
		return i.send(call{
			do: `POST /api/user/change-password {"currentPassword":"` + current + `","password":"` + next + `"}`, as: "Bearer " + token,
		})
	}
	if r := change("wrong", anotherPassword); r.status != http.StatusNotFound {
		t.Errorf("wrong current password: %d", r.status)
	}
	if r := change("", anotherPassword); r.codes() != "[blank]currentPassword" {
		t.Errorf("no current password: %d, %s", r.status, r.body)
	}
	code := change(password, anotherPassword).must(t).text("oneTimePassword")
	i.clock.advance(time.Minute)
	if r := i.do(`POST /api/login {"oneTimePassword":"` + code + `"}`); r.status != http.StatusNotFound {
		t.Errorf("a minute later: %d", r.status)
	}
	i.clock.advance(time.Hour)
	if r := change(anotherPassword, password); r.status != http.StatusUnauthorized {
		t.Errorf("with a token that has expired: %d", r.status)
	}
}

// TestRehash: where the tenant asks for it, a right password is hashed anew, a
// wrong one never.
func TestRehash(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		scheme := func() any { return i.do("GET /api/user/" + janeID).at("user.encryptionScheme") }
		before := scheme()
		i.do("PATCH /api/tenant/" + tenantID + ` {"tenant":{"passwordEncryptionConfiguration":{"encryptionScheme":"salted-sha256","encryptionSchemeFactor":2}}}`).must(t)
		i.do(login("jane", password)).must(t)
		if scheme() != before {
			t.Errorf("hashed anew although nobody asks: %v", scheme())
		}
		i.do("PATCH /api/tenant/" + tenantID + ` {"tenant":{"passwordEncryptionConfiguration":{"modifyEncryptionSchemeOnLogin":true}}}`).must(t)
		i.do(login("jane", "wrong password"))
		if scheme() != before {
			t.Errorf("hashed anew at a wrong password: %v", scheme())
		}
		for range 2 {
			i.do(login("jane", password)).must(t)
			if scheme() != "salted-sha256" {
				t.Errorf("not hashed anew: %v", scheme())
			}
		}
	})
}
