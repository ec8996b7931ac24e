package server_test

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"wherry/server"
)

// totpSecret is the secret of everybody's authenticator, in base64.
const totpSecret = "bWFkZS11cCBzZWNyZXQgMQ=="

const (
	withAuthenticator = "PATCH /api/user/" + janeID + ` {"user":{"twoFactor":{"methods":[{"method":"authenticator","secret":"` + totpSecret + `"}],"recoveryCodes":["AAAAA-BBBBB"]}}}`
	withPhone         = "PATCH /api/user/" + janeID + ` {"user":{"twoFactor":{"methods":[{"id":"SMS1","method":"sms","mobilePhone":"+13035550100"}]}}}`
)

func loginPolicy(policy string) string {
	return "PATCH /api/tenant/" + tenantID + ` {"tenant":{"multiFactorConfiguration":{"loginPolicy":"` + policy + `"}}}`
}

func appPolicy(settings string) string {
	return "PATCH /api/application/" + applicationID + ` {"application":{"multiFactorConfiguration":{` + settings + `}}}`
}

// shown is what the authenticator shows.
func (i *instance) shown(t testing.TB) string {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(totpSecret)
	if err != nil {
		t.Fatal(err)
	}
	code, err := totp.GenerateCode(base32.StdEncoding.EncodeToString(raw), i.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// challenged signs in as far as the second factor.
func (i *instance) challenged(t testing.TB) response {
	t.Helper()
	r := i.do(login("jane", password))
	if r.status != 242 {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
	return r
}

// factor gives the code of the second factor.
func (i *instance) factor(id, code, more string) response {
	return i.send(call{do: `POST /api/two-factor/login {"twoFactorId":"` + id + `","code":"` + code + `"` + more + `}`, as: noKey})
}

func TestTwoFactorPolicies(t *testing.T) {
	t.Parallel()
	right := login("jane", password)
	check(t, []scenario{
		{
			name: "somebody with a method", given: []string{withAuthenticator}, do: right, status: 242,
			want: values{
				"methods.0.method": "authenticator", "methods.0.authenticator.codeLength": 6, "methods.0.secret": absent, "methods.1": absent,
				"configurableMethods": absent, "user": absent, "token": absent,
			},
		},
		{name: "not that the password was wrong", given: []string{withAuthenticator}, do: login("jane", "wrong password"), status: 404},
		{name: "disabled", given: []string{withAuthenticator, loginPolicy("Disabled")}, do: right, status: 200},
		{name: "disabled by the application", given: []string{withAuthenticator, appPolicy(`"loginPolicy":"Disabled"`)}, do: right, status: 200},
		{name: "disabled by the tenant, enabled by the application", given: []string{withAuthenticator, loginPolicy("Disabled"), appPolicy(`"loginPolicy":"Enabled"`)}, do: right, status: 242},
		{name: "enabled, without a method", do: right, status: 200},
		{
			name: "required, without a method", given: []string{loginPolicy("Required")}, do: right, status: 242,
			want: values{"configurableMethods": []string{"authenticator"}, "methods": absent, "user": absent},
		},
		{name: "the password has to be changed first", given: []string{withAuthenticator, `PATCH /api/user/` + janeID + ` {"user":{"passwordChangeRequired":true}}`}, do: right, status: 203},
		{name: "an application's policy of nonsense", do: appPolicy(`"loginPolicy":"Often","trustPolicy":"All"`), status: 400, codes: "[invalid]application.multiFactorConfiguration.loginPolicy [invalid]application.multiFactorConfiguration.trustPolicy"},
		{name: "a trust policy goes with a login policy", do: appPolicy(`"trustPolicy":"This"`), status: 200, want: values{"application.multiFactorConfiguration.trustPolicy": absent}},

		{name: "authenticator without a secret", do: "PATCH /api/user/" + janeID + ` {"user":{"twoFactor":{"methods":[{"method":"authenticator"}]}}}`, status: 400, codes: "[blank]user.twoFactor.methods[0].secret"},
		{name: "no such method", do: "PATCH /api/user/" + janeID + ` {"user":{"twoFactor":{"methods":[{"method":"pigeon"}]}}}`, status: 400, codes: "[invalid]user.twoFactor.methods[0].method"},

		{name: "unknown challenge", do: `POST /api/two-factor/login {"twoFactorId":"unknown","code":"1"}`, as: noKey, status: 404},
		{name: "nothing", do: `POST /api/two-factor/login {}`, as: noKey, status: 400, codes: "[blank]code [blank]twoFactorId"},
		{name: "send for an unknown challenge", do: `POST /api/two-factor/send/unknown {"methodId":"SMS1"}`, as: noKey, status: 404},
		{name: "secret", do: "GET /api/two-factor/secret", status: 200},

		{name: "enable: nothing", do: "POST /api/user/two-factor/" + janeID + " {}", status: 400, codes: "[blank]code"},
		{name: "enable: no method", do: "POST /api/user/two-factor/" + janeID + ` {"code":"1"}`, status: 400, codes: "[missing]method"},
		{name: "enable: unknown method", do: "POST /api/user/two-factor/" + janeID + ` {"code":"1","method":"pigeon"}`, status: 400, codes: "[invalid]method"},
		{name: "enable: not offered", do: "POST /api/user/two-factor/" + janeID + ` {"code":"1","method":"sms","mobilePhone":"+13035550100"}`, status: 400, codes: "[disabled]method"},
		{name: "enable: no secret", do: "POST /api/user/two-factor/" + janeID + ` {"code":"1","method":"authenticator"}`, status: 400, codes: "[invalid]secret"},
		{name: "enable: bad base32", do: "POST /api/user/two-factor/" + janeID + ` {"code":"1","method":"authenticator","secretBase32Encoded":"1"}`, status: 400, codes: "[invalid]secretBase32Encoded"},
		{name: "enable: wrong code", do: "POST /api/user/two-factor/" + janeID + ` {"code":"1","method":"authenticator","secret":"` + totpSecret + `"}`, status: 421},
		{name: "enable: nobody", do: "POST /api/user/two-factor/" + nobodyID + ` {"code":"1","method":"authenticator"}`, status: 404},
		{name: "disable: nothing", do: "DELETE /api/user/two-factor/" + janeID, status: 400, codes: "[blank]code [blank]methodId"},
		{name: "disable: unknown", do: "DELETE /api/user/two-factor/" + janeID + "?code=1&methodId=XXXX", status: 404},
		{name: "disable: wrong code", given: []string{withPhone}, do: "DELETE /api/user/two-factor/" + janeID + "?code=1&methodId=SMS1", status: 421},
		{name: "rename", given: []string{withPhone}, do: "PUT /api/user/two-factor/" + janeID + ` {"methodId":"SMS1","name":"My phone"}`, status: 200},
		{name: "rename: unknown", do: "PUT /api/user/two-factor/" + janeID + ` {"methodId":"SMS1","name":"My phone"}`, status: 404},
		{name: "send: not offered", do: `POST /api/two-factor/send {"userId":"` + janeID + `","method":"email","email":"jane@example.com"}`, status: 400, codes: "[disabled]method"},
		{name: "send: to an authenticator", do: `POST /api/two-factor/send {"userId":"` + janeID + `","method":"authenticator"}`, status: 400, codes: "[invalid]method"},
		{name: "send: unknown method", do: `POST /api/two-factor/send {"userId":"` + janeID + `","methodId":"XXXX"}`, status: 400, codes: "[invalid]methodId"},
		{name: "send: to nobody", do: `POST /api/two-factor/send {"method":"sms"}`, status: 400, codes: "[missing]userId"},
		{name: "send: the tenant has no messenger", given: []string{withPhone}, do: `POST /api/two-factor/send {"userId":"` + janeID + `","methodId":"SMS1"}`, status: 400, codes: "[cannotSend]method"},
		{name: "start: nobody", do: `POST /api/two-factor/start {"loginId":"nobody"}`, status: 404},
		{name: "start: nothing", do: `POST /api/two-factor/start {}`, status: 400, codes: "[blank]loginId"},
		{name: "start: unknown application", do: `POST /api/two-factor/start {"loginId":"jane","applicationId":"` + nobodyID + `"}`, status: 400, codes: "[invalid]applicationId"},
		{name: "status: not needed", do: "GET /api/two-factor/status?userId=" + janeID, status: 200, want: values{"trusts": []any{}}},
		{name: "status: needed", given: []string{withAuthenticator}, do: "GET /api/two-factor/status?userId=" + janeID, status: 242},
		{name: "status: by POST", given: []string{withAuthenticator}, do: `POST /api/two-factor/status {"userId":"` + janeID + `","action":"login"}`, status: 242},
		{name: "status: unknown action", do: `POST /api/two-factor/status {"userId":"` + janeID + `","action":"fly"}`, status: 400, codes: "[invalid]action"},
		{name: "status: no id", do: "GET /api/two-factor/status?userId=jane", status: 400, codes: "[couldNotConvert]userId"},
		{name: "recovery codes: none yet", do: "GET /api/user/two-factor/recovery-code/" + janeID, status: 200, want: values{"recoveryCodes": []any{}}},
		{name: "recovery codes", given: []string{withAuthenticator}, do: "GET /api/user/two-factor/recovery-code/" + janeID, status: 200, want: values{"recoveryCodes": []string{"AAAAA-BBBBB"}}},
	})
}

// TestAuthenticator: from setting it up to taking it away.
func TestAuthenticator(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		token := "Bearer " + i.do(login("jane", password)).must(t).text("token")
		enabled := i.send(call{
			do: `POST /api/user/two-factor {"method":"authenticator","name":"My app","secret":"` + totpSecret + `","code":"` + i.shown(t) + `"}`, as: token,
		}).must(t)
		codes, _ := enabled.at("recoveryCodes").([]any)
		enabled.want(t, values{"code": absent})
		if len(codes) != 10 || len(codes[0].(string)) != 11 {
			t.Fatalf("recovery codes: %v", codes)
		}
		c := i.challenged(t)
		c.want(t, values{"methods.0.name": "My app", "methods.0.secret": absent})
		id := c.text("twoFactorId")
		if r := i.factor(id, i.shown(t), ""); r.status != 421 || r.body != "" {
			t.Errorf("a code that has set it up already: %d %s", r.status, r.body)
		}
		i.clock.advance(time.Minute)
		out := i.factor(id, i.shown(t), `,"applicationId":"`+applicationID+`"`).must(t)
		out.want(t, values{"user.id": janeID, "twoFactorTrustId": absent, "trustToken": absent, "user.twoFactor.methods.0.secret": absent})
		if claims := payload(t, out.text("token")); claims["authenticationType"] != "PASSWORD" || claims["applicationId"] != applicationID {
			t.Errorf("claims: %v", claims)
		}
		if r := i.factor(id, i.shown(t), ""); r.status != 404 {
			t.Errorf("the challenge a second time: %d", r.status)
		}
		if r := i.factor(i.challenged(t).text("twoFactorId"), i.shown(t), ""); r.status != 421 {
			t.Errorf("the code a second time: %d", r.status)
		}
		i.do("GET /api/user/"+janeID).want(t, values{"user.twoFactor.methods.0.lastUsed": true})

		recovery := strings.ToLower(codes[0].(string))
		i.factor(i.challenged(t).text("twoFactorId"), recovery, "").must(t)
		if r := i.factor(i.challenged(t).text("twoFactorId"), recovery, ""); r.status != 421 {
			t.Errorf("the recovery code a second time: %d", r.status)
		}
		method := c.text("methods.0.id")
		i.clock.advance(time.Minute)
		if r := i.send(call{do: "DELETE /api/user/two-factor?methodId=" + method + "&code=000000", as: token}); r.status != 421 {
			t.Errorf("take it away with a wrong code: %d", r.status)
		}
		i.send(call{do: "DELETE /api/user/two-factor?methodId=" + method + "&code=" + i.shown(t), as: token}).must(t)
		i.do(login("jane", password)).must(t).want(t, values{"user.twoFactor.methods": []any{}})
		i.do("GET /api/user/two-factor/recovery-code/"+janeID).want(t, values{"recoveryCodes": []any{}})
	})
}

// TestRecoveryCodeTakesAllMethodsAway, as somebody needs who has lost them.
func TestRecoveryCodeTakesAllMethodsAway(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(withPhone).must(t)
	codes := i.do("POST /api/user/two-factor/recovery-code/" + janeID).must(t)
	i.do(`DELETE /api/user/two-factor/` + janeID + ` {"methodId":"SMS1","code":"` + codes.text("recoveryCodes.3") + `"}`).must(t)
	i.do(login("jane", password)).must(t)
}

// TestGuessingCodes: a challenge is over after some wrong codes, and other
// challenges help only so far.
func TestGuessingCodes(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(withAuthenticator).must(t)
	for n := range 4 {
		id := i.challenged(t).text("twoFactorId")
		for range 5 {
			if r := i.factor(id, "wrong", ""); r.status != 421 {
				t.Fatalf("challenge %d: status %d", n, r.status)
			}
		}
		if r := i.factor(id, i.shown(t), ""); r.status != 404 {
			t.Errorf("challenge %d, after five wrong codes: %d", n, r.status)
		}
	}
	if r := i.factor(i.challenged(t).text("twoFactorId"), i.shown(t), ""); r.status != 421 {
		t.Errorf("after twenty wrong codes: %d", r.status)
	}
	i.clock.advance(15 * time.Minute)
	i.factor(i.challenged(t).text("twoFactorId"), i.shown(t), "").must(t)
}

func TestWrongCodesLockOut(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(banAction).must(t)
	i.do(lockAfter).must(t)
	i.do(withAuthenticator).must(t)
	id := i.challenged(t).text("twoFactorId")
	for n, status := range []int{421, 421, 409} {
		if r := i.factor(id, "wrong", ""); r.status != status {
			t.Errorf("code %d: status %d, want %d", n, r.status, status)
		}
	}
	if r := i.factor(id, i.shown(t), ""); r.status != 409 {
		t.Errorf("the right one: %d", r.status)
	}
}

func TestChallengesExpire(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(withAuthenticator).must(t)
	id := i.challenged(t).text("twoFactorId")
	i.clock.advance(5 * time.Minute)
	if r := i.factor(id, i.shown(t), ""); r.status != 404 {
		t.Errorf("status %d", r.status)
	}
}

// TestAccountsThatCloseMeanwhile: the second step looks at everything again.
func TestAccountsThatCloseMeanwhile(t *testing.T) {
	t.Parallel()
	for change, status := range map[string]int{
		"DELETE /api/user/" + janeID:                                                       423,
		"PATCH /api/user/" + janeID + ` {"user":{"expiry":1500000000000}}`:                 410,
		"PATCH /api/user/" + janeID + ` {"user":{"passwordChangeRequired":true}}`:          203,
		"DELETE /api/user/registration/" + janeID + "/" + applicationID:                    202,
		"DELETE /api/user/" + janeID + "?hardDelete=true":                                  404,
		"DELETE /api/application/" + applicationID:                                         404,
		"PATCH /api/user/" + janeID + ` {"user":{"firstName":"Joan"}}`:                     200,
		"PATCH /api/tenant/" + tenantID + ` {"tenant":{"data":{"something":"unrelated"}}}`: 200,
	} {
		i := start(t)
		i.do(withAuthenticator).must(t)
		id := i.challenged(t).text("twoFactorId")
		i.do(change).must(t)
		if r := i.factor(id, i.shown(t), ""); r.status != status {
			t.Errorf("%s: status %d, want %d", change, r.status, status)
		}
	}
}

// TestTrustedDevices: who trusts a device is not asked on it again, as far as
// the application's policy goes.
func TestTrustedDevices(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.do(withAuthenticator).must(t)
		trusted := i.factor(i.challenged(t).text("twoFactorId"), i.shown(t), `,"trustComputer":true`).must(t)
		id := trusted.text("twoFactorTrustId")
		cookies := (&http.Response{Header: trusted.header}).Cookies()
		found := false
		for _, c := range cookies {
			found = found || c.Name == "fusionauth.trust" && c.Value == id && c.HttpOnly && c.MaxAge == 2_592_000
		}
		if id == "" || !found {
			t.Fatalf("trust id %q, cookies %v", id, cookies)
		}
		with := strings.TrimSuffix(login("jane", password), "}") + `,"twoFactorTrustId":"` + id + `"}`
		expect := func(what string, status int) {
			t.Helper()
			if r := i.do(with); r.status != status {
				t.Errorf("%s: status %d, want %d", what, r.status, status)
			}
		}
		expect("by the request", 200)
		r := i.send(call{do: login("jane", password), header: http.Header{"Cookie": {"fusionauth.trust=" + id}}})
		if r.status != 200 {
			t.Errorf("by the cookie: %d", r.status)
		}
		if r := i.do(strings.Replace(with, id, "made-up", 1)); r.status != 242 {
			t.Errorf("by a made-up id: %d", r.status)
		}
		i.do("GET /api/two-factor/status/"+id+"?userId="+janeID).must(t).want(t, values{"twoFactorTrustId": id, "trusts.0.applicationId": applicationID, "trusts.0.expired": false})
		i.do(appPolicy(`"loginPolicy":"Enabled","trustPolicy":"This"`)).must(t)
		expect("trusted for this application", 200)
		i.do(appPolicy(`"loginPolicy":"Enabled","trustPolicy":"None"`)).must(t)
		expect("an application that trusts no device", 242)
		i.do(appPolicy(`"loginPolicy":"Enabled","trustPolicy":"Any"`)).must(t)
		i.clock.advance(31 * 24 * time.Hour)
		expect("a month later", 242)
	})
}

func TestTrustIsTheUsers(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(withAuthenticator).must(t)
	id := i.factor(i.challenged(t).text("twoFactorId"), i.shown(t), `,"trustComputer":true`).must(t).text("twoFactorTrustId")
	joe := i.do(`POST /api/user {"user":{"email":"joe@example.com","password":"` + password + `","twoFactor":{"methods":[{"method":"sms","mobilePhone":"+13035550101"}]}}}`).must(t)
	joe.want(t, values{"user.twoFactor.methods.0.method": "sms"})
	with := strings.TrimSuffix(login("joe@example.com", password), "}") + `,"twoFactorTrustId":"` + id + `"}`
	if r := i.do(with); r.status != 242 {
		t.Errorf("with somebody else's trust: %d", r.status)
	}
	i.do(appPolicy(`"loginPolicy":"Enabled","trustPolicy":"This"`)).must(t)
	other := i.do(`POST /api/application {"application":{"name":"Other","multiFactorConfiguration":{"loginPolicy":"Enabled","trustPolicy":"This"}}}`).must(t)
	elsewhere := `POST /api/login {"loginId":"jane","password":"` + password + `","applicationId":"` + other.text("application.id") + `","twoFactorTrustId":"` + id + `"}`
	if r := i.do(elsewhere); r.status != 242 {
		t.Errorf("to another application: %d", r.status)
	}
}

// TestTrustTokens: a challenge that an application starts ends with a token for
// one protected request.
func TestTrustTokens(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(withAuthenticator).must(t)
	started := i.do(`POST /api/two-factor/start {"loginId":"jane","applicationId":"` + applicationID + `","code":"1234","state":{"page":"account"},"trustChallenge":"made-up"}`).must(t)
	started.want(t, values{"code": "1234", "methods.0.method": "authenticator", "methods.0.secret": absent})
	done := i.factor(started.text("twoFactorId"), "1234", "").must(t)
	done.want(t, values{"state.page": "account", "user.id": janeID})
	change := func(challenge string) response {
		return i.do(`POST /api/user/change-password {"loginId":"jane","password":"` + anotherPassword + `","trustToken":"` + done.text("trustToken") + `","trustChallenge":"` + challenge + `"}`)
	}
	if r := change("another"); r.codes() != "[TrustTokenRequired]" {
		t.Errorf("another challenge: %d %s", r.status, r.body)
	}
	change("made-up").must(t)
	if r := change("made-up"); r.codes() != "[TrustTokenRequired]" {
		t.Errorf("a second time: %d %s", r.status, r.body)
	}
	late := i.do(`POST /api/two-factor/start {"userId":"` + janeID + `"}`).must(t)
	if code := late.text("code"); len(code) != 6 {
		t.Errorf("the code that was made up: %q", code)
	}
	i.clock.advance(61 * time.Second)
	if r := i.factor(late.text("twoFactorId"), late.text("code"), ""); r.status != 421 {
		t.Errorf("a code that is a minute old: %d", r.status)
	}
}

// TestFirstMethodWhileSigningIn: whoever has to have a method sets one up in
// the middle of the sign-in.
func TestFirstMethodWhileSigningIn(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(loginPolicy("Required")).must(t)
	id := i.challenged(t).text("twoFactorId")
	enable := func(challenge string) response {
		return i.do(`POST /api/user/two-factor/` + janeID + ` {"method":"authenticator","secret":"` + totpSecret + `","code":"` + i.shown(t) + `","twoFactorId":"` + challenge + `"}`)
	}
	code := enable(id).must(t).text("code")
	i.factor(id, code, "").must(t).want(t, values{"user.id": janeID, "user.twoFactor.methods.0.method": "authenticator"})
	i.clock.advance(time.Minute)
	if r := enable("unknown"); r.codes() != "[invalid]twoFactorId" {
		t.Errorf("an unknown challenge: %d %s", r.status, r.body)
	}
}

// phones are the people's phones behind a messenger.
type phones struct {
	mu       sync.Mutex
	messages []map[string]string
	headers  []http.Header
	broken   bool
}

func (p *phones) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.broken {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	var m map[string]string
	_ = json.NewDecoder(r.Body).Decode(&m)
	p.messages, p.headers = append(p.messages, m), append(p.headers, r.Header)
}

func (p *phones) last() map[string]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.messages) == 0 {
		return nil
	}
	return p.messages[len(p.messages)-1]
}

// texting gives the instance a messenger, and everybody the right to use it.
func (i *instance) texting(t testing.TB) *phones {
	t.Helper()
	p := &phones{}
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	messenger := i.do(`POST /api/messenger {"messenger":{"type":"Generic","name":"Phones","url":"` + s.URL + `","connectTimeout":1000,"readTimeout":1000,
		"headers":{"X-Key":"made-up"},"httpAuthenticationUsername":"wherry","httpAuthenticationPassword":"made-up"}}`).must(t)
	template := i.do(`POST /api/message/template {"messageTemplate":{"type":"SMS","name":"Code","defaultTemplate":"Your code is ${code}.","localizedTemplates":{"de":"Ihr Code ist ${code}."}}}`).must(t)
	i.do("PATCH /api/tenant/" + tenantID + ` {"tenant":{"multiFactorConfiguration":{"sms":{"enabled":true,"messengerId":"` + messenger.text("messenger.id") +
		`","templateId":"` + template.text("messageTemplate.id") + `"}}}}`).must(t)
	return p
}

// TestTextMessages: set up, sign in with, and take away a phone.
func TestTextMessages(t *testing.T) {
	t.Parallel()
	i := open(t, server.Config{Data: kickstartedData(t), Key: sampleKey, AllowPrivateConnectors: true})
	p := i.texting(t)
	const number = `"method":"sms","mobilePhone":"+13035550100"`
	i.do(`POST /api/two-factor/send {"userId":"` + janeID + `",` + number + `}`).must(t)
	sent := p.last()
	if code := sent["code"]; len(code) != 6 || sent["textMessage"] != "Your code is "+code+"." || sent["phoneNumber"] != "+13035550100" || sent["userId"] != janeID {
		t.Fatalf("sent %v", sent)
	}
	if user, pass, _ := (&http.Request{Header: p.headers[0]}).BasicAuth(); user != "wherry" || pass != "made-up" || p.headers[0].Get("X-Key") != "made-up" {
		t.Errorf("headers: %v", p.headers[0])
	}
	enable := `POST /api/user/two-factor/` + janeID + ` {` + number + `,"code":"` + sent["code"] + `"}`
	if r := i.do(strings.Replace(enable, "0100", "0101", 1)); r.status != 421 {
		t.Errorf("the code for another number: %d", r.status)
	}
	i.do(enable).must(t)
	if r := i.do(enable); r.status != 421 {
		t.Errorf("the code a second time: %d", r.status)
	}

	c := i.challenged(t)
	c.want(t, values{"methods.0.mobilePhone": "+13035550100"})
	id, method := c.text("twoFactorId"), c.text("methods.0.id")
	send := func() response {
		return i.send(call{do: `POST /api/two-factor/send/` + id + ` {"methodId":"` + method + `"}`, as: noKey})
	}
	send().must(t)
	first := p.last()["code"]
	i.do("PATCH /api/user/" + janeID + ` {"user":{"preferredLanguages":["de"]}}`).must(t)
	send().must(t)
	second := p.last()["code"]
	if p.last()["textMessage"] != "Ihr Code ist "+second+"." {
		t.Errorf("in German: %v", p.last())
	}
	if r := i.factor(id, first, ""); first != second && r.status != 421 {
		t.Errorf("the code before: %d", r.status)
	}
	i.factor(id, second, "").must(t)

	i.do(`POST /api/two-factor/send {"userId":"` + janeID + `","methodId":"` + method + `"}`).must(t)
	i.do("DELETE /api/user/two-factor/" + janeID + "?methodId=" + method + "&code=" + p.last()["code"]).must(t)
	i.do(login("jane", password)).must(t)
}

func TestTextMessagesFail(t *testing.T) {
	t.Parallel()
	i := open(t, server.Config{Data: kickstartedData(t), Key: sampleKey, AllowPrivateConnectors: true})
	p := i.texting(t)
	i.do(withPhone).must(t)
	id := i.challenged(t).text("twoFactorId")
	send := func() response {
		return i.send(call{do: `POST /api/two-factor/send/` + id + ` {"methodId":"SMS1"}`, as: noKey})
	}
	for range 10 {
		send().must(t)
	}
	if r := send(); r.status != http.StatusTooManyRequests {
		t.Errorf("the eleventh: %d", r.status)
	}
	i.clock.advance(61 * time.Second)
	if r := i.factor(id, p.last()["code"], ""); r.status != 421 {
		t.Errorf("a code that is a minute old: %d", r.status)
	}
	id = i.challenged(t).text("twoFactorId")
	p.broken = true
	if r := send(); r.codes() != "[MessengerError]" {
		t.Errorf("broken: %d %s", r.status, r.body)
	}
	events := i.do("GET /api/system/event-log/search?message=Phones").must(t)
	events.want(t, values{"eventLogs.0.type": "Error", "eventLogs.1": absent})
	if !strings.Contains(events.text("eventLogs.0.message"), "500") {
		t.Errorf("event: %s", events.body)
	}
	i.do("PATCH /api/tenant/" + tenantID + ` {"tenant":{"rateLimitConfiguration":{"sendTwoFactor":{"enabled":true,"limit":1}}}}`).must(t)
	p.broken = false
	id = i.challenged(t).text("twoFactorId")
	send().must(t)
	id = i.challenged(t).text("twoFactorId")
	if r := send(); r.status != http.StatusTooManyRequests || r.codes() != "[RateLimitedException]" {
		t.Errorf("beyond the tenant's limit: %d %s", r.status, r.body)
	}
}
