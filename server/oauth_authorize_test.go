package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// authorization is a request to /oauth2/authorize that is right.
func authorization() url.Values {
	return url.Values{
		"client_id": {applicationID}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"openid"}, "state": {"some state"},
	}
}

// with changes parameters: an empty list takes one away.
func with(values url.Values, name string, list ...string) url.Values {
	if len(list) == 0 {
		values.Del(name)
		return values
	}
	values[name] = list
	return values
}

// showForm opens the login page.
func (i *instance) showForm(values url.Values) response {
	return i.send(call{do: "GET /oauth2/authorize?" + values.Encode(), as: noKey})
}

// sendForm sends the login form as a browser does from the page.
func (i *instance) sendForm(values url.Values) response {
	return i.sendFormTo("/oauth2/authorize", values)
}

func (i *instance) sendFormTo(path string, values url.Values, cookies ...string) response {
	return i.send(call{
		do: "POST " + path + " " + values.Encode(), as: noKey, kind: "application/x-www-form-urlencoded",
		header: http.Header{"Sec-Fetch-Site": {"same-origin"}, "Cookie": cookies},
	})
}

// filledIn is the form with a login id and a password.
func filledIn(values url.Values, loginID, password string) url.Values {
	return with(with(values, "loginId", loginID), "password", password)
}

// TestAuthorizeRefusals: each request with something wrong, when the page is
// asked for and when the form is sent. Nobody is sent anywhere unless the
// redirect URL is the application's.
func TestAuthorizeRefusals(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 5000)
	i := start(t)
	const inactiveID = "bbbbbbbb-0000-0000-0000-000000000001"
	i.do(`POST /api/application/` + inactiveID + ` {"application":{"name":"Inactive","oauthConfiguration":{"authorizedRedirectURLs":["` + callback + `"],"enabledGrants":["authorization_code"]}}}`).must(t)
	i.do(`DELETE /api/application/` + inactiveID).must(t)
	const disabledID = "bbbbbbbb-0000-0000-0000-000000000002"
	i.do(`POST /api/application/` + disabledID + ` {"application":{"name":"No grant","oauthConfiguration":{"authorizedRedirectURLs":["` + callback + `"]}}}`).must(t)
	const strictID = "bbbbbbbb-0000-0000-0000-000000000003"
	i.do(`POST /api/application/` + strictID + ` {"application":{"name":"PKCE","oauthConfiguration":{"authorizedRedirectURLs":["` + callback +
		`"],"enabledGrants":["authorization_code"],"proofKeyForCodeExchangePolicy":"Required"}}}`).must(t)

	for _, tt := range []struct {
		name   string
		change func(v url.Values) url.Values
		shown  string // error and reason on a page
		sent   string // error and reason in a redirect
	}{
		{"no client", func(v url.Values) url.Values { return with(v, "client_id") }, "invalid_request missing_client_id", ""},
		{"unknown client", func(v url.Values) url.Values { return with(v, "client_id", nobodyID) }, "invalid_client invalid_client_id", ""},
		{"client that is no id", func(v url.Values) url.Values { return with(v, "client_id", "<script>") }, "invalid_client invalid_client_id", ""},
		{"client twice", func(v url.Values) url.Values { return with(v, "client_id", applicationID, applicationID) }, "invalid_request invalid_client_id", ""},
		{"inactive client", func(v url.Values) url.Values { return with(v, "client_id", inactiveID) }, "invalid_client invalid_client_id", ""},
		{"another tenant", func(v url.Values) url.Values { return with(v, "tenantId", nobodyID) }, "invalid_request invalid_tenant_id", ""},
		{"no redirect URL", func(v url.Values) url.Values { return with(v, "redirect_uri") }, "invalid_request missing_redirect_uri", ""},
		{"redirect URL twice", func(v url.Values) url.Values {
			return with(v, "redirect_uri", callback, "https://evil.example.net")
		}, "invalid_request invalid_redirect_uri", ""},
		{"over-long redirect URL", func(v url.Values) url.Values { return with(v, "redirect_uri", callback+long) }, "invalid_request invalid_redirect_uri", ""},
		{"over-long state", func(v url.Values) url.Values { return with(v, "state", long) }, "invalid_request invalid_state", ""},
		{"state twice", func(v url.Values) url.Values { return with(v, "state", "a", "b") }, "invalid_request invalid_state", ""},
		{"NUL in the state", func(v url.Values) url.Values { return with(v, "state", "a\x00b") }, "invalid_request invalid_state", ""},
		{"nonce that is no text", func(v url.Values) url.Values { return with(v, "nonce", "\xff") }, "invalid_request invalid_nonce", ""},

		{"grant that is not enabled", func(v url.Values) url.Values { return with(v, "client_id", disabledID) }, "", "unauthorized_client grant_type_disabled"},
		{"no response type", func(v url.Values) url.Values { return with(v, "response_type") }, "", "invalid_request missing_response_type"},
		{"implicit grant", func(v url.Values) url.Values { return with(v, "response_type", "token") }, "", "unauthorized_client grant_type_disabled"},
		{"hybrid flow", func(v url.Values) url.Values { return with(v, "response_type", "code id_token") }, "", "unsupported_response_type invalid_response_type"},
		{"unknown mode", func(v url.Values) url.Values { return with(v, "response_mode", "smoke") }, "", "invalid_request invalid_response_mode"},
		{"tokens in the query", func(v url.Values) url.Values {
			return with(with(v, "response_type", "token"), "response_mode", "query")
		}, "", "invalid_request invalid_response_mode"},
		{"unknown prompt", func(v url.Values) url.Values { return with(v, "prompt", "dance") }, "", "invalid_request invalid_prompt"},
		{"max_age that is none", func(v url.Values) url.Values { return with(v, "max_age", "x") }, "", "invalid_request invalid_max_age"},
		{"negative max_age", func(v url.Values) url.Values { return with(v, "max_age", "-1") }, "", "invalid_request invalid_max_age"},
		{"unknown scope", func(v url.Values) url.Values { return with(v, "scope", "openid aws.cognito.signin.user.admin") }, "", "invalid_scope unknown_scope"},
		{"no challenge where one is required", func(v url.Values) url.Values { return with(v, "client_id", strictID) }, "", "invalid_request missing_code_challenge"},
		{"plain challenge", func(v url.Values) url.Values {
			return with(with(v, "code_challenge", strings.Repeat("a", 43)), "code_challenge_method", "plain")
		}, "", "invalid_request invalid_pkce_code_challenge_method"},
		{"challenge without a method", func(v url.Values) url.Values { return with(v, "code_challenge", strings.Repeat("a", 43)) }, "", "invalid_request invalid_pkce_code_challenge_method"},
		{"method without a challenge", func(v url.Values) url.Values { return with(v, "code_challenge_method", "S256") }, "", "invalid_request missing_code_challenge"},
		{"challenge of a wrong length", func(v url.Values) url.Values {
			return with(with(v, "code_challenge", "short"), "code_challenge_method", "S256")
		}, "", "invalid_request invalid_pkce_code_challenge"},
		{"nobody may be asked", func(v url.Values) url.Values { return with(v, "prompt", "none") }, "", "login_required authentication_required"},
		{"nobody may be asked, and yet", func(v url.Values) url.Values { return with(v, "prompt", "none login") }, "", "invalid_request invalid_prompt"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			refused := tt.change(authorization())
			for _, r := range []response{i.showForm(refused), i.sendForm(filledIn(refused, "jane", password))} {
				if tt.sent != "" {
					checkErrorRedirect(t, r, tt.sent)
					continue
				}
				name, reason, _ := strings.Cut(tt.shown, " ")
				if r.status != http.StatusBadRequest || !strings.Contains(r.body, "<code>"+name+"</code>") || !strings.Contains(r.body, "<code>"+reason+"</code>") {
					t.Errorf("status %d, want a page that says %s: %s", r.status, tt.shown, r.body)
				}
				if r.header.Get("Location") != "" || strings.Contains(r.body, "evil") || strings.Contains(r.body, "<script>") {
					t.Errorf("Location %q, page %s", r.header.Get("Location"), r.body)
				}
			}
		})
	}
}

func checkErrorRedirect(t *testing.T, r response, want string) {
	t.Helper()
	to, err := url.Parse(r.header.Get("Location"))
	if err != nil || r.status != http.StatusFound || !strings.HasPrefix(to.String(), callback+"?") && !strings.HasPrefix(to.String(), callback+"#") {
		t.Fatalf("status %d, sent to %q: %s", r.status, r.header.Get("Location"), r.body)
	}
	q := to.Query()
	if to.Fragment != "" { // where tokens would have come in it
		q, _ = url.ParseQuery(to.Fragment)
	}
	if got := q.Get("error") + " " + q.Get("error_reason"); got != want {
		t.Errorf("sent with %q, want %q", got, want)
	}
	if q.Get("state") != "some state" || q.Get("iss") != "http://localhost:9011" || q.Get("error_description") == "" || q.Has("code") {
		t.Errorf("sent to %s", to)
	}
	if r.header.Get("Cache-Control") != "no-store" {
		t.Error("an answer to one person must not be kept")
	}
}

// TestRedirectURLs: a redirect URL is the application's if it is the same text,
// and not otherwise.
func TestRedirectURLs(t *testing.T) {
	t.Parallel()
	i := start(t)
	for _, good := range []string{callback, "https://app.example.com/with?query=1", "com.example.app:/callback"} {
		r := i.sendForm(filledIn(with(authorization(), "redirect_uri", good), "jane", password))
		if to := r.header.Get("Location"); r.status != http.StatusFound || !strings.HasPrefix(to, good) || !strings.Contains(to, "code=") {
			t.Errorf("%s: status %d, sent to %q", good, r.status, to)
		}
	}
	for _, bad := range []string{
		"//evil.example.net", "//app.example.com/callback", "/callback", "callback", "https:/app.example.com/callback",
		"http://app.example.com/callback", "HTTPS://app.example.com/callback", "https://APP.example.com/callback", "https://app.example.com/Callback",
		"https://app.example.com/callback/", "https://app.example.com/callback/..", "https://app.example.com/callback/../callback",
		"https://app.example.com/callback?", "https://app.example.com/callback?x=1", "https://app.example.com/callback#", "https://app.example.com/callback#x",
		"https://app.example.com:443/callback", "https://app.example.com@evil.example.net/callback", "https://user@app.example.com/callback",
		"https://app.example.com.evil.example.net/callback", "https://app.example.com\\@evil.example.net/callback", "https://evil.example.net/https://app.example.com/callback",
		"https://app.example.com/callback%2f", "https://app.example.com/%63allback", " https://app.example.com/callback", "https://app.example.com/callback\n",
		"https://app.example.com/callback\r\nX: y", "https://app.example.com/with", "https://app.example.com/with?query=1&query=1", "https://app.example.com/with?query=2",
		"https://*.example.com/wild", "https://a.example.com/wild", "javascript:alert(1)", "data:text/html,x", "com.example.app:/callback/x", "com.example.app://callback",
	} {
		values := with(authorization(), "redirect_uri", bad)
		for _, r := range []response{i.showForm(values), i.sendForm(filledIn(values, "jane", password))} {
			if r.status != http.StatusBadRequest || r.header.Get("Location") != "" || !strings.Contains(r.body, "<code>invalid_redirect_uri</code>") {
				t.Errorf("%q: status %d, sent to %q", bad, r.status, r.header.Get("Location"))
			}
		}
	}
}

// TestLoginPage: the page carries the request along, whatever is in it, and
// says nothing more.
func TestLoginPage(t *testing.T) {
	t.Parallel()
	i := start(t)
	request := authorization()
	request.Set("state", `"><script>alert(1)</script>`)
	request.Set("nonce", "ä & b")
	request.Set("locale", "fr")
	request.Set("login_hint", "jane@example.com")
	request.Set("something", "else")
	page := i.showForm(request)
	if page.status != http.StatusOK || strings.Contains(page.body, "<script>alert") || !strings.Contains(page.body, `value="jane@example.com"`) {
		t.Fatalf("status %d: %s", page.status, page.body)
	}
	if page.header.Get("Cache-Control") != "no-store" || page.header.Get("X-Frame-Options") != "DENY" {
		t.Errorf("headers: %v", page.header)
	}
	fields := hiddenFields(page.body)
	for name, want := range map[string]string{"state": request.Get("state"), "nonce": "ä & b", "client_id": applicationID, "locale": "fr"} {
		if got := fields[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if fields.Has("something") || fields.Has("login_hint") || strings.Contains(page.body, clientSecret) {
		t.Errorf("hidden fields: %v", fields)
	}
	back := i.sendForm(filledIn(fields, "jane", password))
	to, _ := url.Parse(back.header.Get("Location"))
	if back.status != http.StatusFound || to.Query().Get("state") != request.Get("state") || to.Query().Get("locale") != "fr" {
		t.Errorf("status %d, sent to %s", back.status, to)
	}
	if back.header.Get("Cache-Control") != "no-store" || back.header.Get("Referrer-Policy") != "no-referrer" || strings.Contains(back.body, "code") {
		t.Errorf("the redirect: headers %v, body %q", back.header, back.body)
	}
}

// TestLoginFormRefusals: what somebody sees who is not signed in.
func TestLoginFormRefusals(t *testing.T) {
	t.Parallel()
	const user = " /api/user/" + janeID
	for _, tt := range []struct {
		name, given       string
		loginID, password string
		status            int
		message           string
	}{
		{"wrong password", "", "jane", "wrong", http.StatusUnauthorized, "Invalid login credentials."},
		{"unknown user", "", "nobody", password, http.StatusUnauthorized, "Invalid login credentials."},
		{"no login id", "", "", password, http.StatusBadRequest, "Enter your email or username."},
		{"no password", "", "jane", "", http.StatusBadRequest, "Enter your password."},
		{"deactivated", "DELETE" + user, "jane", password, http.StatusLocked, "Your account is locked."},
		{"deactivated, wrong password", "DELETE" + user, "jane", "wrong", http.StatusUnauthorized, "Invalid login credentials."},
		{"expired", "PATCH" + user + ` {"user":{"expiry":1500000000000}}`, "jane", password, http.StatusGone, "Your account has expired."},
		{"a second factor is required, and there is none", "PATCH /api/tenant/" + tenantID + ` {"tenant":{"multiFactorConfiguration":{"loginPolicy":"Required","authenticator":{"enabled":false}}}}`, "jane", password, http.StatusForbidden, "Your account needs a second factor."},
		{
			"registration is not verified", `PATCH /api/application/` + applicationID + ` {"application":{"verifyRegistration":true,"unverified":{"behavior":"Gated"}}}` + "\n" +
				`POST /api/user/registration {"user":{"username":"joe","password":"` + password + `"},"registration":{"applicationId":"` + applicationID + `"}}`,
			"joe", password, http.StatusForbidden, "You have to confirm your registration",
		},
		{
			"registration is required", `PATCH /api/application/` + applicationID + ` {"application":{"oauthConfiguration":{"requireRegistration":true}}}`,
			"admin@example.com", password, http.StatusForbidden, "not registered for this application",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := start(t)
			for request := range strings.Lines(tt.given) {
				i.do(strings.TrimSpace(request)).must(t)
			}
			r := i.sendForm(filledIn(authorization(), tt.loginID, tt.password))
			if r.status != tt.status || r.header.Get("Location") != "" || !strings.Contains(r.body, `role="alert"`) || !strings.Contains(r.body, tt.message) {
				t.Errorf("status %d, sent to %q: %s", r.status, r.header.Get("Location"), r.body)
			}
			if strings.Contains(r.body, password) {
				t.Error("the page repeats the password")
			}
			if got := hiddenFields(r.body).Get("state"); got != "some state" {
				t.Errorf("the form has lost the request: state %q", got)
			}
		})
	}
}

// TestLoginPageTellsNobody: the page for a wrong password and for an unknown
// user differs in nothing but what was typed.
func TestLoginPageTellsNobody(t *testing.T) {
	t.Parallel()
	i := start(t)
	known, unknown := i.sendForm(filledIn(authorization(), "jane", "wrong")), i.sendForm(filledIn(authorization(), "joan", "wrong"))
	if known.status != unknown.status || strings.ReplaceAll(known.body, `value="jane"`, "") != strings.ReplaceAll(unknown.body, `value="joan"`, "") {
		t.Errorf("%d: %s\n%d: %s", known.status, known.body, unknown.status, unknown.body)
	}
}

// TestParametersWithoutAValue are as if they were not there: RFC 6749 section
// 3.1.
func TestParametersWithoutAValue(t *testing.T) {
	t.Parallel()
	i := start(t)
	request := authorization()
	for _, name := range []string{"scope", "state", "nonce", "tenantId", "response_mode", "code_challenge", "code_challenge_method", "prompt", "max_age", "locale"} {
		request.Set(name, "")
	}
	r := i.sendForm(filledIn(request, "jane", password))
	to, _ := url.Parse(r.header.Get("Location"))
	if r.status != http.StatusFound || to.Query().Get("code") == "" || to.Query().Has("state") {
		t.Fatalf("status %d, sent to %s: %s", r.status, to, r.body)
	}
	form := exchange(to.Query().Get("code"))
	form.Set("code_verifier", "")
	i.exchange(form).must(t)
}

// TestUserState: who is not registered gets a code all the same.
func TestUserState(t *testing.T) {
	t.Parallel()
	i := start(t)
	r := i.sendForm(filledIn(authorization(), "admin@example.com", password))
	to, _ := url.Parse(r.header.Get("Location"))
	if r.status != http.StatusFound || to.Query().Get("userState") != "AuthenticatedNotRegistered" || to.Query().Get("code") == "" {
		t.Errorf("status %d, sent to %s", r.status, to)
	}
}

// TestLoginFormComesFromThePage: a form on another site's page signs nobody in.
func TestLoginFormComesFromThePage(t *testing.T) {
	t.Parallel()
	i := start(t)
	form := "POST /oauth2/authorize " + filledIn(authorization(), "jane", password).Encode()
	for _, tt := range []struct {
		name   string
		header http.Header
		status int
	}{
		{"same origin", http.Header{"Sec-Fetch-Site": {"same-origin"}}, http.StatusFound},
		{"no browser", nil, http.StatusFound},
		{"same origin, older browser", http.Header{"Origin": {"http://example.com"}}, http.StatusFound}, // httptest's host
		{"cross-site", http.Header{"Sec-Fetch-Site": {"cross-site"}}, http.StatusForbidden},
		{"same site", http.Header{"Sec-Fetch-Site": {"same-site"}}, http.StatusForbidden},
		{"other origin, older browser", http.Header{"Origin": {"https://evil.example.net"}}, http.StatusForbidden},
		{"hidden origin, older browser", http.Header{"Origin": {"null"}}, http.StatusForbidden},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := i.send(call{do: form, as: noKey, kind: "application/x-www-form-urlencoded", header: tt.header})
			if r.status != tt.status || tt.status == http.StatusForbidden && (!strings.Contains(r.body, "<html") || r.header.Get("Location") != "") {
				t.Errorf("status %d, sent to %q: %s", r.status, r.header.Get("Location"), r.body)
			}
		})
	}
}

// TestForms: what is no form, and what is too much of one.
func TestForms(t *testing.T) {
	t.Parallel()
	i := start(t)
	good := filledIn(authorization(), "jane", password).Encode()
	for _, tt := range []struct {
		name, do, kind string
		status         int
	}{
		{"JSON", "POST /oauth2/authorize {}", "application/json", http.StatusBadRequest},
		{"multipart", "POST /oauth2/authorize " + good, "multipart/form-data; boundary=x", http.StatusBadRequest},
		{"bad escape", "POST /oauth2/authorize " + good + "&x=%zz", "application/x-www-form-urlencoded", http.StatusBadRequest},
		{"parameters in the query", "POST /oauth2/authorize?" + good, "application/x-www-form-urlencoded", http.StatusBadRequest},
		{"a broken query does not matter", "POST /oauth2/authorize?%zz " + good, "application/x-www-form-urlencoded", http.StatusFound},
		{"too large", "POST /oauth2/authorize x=" + strings.Repeat("x", 300<<10), "application/x-www-form-urlencoded", http.StatusRequestEntityTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if r := i.send(call{do: tt.do, as: noKey, kind: tt.kind}); r.status != tt.status {
				t.Errorf("status %d, want %d: %s", r.status, tt.status, r.body)
			}
		})
	}
}

// TestUnknownScopePolicy: the application decides what becomes of scopes that
// it does not know, such as Cognito's own.
func TestUnknownScopePolicy(t *testing.T) {
	t.Parallel()
	for policy, want := range map[string]string{"Remove": "openid email", "Allow": "openid aws.cognito.signin.user.admin email"} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			i := start(t)
			i.do(`PATCH /api/application/` + applicationID + ` {"application":{"oauthConfiguration":{"unknownScopePolicy":"` + policy + `"}}}`).must(t)
			code := i.code(t, with(authorization(), "scope", "openid  aws.cognito.signin.user.admin email openid"))
			if got := i.exchange(exchange(code)).must(t).text("scope"); got != want {
				t.Errorf("scope %q, want %q", got, want)
			}
		})
	}
}
