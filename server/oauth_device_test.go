package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const deviceGrantType = "urn:ietf:params:oauth:grant-type:device_code"

func (i *instance) startDevice(t testing.TB, scope string) response {
	t.Helper()
	return i.post("/oauth2/device_authorize", url.Values{"client_id": {applicationID}, "scope": {scope}, "metaData.device.name": {"Living room"}}).must(t)
}

func (i *instance) poll(code string) response {
	i.clock.advance(5 * time.Second)
	return i.exchange(url.Values{"grant_type": {deviceGrantType}, "device_code": {code}, "client_id": {applicationID}, "client_secret": {clientSecret}})
}

func TestDeviceGrant(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.withRefreshTokens(t, "")
		i.setOAuth(t, allGrants)
		started := i.startDevice(t, "openid offline_access")
		started.want(t, values{"expires_in": number("300"), "interval": number("5"), "verification_uri": "http://example.com/oauth2/device"})
		code, shown := started.text("device_code"), started.text("user_code")
		if len(shown) != 6 || started.text("verification_uri_complete") != "http://example.com/oauth2/device?user_code="+shown {
			t.Errorf("started: %s", started.body)
		}
		checkTokenError(t, i.poll(code), 400, "authorization_pending ")
		b := newBrowser(i)
		b.logIn(t, authorization()) // a session must not connect a device by a link
		b.visit("/oauth2/device?user_code="+shown, nil).page(t, "the link", 200, shown)
		b.visit("/oauth2/device?interactive_user_code=wrong", nil).page(t, "wrong code", 400, "interactive_user_code")
		b.visit("/oauth2/device?interactive_user_code=", nil).page(t, "no code", 400, "interactive_user_code")
		typed := strings.ToLower(shown[:3] + "-" + shown[3:])
		to := b.visit("/oauth2/device?interactive_user_code="+url.QueryEscape(typed), nil).header.Get("Location")
		form := b.visit(to, nil).page(t, "login", 200, `name="password"`)
		done := b.visit("/oauth2/authorize", filledIn(hiddenFields(form.body), "jane", password))
		if !strings.HasPrefix(done.header.Get("Location"), "/oauth2/device-complete?") || strings.Contains(done.header.Get("Location"), "code=") {
			t.Fatalf("status %d, sent to %q: %s", done.status, done.header.Get("Location"), done.body)
		}
		b.visit(done.header.Get("Location"), nil).page(t, "done", 200, "<html")
		got := i.poll(code).must(t)
		got.want(t, values{"userId": janeID, "id_token": present, "refresh_token": present, "scope": "openid offline_access"})
		i.exchange(refreshForm(got.text("refresh_token"))).must(t)
		i.do("GET /api/jwt/refresh/"+got.text("refresh_token_id")).must(t).want(t, values{"refreshToken.metaData.device.name": "Living room"})
		checkTokenError(t, i.poll(code), 400, "invalid_request invalid_device_code")
		b.visit("/oauth2/device?interactive_user_code="+shown, nil).page(t, "used code", 400, "interactive_user_code")
	})
}

func TestDeviceRefusals(t *testing.T) {
	t.Parallel()
	i := start(t)
	started := i.post("/oauth2/device_authorize", url.Values{"client_id": {applicationID}})
	checkTokenError(t, started, 400, "unauthorized_client grant_type_disabled")
	i.setOAuth(t, allGrants)
	checkTokenError(t, i.post("/oauth2/device_authorize", url.Values{}), 400, "invalid_request missing_client_id")
	checkTokenError(t, i.post("/oauth2/device_authorize", url.Values{"client_id": {nobodyID}}), 401, "invalid_client invalid_client_id")
	checkTokenError(t, i.post("/oauth2/device_authorize", url.Values{"client_id": {applicationID}, "scope": {"magic"}}), 400, "invalid_scope unknown_scope")
	checkTokenError(t, i.post("/oauth2/device_authorize", url.Values{"client_id": {applicationID}, "client_secret": {"wrong"}}), 401, "invalid_client invalid_client_authentication")
	checkTokenError(t, i.poll("x"), 400, "invalid_request invalid_device_code")
	checkTokenError(t, i.poll(""), 400, "invalid_request missing_device_code")
	code := i.startDevice(t, "openid").text("device_code")
	checkTokenError(t, i.poll(code), 400, "authorization_pending ")
	i.clock.advance(-4 * time.Second)
	checkTokenError(t, i.poll(code), 400, "slow_down ")
	i.clock.advance(5 * time.Minute)
	checkTokenError(t, i.poll(code), 400, "expired_token ")
	i.clock.advance(time.Hour)
	checkTokenError(t, i.poll(code), 400, "invalid_request invalid_device_code")

	// Nobody gets to the page that ends the flow without a device.
	request := with(with(authorization(), "redirect_uri", "/oauth2/device-complete"), "user_code", "XXXXXX")
	for _, r := range []response{i.showForm(request), i.sendForm(filledIn(request, "jane", password))} {
		if r.status != 400 || r.header.Get("Location") != "" {
			t.Errorf("status %d, sent to %q", r.status, r.header.Get("Location"))
		}
	}
}

// TestGuessedUserCodes: whoever tries codes out is stopped.
func TestGuessedUserCodes(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.setOAuth(t, allGrants)
	last := response{}
	for range 31 {
		last = i.anonymously("GET /oauth2/device/validate?client_id=" + applicationID + "&user_code=WRONG1")
	}
	if last.status != http.StatusTooManyRequests {
		t.Errorf("after 30 guesses: status %d", last.status)
	}
}

func TestDeviceAPI(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.setOAuth(t, allGrants)
		started := i.startDevice(t, "openid email")
		code, shown := started.text("device_code"), started.text("user_code")
		validate := "GET /oauth2/device/validate?client_id=" + applicationID + "&user_code="
		if r := i.anonymously(validate + shown); r.status != 200 || r.body != "" {
			t.Errorf("validate: status %d, %s", r.status, r.body)
		}
		checkTokenError(t, i.anonymously(validate+"WRONG1"), 400, "invalid_request invalid_user_code")
		checkTokenError(t, i.anonymously(validate), 400, "invalid_request missing_user_code")
		client := url.Values{"client_id": {applicationID}, "client_secret": {clientSecret}, "user_code": {shown}}
		i.post("/oauth2/device/user-code", client).must(t).want(t, values{
			"client_id": applicationID, "deviceInfo.name": "Living room", "scope": "email", "tenantId": tenantID, "user_code": shown, "expires_in": present,
		})
		checkTokenError(t, i.post("/oauth2/device/user-code", url.Values{"client_id": {applicationID}, "user_code": {shown}}), 401, "invalid_client client_authentication_missing")
		if r := i.post("/oauth2/device/approve", with(client, "token", "x")); r.status != 400 || r.text("error_reason") != "access_token_invalid" {
			t.Errorf("approve with nonsense: status %d, %s", r.status, r.body)
		}
		token := i.tokens(t, "openid").text("access_token")
		i.post("/oauth2/device/approve", with(client, "token", token)).must(t).want(t, values{"deviceGrantStatus": "Approved", "userId": janeID, "tenantId": tenantID})
		i.poll(code).must(t).want(t, values{"userId": janeID, "scope": "openid email"})
	})
}

// TestConsent: an application of somebody else's gets what its user allows.
func TestConsent(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.do(`POST /api/application/` + applicationID + `/scope {"scope":{"name":"books","required":true,"defaultConsentMessage":"Read your books"}}`).must(t)
		i.setOAuth(t, `"relationship":"ThirdParty"`)
		request := func() url.Values { return with(authorization(), "scope", "openid email profile books") }
		ask := func(b *browser) response {
			return b.visit("/oauth2/authorize", filledIn(request(), "jane", password)).page(t, "consent", 200, "Read your books")
		}
		b := newBrowser(i)
		page := ask(b)
		allowed := next(page, map[string]string{"action": "allow", `scopeConsents["email"]`: "true"})
		back := sent(t, b.visit("/oauth2/consent", allowed))
		i.exchange(exchange(back.Get("code"))).must(t).want(t, values{"scope": "openid email books"})
		b.visit("/oauth2/consent", allowed).page(t, "the page is good once", 401, `name="password"`)
		refused := ask(b)
		checkErrorRedirect(t, b.visit("/oauth2/consent", next(refused, map[string]string{"action": "cancel", "state": "some state"})), "access_denied consent_canceled")
		forged := next(ask(b), map[string]string{"action": "allow", "scope": "openid email profile books offline_access"})
		if r := i.send(call{do: "POST /oauth2/consent " + forged.Encode(), as: noKey, kind: formKind, header: http.Header{"Sec-Fetch-Site": {"cross-site"}}}); r.status != http.StatusForbidden {
			t.Errorf("from another site: status %d", r.status)
		}
		back = sent(t, b.visit("/oauth2/consent", forged))
		i.exchange(exchange(back.Get("code"))).must(t).want(t, values{"scope": "openid books"})

		i.setOAuth(t, `"consentMode":"RememberDecision"`)
		all := map[string]string{"action": "allow", `scopeConsents["email"]`: "true", `scopeConsents["profile"]`: "true"}
		sent(t, b.visit("/oauth2/consent", next(ask(b), all)))
		if back := sent(t, b.visit("/oauth2/authorize", filledIn(request(), "jane", password))); back.Get("code") == "" {
			t.Errorf("remembered: %v", back)
		}
		b.visit("/oauth2/authorize", filledIn(with(request(), "prompt", "consent"), "jane", password)).page(t, "asked to ask", 200, "Read your books")
		i.setOAuth(t, `"consentMode":"NeverPrompt"`)
		if back := sent(t, b.visit("/oauth2/authorize", filledIn(request(), "jane", password))); back.Get("code") == "" {
			t.Errorf("never: %v", back)
		}
	})
}
