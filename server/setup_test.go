package server_test

import (
	"encoding/base32"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"wherry/server"
)

const setUpForm = "/oauth2/two-factor-enable"

// shownFor is what an authenticator shows that was set up with the secret of a
// page.
func (i *instance) shownFor(t testing.TB, page response) string {
	t.Helper()
	return i.codeOf(t, hiddenFields(page.body).Get("secret"))
}

// codeOf is what an authenticator with a secret shows.
func (i *instance) codeOf(t testing.TB, secret string) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, i.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestSetUpPage(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.do(loginPolicy("Required")).must(t)
		asked := i.sendForm(filledIn(authorization(), "jane", password)).page(t, "asked", 200, `<svg class="qr"`)
		secret := hiddenFields(asked.body).Get("secret")
		if raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret); err != nil || len(raw) != 20 {
			t.Fatalf("secret %q, %v", secret, err)
		}
		send := func(page response, more map[string]string) response { return i.sendFormTo(setUpForm, next(page, more)) }
		again := send(asked, map[string]string{"code": "000000"}).page(t, "wrong", 400, "The code is wrong")
		if hiddenFields(again.body).Get("secret") != secret {
			t.Error("the secret has changed, and the app knows the old one")
		}
		codes := send(again, map[string]string{"code": i.shownFor(t, again)}).page(t, "set up", 200, "Keep your recovery codes")
		first := regexp.MustCompile(`<code>([A-Z0-9]{5}-[A-Z0-9]{5})</code>`).FindStringSubmatch(codes.body)
		if first == nil {
			t.Fatalf("no codes: %s", codes.body)
		}
		send(again, map[string]string{"code": i.shownFor(t, again)}).page(t, "again", 401, "The second step took too long.")
		i.sendFormTo("/oauth2/two-factor-enable-complete", next(codes, nil)).backWithCode(t, "goes on")
		i.clock.advance(time.Minute)
		factor := i.sendForm(filledIn(authorization(), "jane", password)).page(t, "asked for it", 200, "authenticator app")
		// Whoever has a second factor cannot set up another one instead of giving it.
		hijack := next(factor, map[string]string{"method": "authenticator", "secret": secret, "code": i.shownFor(t, asked)})
		i.sendFormTo(setUpForm, hijack).page(t, "another one", 401, "The second step took too long.")
		i.sendFormTo(formOfFactor, next(factor, map[string]string{"code": first[1]})).backWithCode(t, "recovery code")
	})
}

// TestSetUpPageIsForSignIns: whoever knows of a challenge that an application has
// started has proven nothing, and gets no second factor by it.
func TestSetUpPageIsForSignIns(t *testing.T) {
	t.Parallel()
	i := start(t)
	id := i.do(`POST /api/two-factor/start {"userId":"` + janeID + `"}`).must(t).text("twoFactorId")
	for what, id := range map[string]string{"started by an application": id, "unknown": "made-up", "none": ""} {
		i.sendFormTo(setUpForm, with(authorization(), "twoFactorId", id)).page(t, what, 401, "The second step took too long.")
	}
}

func TestSetUpPageByMessage(t *testing.T) {
	t.Parallel()
	i := open(t, server.Config{Data: kickstartedData(t), Key: sampleKey, AllowPrivateConnectors: true})
	p := i.texting(t)
	i.do(loginPolicy("Required")).must(t)
	send := func(page response, more map[string]string) response { return i.sendFormTo(setUpForm, next(page, more)) }
	choice := i.sendForm(filledIn(authorization(), "jane", password)).page(t, "choice", 200, "Text message")
	where := send(choice, map[string]string{"method": "sms"}).page(t, "where", 200, `name="mobilePhone"`)
	send(where, map[string]string{"action": "send", "mobilePhone": ""}).page(t, "nowhere", 400, "Enter your phone number.")
	p.broken = true
	send(where, map[string]string{"action": "send", "mobilePhone": "+13035550100"}).page(t, "broken messenger", 400, "The code could not be sent.")
	p.broken = false
	sent := send(where, map[string]string{"action": "send", "mobilePhone": "+13035550100"}).page(t, "sent", 200, "13035550100.</p>")
	send(sent, map[string]string{"code": "000000"}).page(t, "wrong", 400, "The code is wrong")
	codes := send(sent, map[string]string{"code": p.last()["code"]}).page(t, "set up", 200, "Keep your recovery codes")
	i.sendFormTo("/oauth2/two-factor-enable-complete", next(codes, nil)).backWithCode(t, "goes on")
}

const byMessage = `PATCH /api/application/` + applicationID + ` {"application":{"passwordlessConfiguration":{"enabled":true}}}`

func TestPasswordlessPage(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		box := newPostbox(t)
		i.usePostbox(t, box)
		const path = "/oauth2/passwordless"
		i.browse(path+"?"+authorization().Encode(), nil).page(t, "not enabled", 403, "is not possible for this application")
		i.do(byMessage).must(t)
		i.showForm(authorization()).page(t, "login", 200, "Log in by email")
		opened := i.browse(path+"?"+authorization().Encode(), nil).page(t, "opened", 200, `name="loginId"`)
		i.sendFormTo(path, next(opened, nil)).page(t, "nobody named", 400, "Enter your email or username.")
		nobody := i.sendFormTo(path, next(opened, map[string]string{"loginId": "nobody@example.com"})).page(t, "nobody", 200, "Look into your mail")
		known := i.sendFormTo(path, next(opened, map[string]string{"loginId": "jane@example.com"})).page(t, "sent", 200, "Look into your mail")
		if nobody.body != known.body {
			t.Error("the pages tell who is there")
		}
		link := path + "/" + box.next(t).value(t, "code") + "?" + authorization().Encode()
		followed := i.browse(link, nil).page(t, "followed by a program", 200, "You have followed the link")
		at, _, _ := strings.Cut(link, "?")
		i.sendFormTo(at, next(followed, nil)).backWithCode(t, "followed")
		i.sendFormTo(at, next(followed, nil)).page(t, "again", 401, "Please log in again.")
	})
}

func TestPasswordlessPageWithCode(t *testing.T) {
	t.Parallel()
	i, box := start(t), newPostbox(t)
	i.usePostbox(t, box)
	i.do(`PATCH /api/application/` + applicationID + ` {"application":{"passwordlessConfiguration":{"enabled":true,"emailLoginStrategy":"FormField"}}}`).must(t)
	const path = "/oauth2/passwordless"
	opened := i.browse(path+"?"+authorization().Encode(), nil).page(t, "opened", 200, `name="loginId"`)
	ask := func(loginID string) response {
		return i.sendFormTo(path, next(opened, map[string]string{"loginId": loginID})).page(t, loginID, 200, `name="oneTimeCode"`)
	}
	shape := func(r response) string {
		return regexp.MustCompile(`name="code" value="[^"]*"`).ReplaceAllString(r.body, "")
	}
	asked, nobody := ask("jane@example.com"), ask("nobody@example.com")
	if shape(asked) != shape(nobody) {
		t.Error("the pages tell who is there")
	}
	code := box.next(t).value(t, "oneTimeCode")
	i.sendFormTo(path, next(nobody, map[string]string{"oneTimeCode": code})).page(t, "somebody else's", 401, "That is not the code")
	wrong := i.sendFormTo(path, next(asked, map[string]string{"oneTimeCode": "000000"})).page(t, "wrong", 401, "That is not the code")
	i.sendFormTo(path, next(wrong, map[string]string{"oneTimeCode": code})).backWithCode(t, "right")
}

func TestPasskeyPage(t *testing.T) {
	t.Parallel()
	i := start(t)
	const path = "/oauth2/webauthn"
	i.browse(path+"?"+authorization().Encode(), nil).page(t, "not enabled", 403, "is not possible here")
	key, _ := i.registered(t)
	i.showForm(authorization()).page(t, "login", 200, "Log in with a passkey")
	opened := i.browse(path+"?"+authorization().Encode(), nil).page(t, "opened", 200, `name="loginId"`)
	nobody := i.sendFormTo(path, next(opened, map[string]string{"loginId": "nobody"})).page(t, "nobody", 401, "We do not know a passkey of yours")
	without := i.sendFormTo(path, next(opened, map[string]string{"loginId": "admin@example.com"})).page(t, "without", 401, "We do not know a passkey of yours")
	if strings.ReplaceAll(nobody.body, "nobody", "") != strings.ReplaceAll(without.body, "admin@example.com", "") {
		t.Error("the pages tell who is there")
	}
	asked := i.sendFormTo(path, next(opened, map[string]string{"loginId": "jane"})).page(t, "asked", 200, `data-passkey="get"`)
	options := html.UnescapeString(regexp.MustCompile(`data-options="([^"]*)"`).FindStringSubmatch(asked.body)[1])
	answer := func(origin string) string {
		body := response{body: key.assert(response{body: `{"options":` + options + `}`}, origin, "")}
		return credentialOf(t, body.body)
	}
	i.sendFormTo(path, next(asked, map[string]string{"webAuthnRequest": "{"})).page(t, "nonsense", 401, "The passkey could not be used.")
	i.sendFormTo(path, next(asked, map[string]string{"webAuthnRequest": answer("https://evil.example.net")})).page(t, "another origin", 401, "The passkey could not be used.")
	asked = i.sendFormTo(path, next(opened, map[string]string{"loginId": "jane"})).page(t, "asked", 200, `data-passkey="get"`)
	options = html.UnescapeString(regexp.MustCompile(`data-options="([^"]*)"`).FindStringSubmatch(asked.body)[1])
	form := next(asked, map[string]string{"webAuthnRequest": answer(origin)})
	secure := func(values url.Values) response {
		return i.send(call{
			do: "POST " + path + " " + values.Encode(), as: noKey, kind: "application/x-www-form-urlencoded",
			header: map[string][]string{"Sec-Fetch-Site": {"same-origin"}, "X-Forwarded-Proto": {"https"}}, host: party,
		})
	}
	secure(form).backWithCode(t, "logged in")
	secure(form).page(t, "again", 401, "The passkey could not be used.")
}

// credentialOf is what a browser posts of an authenticator's answer.
func credentialOf(t testing.TB, body string) string {
	t.Helper()
	text, err := json.Marshal(response{body: body}.at("credential"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
