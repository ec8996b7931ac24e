package server_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// person is somebody with a browser that keeps cookies.
type person struct {
	*instance
	t       testing.TB
	cookies map[string]string
	https   bool
}

func (i *instance) person(t testing.TB) *person {
	return &person{instance: i, t: t, cookies: map[string]string{}}
}

// visit asks for a page, or posts a form to it; it goes on where it is sent,
// within this server.
func (p *person) visit(path string, form url.Values) response {
	p.t.Helper()
	for range 10 {
		c := call{do: "GET " + path, as: noKey, header: http.Header{"Sec-Fetch-Site": {"same-origin"}}}
		if form != nil {
			c.do, c.kind = "POST "+path+" "+form.Encode(), "application/x-www-form-urlencoded"
		}
		for name, value := range p.cookies {
			c.header.Add("Cookie", name+"="+value)
		}
		if p.https {
			c.host = party
			c.header.Set("X-Forwarded-Proto", "https")
		}
		r := p.send(c)
		for _, set := range (&http.Response{Header: r.header}).Cookies() {
			if p.cookies[set.Name] = set.Value; set.MaxAge < 0 {
				delete(p.cookies, set.Name)
			}
		}
		to := r.header.Get("Location")
		if !strings.HasPrefix(to, "/") {
			return r
		}
		path, form = to, nil
	}
	p.t.Fatalf("sent around in circles: %s", path)
	return response{}
}

// account signs Jane in to the pages of her account.
func (i *instance) account(t testing.TB) *person {
	t.Helper()
	p := i.person(t)
	p.logIn()
	return p
}

func (p *person) logIn() {
	p.t.Helper()
	page := p.visit("/account?client_id="+applicationID, nil).page(p.t, "login", 200, "Log in")
	p.visit("/oauth2/authorize", next(page, map[string]string{"loginId": "jane", "password": password})).page(p.t, "account", 200, "Your account")
}

func TestAccountIsForItsUser(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		for _, path := range []string{"/account", "/account/edit", "/account?client_id=" + nobodyID, "/account?client_id=x", "/account/nothing"} {
			i.person(t).visit(path, nil).page(t, path, 404, "Page not found")
		}
		for _, path := range []string{"/account", "/account/edit", "/account/password", "/account/two-factor", "/account/webauthn", "/account/sessions", "/account/logout"} {
			i.person(t).visit(path+"?client_id="+applicationID, nil).page(t, path, 200, `name="password"`)
		}
		p := i.account(t)
		p.visit("/account", nil).page(t, "overview", 200, "jane@example.com")
		cross := i.send(call{
			do: "POST /account/logout x=y", as: noKey, kind: "application/x-www-form-urlencoded",
			header: http.Header{"Sec-Fetch-Site": {"cross-site"}, "Cookie": {"wherry.account=" + p.cookies["wherry.account"]}},
		})
		if cross.status != http.StatusForbidden {
			t.Errorf("from another site: status %d", cross.status)
		}
		stolen := p.cookies["wherry.account"]
		p.visit("/account/logout", url.Values{}).page(t, "logged out", 200, "You are logged out")
		thief := i.person(t)
		thief.cookies["wherry.account"] = stolen
		thief.visit("/account?client_id="+applicationID, nil).page(t, "after the logout", 200, `name="password"`)
		p.logIn()
		i.clock.advance(2 * time.Hour)
		p.visit("/account?client_id="+applicationID, nil).page(t, "after a while", 200, `name="password"`)
		p.logIn()
		i.do("DELETE /api/user/" + janeID).must(t)
		p.visit("/account?client_id="+applicationID, nil).page(t, "deactivated", 200, `name="password"`)
	})
}

// TestAccountLoginOfSomebodyElse: a code that another browser has asked for
// signs nobody in, and neither does one for an application.
func TestAccountLoginOfSomebodyElse(t *testing.T) {
	t.Parallel()
	i := start(t)
	attacker := i.person(t)
	page := attacker.visit("/account?client_id="+applicationID, nil)
	sent := i.sendForm(next(page, map[string]string{"loginId": "jane", "password": password})).header.Get("Location")
	if !strings.HasPrefix(sent, "/account?") || !strings.Contains(sent, "code=") {
		t.Fatalf("sent to %q", sent)
	}
	victim := i.person(t)
	victim.visit(sent+"&client_id="+applicationID, nil).page(t, "another browser", 200, `name="password"`)
	victim.visit(sent+"&client_id="+applicationID, nil).page(t, "another browser, with a state", 200, `name="password"`)
	if victim.cookies["wherry.account"] != "" {
		t.Error("somebody is signed in as somebody else")
	}
	to, _ := url.Parse(i.sendForm(filledIn(authorization(), "jane", password)).header.Get("Location"))
	q := url.Values{"code": {to.Query().Get("code")}, "state": {attacker.cookies["wherry.account.state"]}}
	attacker.visit("/account?"+q.Encode(), nil).page(t, "a code of an application", 200, `name="password"`)
	for _, odd := range []string{"/account/", "//evil.example.net/account", "/account?x=y", "https://app.example.com/account"} {
		i.showForm(with(authorization(), "redirect_uri", odd)).page(t, odd, 400, "invalid_redirect_uri")
	}
}

func TestAccountProfile(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		p := i.account(t)
		form := p.visit("/account/edit", nil).page(t, "form", 200, `value="Jane"`)
		p.visit("/account/edit", next(form, map[string]string{"user.firstName": "Joan", "user.birthDate": "yesterday"})).page(t, "no day", 400, "This does not have the right form.")
		p.visit("/account/edit", next(form, map[string]string{"user.firstName": "Joan", "user.lastName": "", "user.active": "false", "user.data.x": "y"})).page(t, "saved", 200, "Your profile has been saved.")
		i.do("GET /api/user/"+janeID).must(t).want(t, values{
			"user.firstName": "Joan", "user.lastName": absent, "user.active": true, "user.data.favouriteNumber": number("12345678901234567890"), "user.data.x": absent,
			"user.registrations.0.roles": []string{"reader"},
		})
		i.do(login("jane", password)).must(t)
	})
}

// TestAccountSelfServiceForm: the administrator's form, and the lambda's say.
func TestAccountSelfServiceForm(t *testing.T) {
	t.Parallel()
	i := start(t)
	colour := i.do(`POST /api/form/field {"field":{"name":"Colour","key":"registration.data.colour","control":"select","options":["red","green"],"required":true}}`).must(t).text("field.id")
	email := i.do(`POST /api/form/field {"field":{"name":"Email","key":"user.email","type":"email"}}`).must(t).text("field.id")
	form := i.do(`POST /api/form {"form":{"name":"Self","type":"selfServiceUser","steps":[{"fields":["` + email + `"]},{"fields":["` + colour + `"]}]}}`).must(t).text("form.id")
	lambda := i.do(`POST /api/lambda {"lambda":{"name":"No red","type":"SelfServiceRegistrationValidation","body":"function validate(result, user, registration) {` +
		` if (registration.data.colour === 'red') { result.errors.generalErrors = [{code: '[NoRed]', message: 'Red is gone.'}]; } }"}}`).must(t).text("lambda.id")
	i.do(`PATCH /api/application/` + applicationID + ` {"application":{"formConfiguration":{"selfServiceFormId":"` + form + `"},"lambdaConfiguration":{"selfServiceRegistrationValidationId":"` + lambda + `"}}}`).must(t)
	p := i.account(t)
	page := p.visit("/account/edit", nil).page(t, "form", 200, `name="registration.data.colour"`)
	save := func(email, colour string) response {
		return p.visit("/account/edit", next(page, map[string]string{"user.email": email, "registration.data.colour": colour}))
	}
	save("jane@example.com", "").page(t, "required", 400, "Please fill this in.")
	save("jane@example.com", "red").page(t, "refused", 400, "Red is gone.")
	save("admin@example.com", "green").page(t, "taken", 400, "There is an account with this email already.")
	save("joan@example.com", "green").page(t, "saved", 200, "Your profile has been saved.")
	i.do("GET /api/user/"+janeID).must(t).want(t, values{"user.email": "joan@example.com", "user.registrations.0.data.colour": "green"})
}

func TestAccountPassword(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		p, elsewhere := i.account(t), i.account(t)
		form := p.visit("/account/password", nil).page(t, "form", 200, `name="currentPassword"`)
		change := func(current, password, confirm string) response {
			return p.visit("/account/password", next(form, map[string]string{"currentPassword": current, "password": password, "passwordConfirm": confirm}))
		}
		change("", anotherPassword, anotherPassword).page(t, "none", 400, "Enter your current password.")
		change("wrong", anotherPassword, anotherPassword).page(t, "wrong", 400, "That is not your current password.")
		change(password, anotherPassword, "another").page(t, "not the same", 400, "The two passwords are not the same.")
		change(password, "short", "short").page(t, "too short", 400, "The password is too short.")
		change(password, anotherPassword, anotherPassword).page(t, "changed", 200, "Your password has been changed.")
		i.do(login("jane", anotherPassword)).must(t)
		elsewhere.visit("/account?client_id="+applicationID, nil).page(t, "elsewhere", 200, `name="loginId"`)
	})
}

func TestAccountFactors(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		p := i.account(t)
		p.visit("/account/two-factor", nil).page(t, "none", 200, "You have none yet.")
		setUp := p.visit("/account/two-factor/enable", nil).page(t, "set up", 200, `<svg class="qr"`)
		p.visit("/account/two-factor/enable", next(setUp, map[string]string{"code": "000000"})).page(t, "wrong", 400, "The code is wrong")
		codes := p.visit("/account/two-factor/enable", next(setUp, map[string]string{"code": i.shownFor(t, setUp)})).page(t, "codes", 200, "Keep your recovery codes")
		recovery := regexp.MustCompile(`<code>([A-Z0-9]{5}-[A-Z0-9]{5})</code>`).FindStringSubmatch(codes.body)[1]
		list := p.visit("/account/two-factor", nil).page(t, "list", 200, "Authenticator app")
		remove := html.UnescapeString(regexp.MustCompile(`href="(/account/two-factor/disable[^"]*)"`).FindStringSubmatch(list.body)[1])
		ask := p.visit(remove, nil).page(t, "ask", 200, "Remove a second factor")
		p.visit("/account/two-factor/disable", next(ask, map[string]string{"code": "000000"})).page(t, "wrong", 400, "The code is wrong")
		p.visit("/account/two-factor/disable", next(ask, map[string]string{"code": recovery})).page(t, "removed", 200, "The second factor has been removed.")
		p.visit("/account/two-factor/disable", next(ask, map[string]string{"code": recovery})).page(t, "again", 404, "Page not found")
	})
}

// TestAccountRecoveryCodes: whoever can use a second factor, or has one recovery
// code left, gets new ones, and the old ones are void.
func TestAccountRecoveryCodes(t *testing.T) {
	t.Parallel()
	i := start(t)
	p := i.account(t)
	p.visit("/account/two-factor/renew", nil).page(t, "without a factor", 404, "Page not found")
	i.do(withAuthenticator).must(t)
	list := p.visit("/account/two-factor", nil).page(t, "list", 200, "New recovery codes")
	link := html.UnescapeString(regexp.MustCompile(`href="(/account/two-factor/renew[^"]*)"`).FindStringSubmatch(list.body)[1])
	ask := p.visit(link, nil).page(t, "ask", 200, "are of no use then")
	renew := func(code string) response {
		return p.visit("/account/two-factor/renew", next(ask, map[string]string{"code": code}))
	}
	codesOn := func(r response) (codes []string) {
		for _, found := range regexp.MustCompile(`<code>([A-Z0-9]{5}-[A-Z0-9]{5})</code>`).FindAllStringSubmatch(r.body, -1) {
			codes = append(codes, found[1])
		}
		return codes
	}
	renew("000000").page(t, "wrong", 400, "The code is wrong")
	p.visit("/account/two-factor/renew", next(ask, map[string]string{"code": i.shown(t), "methodId": "none"})).page(t, "no such method", 404, "Page not found")
	first := codesOn(renew(i.shown(t)).page(t, "renewed", 200, "Keep your recovery codes"))
	second := codesOn(renew(first[0]).page(t, "by one of them", 200, "Keep your recovery codes"))
	renew(first[1]).page(t, "by an old one", 400, "The code is wrong")
	if stored := i.do("GET /api/user/two-factor/recovery-code/" + janeID).must(t); !slices.Contains(second, stored.text("recoveryCodes.0")) {
		t.Errorf("on the page are %v, stored: %s", second, stored.body)
	}
}

// TestAccountPasswordWithFactor: the factor is asked for first.
func TestAccountPasswordWithFactor(t *testing.T) {
	t.Parallel()
	i := start(t)
	p := i.account(t)
	i.do(withAuthenticator).must(t)
	asked := p.visit("/account/password", nil).page(t, "asked", 200, "authenticator app")
	p.visit(formOfFactor, next(asked, map[string]string{"code": i.shown(t)})).page(t, "given", 200, "Choose a new password")
}

func TestAccountPasskeys(t *testing.T) {
	t.Parallel()
	i := start(t)
	p := i.person(t)
	p.https = true
	p.logIn()
	if strings.Contains(p.visit("/account", nil).body, "/account/webauthn") {
		t.Error("there is a link to a page that is not enabled")
	}
	p.visit("/account/webauthn/add", nil).page(t, "not enabled", 404, "Page not found")
	i.do(withPasskey).must(t)
	p.visit("/account/webauthn", nil).page(t, "none", 200, "You have none yet.")
	form := p.visit("/account/webauthn/add", nil).page(t, "form", 200, `name="displayName"`)
	p.visit("/account/webauthn/add", next(form, nil)).page(t, "no name", 400, "Give it a name.")
	begun := p.visit("/account/webauthn/add", next(form, map[string]string{"displayName": "My <phone>"})).page(t, "begun", 200, `data-passkey="create"`)
	options := html.UnescapeString(regexp.MustCompile(`data-options="([^"]*)"`).FindStringSubmatch(begun.body)[1])
	key := newAuthenticator(t)
	made := credentialOf(t, key.create(response{body: `{"options":` + options + `}`}, origin, ""))
	p.visit("/account/webauthn/add", next(begun, map[string]string{"webAuthnRegisterRequest": "{"})).page(t, "nonsense", 400, "The passkey could not be used.")
	list := p.visit("/account/webauthn/add", next(begun, map[string]string{"webAuthnRegisterRequest": made})).page(t, "made", 200, "My &lt;phone&gt;")
	id := regexp.MustCompile(`name="id" value="([^"]*)"`).FindStringSubmatch(list.body)[1]
	p.visit("/account/webauthn/delete", url.Values{"id": {nobodyID}}).page(t, "somebody else's", 404, "Page not found")
	p.visit("/account/webauthn/delete", url.Values{"id": {id}}).page(t, "removed", 200, "The passkey has been removed.")
}

func TestAccountSessions(t *testing.T) {
	t.Parallel()
	i := start(t)
	p := i.account(t)
	p.visit("/account/sessions", nil).page(t, "none", 200, "No application stays connected.")
	token := func(user string) string {
		return `POST /api/user/refresh-token/import {"refreshTokens":[{"applicationId":"` + applicationID + `","userId":"` + user + `","token":"made-up of ` + user + `","startInstant":` +
			itoa(time.Now().UnixMilli()) + `,"metaData":{"device":{"name":"Jane's phone"}}}]}`
	}
	i.do(token(janeID)).must(t)
	list := p.visit("/account/sessions", nil).page(t, "list", 200, "Jane&#39;s phone")
	id := regexp.MustCompile(`name="id" value="([^"]*)"`).FindStringSubmatch(list.body)[1]
	p.visit("/account/sessions", url.Values{"id": {"x"}}).page(t, "no id", 404, "Page not found")
	p.visit("/account/sessions", url.Values{"id": {id}}).page(t, "ended", 200, "No application stays connected.")
}
