package server_test

import (
	"html"
	"net/url"
	"regexp"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

const reauthentication = "PATCH /api/tenant/" + tenantID + ` {"tenant":{"webAuthnConfiguration":{"enabled":true,"relyingPartyId":"` + party +
	`","bootstrapWorkflow":{"enabled":false},"reauthenticationWorkflow":{"enabled":true}}}}`

// assertionOn is what an authenticator answers to a page.
func (a *authenticator) assertionOn(page response) string {
	a.t.Helper()
	options := html.UnescapeString(regexp.MustCompile(`data-options="([^"]*)"`).FindStringSubmatch(page.body)[1])
	return credentialOf(a.t, a.assert(response{body: `{"options":` + options + `}`}, origin, ""))
}

// TestPasskeyAtAnotherLogin: somebody with a session, of whom an application
// wants to know again who it is, shows a passkey, and nothing else.
func TestPasskeyAtAnotherLogin(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		key, _ := i.registered(t)
		const again = "/oauth2/webauthn-reauth"
		asks := with(authorization(), "prompt", "login").Encode()
		p := i.person(t)
		p.https = true
		i.do(reauthentication).must(t)
		p.visit("/oauth2/authorize?"+asks, nil).page(t, "nobody is known", 200, `name="password"`)
		p.visit(again+"?"+asks, nil).page(t, "nobody is known, by address", 403, "We do not know a passkey of yours")
		page := p.visit("/account?client_id="+applicationID, nil).page(t, "login", 200, "Log in")
		p.visit("/oauth2/authorize", next(page, map[string]string{"loginId": "jane", "password": password, "rememberDevice": "true"})).page(t, "account", 200, "Your account")

		login := p.visit("/oauth2/authorize?"+asks, nil).page(t, "login again", 200, again)
		link := html.UnescapeString(regexp.MustCompile(`href="(` + again + `[^"]*)"`).FindStringSubmatch(login.body)[1])
		asked := p.visit(link, nil).page(t, "asked", 200, "Confirm that it is you")
		p.visit(again, next(asked, map[string]string{"webAuthnRequest": "{}"})).page(t, "nonsense", 401, "The passkey could not be used.")
		stranger := newAuthenticator(t)
		p.visit(again, next(asked, map[string]string{"webAuthnRequest": stranger.assertionOn(asked)})).page(t, "somebody else's", 401, "The passkey could not be used.")
		asked = p.visit(link, nil).page(t, "asked again", 200, "Confirm that it is you")
		answer := next(asked, map[string]string{"webAuthnRequest": key.assertionOn(asked)})
		p.visit(again, answer).backWithCode(t, "shown")
		p.visit(again, answer).page(t, "replayed", 401, "The passkey could not be used.")

		i.do("PATCH /api/application/" + applicationID + ` {"application":{"webAuthnConfiguration":{"enabled":true,"bootstrapWorkflow":{"enabled":true}}}}`).must(t)
		p.visit(link, nil).page(t, "not for this application", 403, "We do not know a passkey of yours")
	})
}

// TestPasskeyForANewPassword: a passkey takes the place of the current password,
// if the authenticator knew who used it.
func TestPasskeyForANewPassword(t *testing.T) {
	t.Parallel()
	i := start(t)
	key, _ := i.registered(t)
	const path = "/account/password/webauthn"
	p := i.person(t)
	p.https = true
	p.logIn()
	if r := p.visit(path, nil); r.status != 404 {
		t.Errorf("the workflow is not enabled: status %d", r.status)
	}
	i.do(reauthentication).must(t)
	p.visit("/account/password", nil).page(t, "password", 200, path)
	ask := func() response { return p.visit(path, nil).page(t, "asked", 200, "Confirm that it is you") }
	show := func(page response, a *authenticator) response {
		return p.visit(path, next(page, map[string]string{"webAuthnRequest": a.assertionOn(page)}))
	}
	p.visit(path, url.Values{"webAuthnRequest": {"nonsense"}}).page(t, "nonsense", 400, "The passkey could not be used.")
	show(ask(), newAuthenticator(t)).page(t, "somebody else's", 400, "The passkey could not be used.")
	key.flags = 0x01 // somebody is there, whoever it is
	show(ask(), key).page(t, "not verified", 400, "The passkey could not be used.")
	key.flags = 0x05
	change := show(ask(), key).page(t, "shown", 200, "Choose a new password")
	action := html.UnescapeString(regexp.MustCompile(`action="(/password/change/[^"]*)"`).FindStringSubmatch(change.body)[1])
	p.visit(action, next(change, map[string]string{"password": anotherPassword, "passwordConfirm": anotherPassword})).page(t, "changed", 200, "")
	i.do(login("jane", anotherPassword)).must(t)
}

// TestReauthenticationInTheBrowser: with a passkey, at the login and before a new
// password.
func TestReauthenticationInTheBrowser(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"webAuthnConfiguration":{"enabled":true,"reauthenticationWorkflow":{"enabled":true}}}}`).must(t)
	b := i.chromium(t)
	b.withAuthenticator()
	b.run(chromedp.Navigate(b.site+"/account?client_id="+applicationID), chromedp.Click("#rememberDevice"))
	b.submit(blue, "#loginId", "jane", "#password", password)
	b.run(chromedp.Navigate(b.site + "/account/webauthn/add"))
	b.submit(blue, "#displayName", "My laptop")
	b.submit(blue)
	b.sees("My laptop")
	b.run(chromedp.Navigate(b.site + "/account/password"))
	b.submit(`a[href^="/account/password/webauthn"]`)
	b.submit(blue)
	b.sees("Choose a new password")
	state := applicationID + ".made-up"
	asks := url.Values{"client_id": {applicationID}, "response_type": {"code"}, "redirect_uri": {"/account"}, "prompt": {"login"}, "state": {state}}
	b.run(network.SetCookie("wherry.account.state", state).WithURL(b.site).WithPath("/account"), chromedp.Navigate(b.site+"/oauth2/authorize?"+asks.Encode()))
	b.submit(`a[href^="/oauth2/webauthn-reauth"]`)
	b.sees("Confirm that it is you")
	b.submit(blue)
	b.sees("jane@example.com")
}
