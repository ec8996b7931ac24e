package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"wherry/server"
)

const formOfFactor = "/oauth2/two-factor"

// next fills in the form on a page.
func next(page response, more map[string]string) url.Values {
	first, _, _ := strings.Cut(page.body, "</form>")
	values := hiddenFields(first)
	for name, value := range more {
		values.Set(name, value)
	}
	return values
}

// page fails the test unless the answer is a page with this status and text.
func (r response) page(t testing.TB, what string, status int, text string) response {
	t.Helper()
	if r.status != status || r.header.Get("Location") != "" || !strings.Contains(r.body, text) {
		t.Fatalf("%s: status %d, sent to %q, want %d and %q: %s", what, r.status, r.header.Get("Location"), status, text, r.body)
	}
	return r
}

// backWithCode fails the test unless the browser is sent to the application.
func (r response) backWithCode(t testing.TB, what string) {
	t.Helper()
	to, err := url.Parse(r.header.Get("Location"))
	if err != nil || r.status != http.StatusFound || !strings.HasPrefix(to.String(), callback+"?") || to.Query().Get("code") == "" || to.Query().Get("state") != "some state" {
		t.Fatalf("%s: status %d, sent to %q: %s", what, r.status, to, r.body)
	}
}

func TestFactorPage(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.do(withAuthenticator).must(t)
		ask := func() response {
			return i.sendForm(filledIn(authorization(), "jane", password)).page(t, "asked", 200, "authenticator app")
		}
		give := func(page response, more map[string]string) response {
			return i.sendFormTo(formOfFactor, next(page, more))
		}
		first := ask()
		if strings.Contains(first.body, totpSecret) || strings.Contains(first.body, password) {
			t.Error("the page says a secret")
		}
		wrong := give(first, map[string]string{"code": "000000"}).page(t, "wrong code", 401, "The code is wrong")
		give(wrong, map[string]string{"code": ""}).page(t, "no code", 401, "The code is wrong")
		trusted := give(wrong, map[string]string{"code": i.shown(t), "trustComputer": "true"})
		trusted.backWithCode(t, "right code")
		give(wrong, map[string]string{"code": i.shown(t)}).page(t, "used challenge", 401, "The second step took too long.")

		cookie := (&http.Response{Header: trusted.header}).Cookies()[0]
		i.sendFormTo("/oauth2/authorize", filledIn(authorization(), "jane", password), cookie.Name+"="+cookie.Value).backWithCode(t, "trusted device")
		give(ask(), map[string]string{"code": "AAAAA-BBBBB"}).backWithCode(t, "recovery code")

		late := ask()
		i.clock.advance(5 * time.Minute)
		give(late, map[string]string{"code": i.shown(t)}).page(t, "too late", 401, "The second step took too long.")
	})
}

func TestFactorPageSendsCodes(t *testing.T) {
	t.Parallel()
	i := open(t, server.Config{Data: kickstartedData(t), Key: sampleKey, AllowPrivateConnectors: true})
	p := i.texting(t)
	i.do(withPhone).must(t)
	asked := i.sendForm(filledIn(authorization(), "jane", password)).page(t, "asked", 200, "We have sent a code to •••0100.")
	first := p.last()["code"]
	again := i.sendFormTo(formOfFactor, next(asked, map[string]string{"methodId": "SMS1"})).page(t, "sent again", 200, "We have sent a code to •••0100.")
	if second := p.last()["code"]; second != first {
		i.sendFormTo(formOfFactor, next(again, map[string]string{"code": first})).page(t, "the code before", 401, "The code is wrong")
	}
	i.sendFormTo(formOfFactor, next(again, map[string]string{"methodId": "none"})).page(t, "unknown method", 200, "The code could not be sent.")
	p.broken = true
	i.sendFormTo(formOfFactor, next(again, map[string]string{"methodId": "SMS1"})).page(t, "broken messenger", 200, "The code could not be sent.")
	p.broken = false
	i.sendFormTo(formOfFactor, next(again, map[string]string{"methodId": "SMS1"})).page(t, "mended", 200, "We have sent")
	i.sendFormTo(formOfFactor, next(again, map[string]string{"code": p.last()["code"]})).backWithCode(t, "right code")
}

func TestChangePasswordPage(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.do(`PATCH /api/user/` + janeID + ` {"user":{"passwordChangeRequired":true,"passwordChangeReason":"Breached"}}`).must(t)
		to := i.sendForm(filledIn(authorization(), "jane", password)).header.Get("Location")
		if !strings.HasPrefix(to, "/password/change/") {
			t.Fatalf("sent to %q", to)
		}
		at, _, _ := strings.Cut(to, "?")
		opened := i.send(call{do: "GET " + to, as: noKey}).page(t, "opened", 200, "data breach elsewhere")
		change := func(password, confirm string) response {
			return i.sendFormTo(at, next(opened, map[string]string{"password": password, "passwordConfirm": confirm}))
		}
		change(anotherPassword, "something else").page(t, "not the same", 400, "The two passwords are not the same.")
		change("short", "short").page(t, "too short", 400, "The password is too short.")
		change(anotherPassword, anotherPassword).backWithCode(t, "changed")
		change("made-up password 3", "made-up password 3").page(t, "again", 401, "has expired or was used already")
		i.send(call{do: "GET " + to, as: noKey}).page(t, "opened again", 401, "has expired or was used already")
		i.send(call{do: "GET " + at, as: noKey}).page(t, "opened again by a link", 404, "invalid_request")
		i.sendForm(filledIn(authorization(), "jane", anotherPassword)).backWithCode(t, "with the new password")
	})
}

// TestChangePasswordPageByLink: without a sign-in that it interrupts, the page
// says that it has been done.
func TestChangePasswordPageByLink(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(`PATCH /api/user/` + janeID + ` {"user":{"passwordChangeRequired":true}}`).must(t)
	at := "/password/change/" + i.do(login("jane", password)).text("changePasswordId")
	opened := i.send(call{do: "GET " + at + "?client_id=" + applicationID, as: noKey}).page(t, "opened", 200, "Choose a new password")
	i.sendFormTo(at, next(opened, map[string]string{"password": anotherPassword, "passwordConfirm": anotherPassword})).page(t, "changed", 200, "Your password has been changed")
	i.do(login("jane", anotherPassword)).must(t)
}

// TestChangePasswordPageWithFactor: whoever has a second factor gives it once,
// before the new password.
func TestChangePasswordPageWithFactor(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(withAuthenticator).must(t)
	i.do(`PATCH /api/user/` + janeID + ` {"user":{"passwordChangeRequired":true}}`).must(t)
	to := i.sendForm(filledIn(authorization(), "jane", password)).header.Get("Location")
	at, _, _ := strings.Cut(to, "?")
	asked := i.send(call{do: "GET " + to, as: noKey}).page(t, "opened", 200, "authenticator app")
	bare := url.Values{"password": {anotherPassword}, "passwordConfirm": {anotherPassword}}
	for name, value := range authorization() {
		bare[name] = value
	}
	i.sendFormTo(at, bare).page(t, "without the factor", 401, "The second step took too long.")
	i.sendFormTo(formOfFactor, next(asked, map[string]string{"code": "000000"})).page(t, "wrong code", 401, "The code is wrong")
	given := i.sendFormTo(formOfFactor, next(asked, map[string]string{"code": i.shown(t)})).page(t, "right code", 200, "Choose a new password")
	short := i.sendFormTo(at, next(given, map[string]string{"password": "short", "passwordConfirm": "short"})).page(t, "too short", 400, "too short")
	i.sendFormTo(at, next(short, map[string]string{"password": anotherPassword, "passwordConfirm": anotherPassword})).backWithCode(t, "changed")
}

func TestStepsRefuse(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(banAction).must(t)
	i.do(lockAfter).must(t)
	for range 2 {
		i.sendForm(filledIn(authorization(), "jane", "wrong")).page(t, "wrong", 401, "Invalid login credentials.")
	}
	i.sendForm(filledIn(authorization(), "jane", "wrong")).page(t, "locked out", 409, "You are not allowed to log in at the moment.")
	i.sendFormTo(formOfFactor, url.Values{"twoFactorId": {"x"}, "code": {"1"}}).page(t, "factor of no sign-in", 400, "invalid_request")
	i.sendFormTo(formOfFactor, with(authorization(), "twoFactorId", "x", "y")).page(t, "twice", 400, "invalid_request")
	for _, path := range []string{formOfFactor, "/password/change/x"} {
		r := i.send(call{
			do: "POST " + path + " x=y", as: noKey, kind: "application/x-www-form-urlencoded", header: http.Header{"Sec-Fetch-Site": {"cross-site"}},
		})
		r.page(t, "from another site", 403, "access_denied")
	}
	i.do("PATCH /api/tenant/" + tenantID + ` {"tenant":{"rateLimitConfiguration":{"failedLogin":{"enabled":true,"limit":1}}}}`).must(t)
	i.sendForm(filledIn(authorization(), "nobody", "wrong")).page(t, "wrong", 401, "Invalid login credentials.")
	i.sendForm(filledIn(authorization(), "nobody", "wrong")).page(t, "limited", 429, "Too many attempts.")
}
