package server_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// setApplication changes settings of the example application's OAuth.
func (i *instance) setOAuth(t testing.TB, settings string) {
	t.Helper()
	i.do(`PATCH /api/application/` + applicationID + ` {"application":{"oauthConfiguration":{` + settings + `}}}`).must(t)
}

const allGrants = `"enabledGrants":["authorization_code","implicit","password","refresh_token","urn:ietf:params:oauth:grant-type:device_code"]`

// post sends a form to an endpoint for clients.
func (i *instance) post(path string, form url.Values, header ...string) response {
	h := http.Header{}
	for n := 0; n+1 < len(header); n += 2 {
		h.Set(header[n], header[n+1])
	}
	return i.send(call{do: "POST " + path + " " + form.Encode(), as: noKey, kind: formKind, header: h})
}

// tokens signs Jane in through the code grant.
func (i *instance) tokens(t testing.TB, scope string) response {
	t.Helper()
	return i.exchange(exchange(i.code(t, with(authorization(), "scope", scope)))).must(t)
}

func refreshForm(value string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {value}, "client_id": {applicationID}, "client_secret": {clientSecret}}
}

func TestRefreshGrant(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		if r := i.tokens(t, "openid offline_access"); r.at("refresh_token") != absent {
			t.Fatalf("the application gives none out: %s", r.body)
		}
		i.withRefreshTokens(t, "")
		if r := i.tokens(t, "openid"); r.at("refresh_token") != absent {
			t.Fatalf("nobody asked for one: %s", r.body)
		}
		first := i.tokens(t, "openid offline_access email")
		claims := payload(t, first.text("access_token"))
		if claims["sid"] != first.text("refresh_token_id") || payload(t, first.text("id_token"))["sid"] != nil {
			t.Errorf("sid: %v", claims)
		}
		i.clock.advance(time.Minute)
		r := i.exchange(refreshForm(first.text("refresh_token"))).must(t)
		r.want(t, values{
			"refresh_token": first.text("refresh_token"), "refresh_token_id": first.text("refresh_token_id"), "scope": "openid offline_access email",
			"token_type": "Bearer", "userId": janeID, "expires_in": number("3599"),
		})
		access, id := payload(t, r.text("access_token")), payload(t, r.text("id_token"))
		for name, want := range map[string]any{"auth_time": claims["auth_time"], "authenticationType": "REFRESH_TOKEN", "sub": janeID, "sid": claims["sid"]} {
			if access[name] != want {
				t.Errorf("access token: %s is %v, want %v", name, access[name], want)
			}
		}
		if id["email"] != "jane@example.com" || id["auth_time"] != claims["auth_time"] || id["nonce"] != nil || id["at_hash"] == nil {
			t.Errorf("ID token: %v", id)
		}
		gty, _ := header(t, r.text("access_token"))["gty"].([]any)
		if len(gty) != 2 || gty[0] != "authorization_code" || gty[1] != "refresh_token" {
			t.Errorf("gty %v", gty)
		}
		narrow := i.exchange(with(refreshForm(first.text("refresh_token")), "scope", "email")).must(t)
		narrow.want(t, values{"scope": "email", "id_token": absent})
		i.exchange(refreshForm(first.text("refresh_token"))).must(t).want(t, values{"scope": "openid offline_access email"})
		short := i.exchange(with(refreshForm(first.text("refresh_token")), "expires_in", "60")).must(t)
		if n := short.digits("expires_in"); n != "59" && n != "60" {
			t.Errorf("expires_in %s", n)
		}
	})
}

func TestRefreshGrantRefusals(t *testing.T) {
	t.Parallel()
	const otherID = "bbbbbbbb-0000-0000-0000-000000000001"
	for _, tt := range []struct {
		name   string
		given  []string
		change func(url.Values) url.Values
		status int
		want   string
	}{
		{name: "none", change: without("refresh_token"), want: "invalid_request missing_refresh_token"},
		{name: "unknown", change: set("refresh_token", "x"), want: "invalid_grant refresh_token_not_found"},
		{name: "twice", change: set("refresh_token", "x", "y"), want: "invalid_request unknown"},
		{name: "not text", change: set("refresh_token", "\xff\x00"), want: "invalid_grant refresh_token_not_found"},
		{name: "over-long", change: set("refresh_token", strings.Repeat("x", 100_000)), want: "invalid_grant refresh_token_not_found"},
		{name: "without a secret", change: without("client_secret"), status: 401, want: "invalid_client client_authentication_missing"},
		{name: "of another client", change: func(v url.Values) url.Values {
			return with(with(v, "client_id", otherID), "client_secret", "other")
		}, want: "invalid_grant refresh_token_not_found"},
		{name: "more scopes", change: set("scope", "openid profile"), want: "invalid_scope unknown_scope"},
		{name: "a longer life", change: set("expires_in", "3601"), want: "invalid_request invalid_expires_in"},
		{name: "no life", change: set("expires_in", "0"), want: "invalid_request invalid_expires_in"},
		{name: "a life that is no number", change: set("expires_in", "x"), want: "invalid_request invalid_expires_in"},
		{name: "another tenant", change: set("tenantId", nobodyID), want: "invalid_request invalid_tenant_id"},
		{name: "grant disabled", given: []string{`PATCH /api/application/` + applicationID + ` {"application":{"oauthConfiguration":{"enabledGrants":null}}}`}, want: "unauthorized_client grant_type_disabled"},
		{name: "user deactivated", given: []string{"DELETE /api/user/" + janeID}, want: "invalid_grant user_locked"},
		{name: "user gone", given: []string{"DELETE /api/user/" + janeID + "?hardDelete=true"}, want: "invalid_grant refresh_token_not_found"},
		{name: "scope gone", given: []string{`PATCH /api/application/` + applicationID + ` {"application":{"oauthConfiguration":{"providedScopePolicy":{"email":{"enabled":false}}}}}`}, want: "invalid_grant unknown_scope"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := start(t)
			i.withRefreshTokens(t, "")
			i.do(`POST /api/application/` + otherID + ` {"application":{"name":"Other","oauthConfiguration":{"enabledGrants":["refresh_token"],"clientSecret":"other"}}}`).must(t)
			form := refreshForm(i.tokens(t, "openid offline_access email").text("refresh_token"))
			for _, request := range tt.given {
				i.do(request).must(t)
			}
			if tt.change != nil {
				form = tt.change(form)
			}
			checkTokenError(t, i.exchange(form), max(tt.status, http.StatusBadRequest), tt.want)
		})
	}
}

// TestPublicClientsRefresh: a client that has nothing but PKCE refreshes what it
// got with that, and nothing else.
func TestPublicClientsRefresh(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.withRefreshTokens(t, "")
	i.setPolicies(t, "NotRequiredWhenUsingPKCE", "")
	verifier := strings.Repeat("verifier-", 6)
	code := i.code(t, withChallenge(with(authorization(), "scope", "offline_access"), verifier))
	public := i.exchange(with(with(exchange(code), "client_secret"), "code_verifier", verifier)).must(t)
	i.exchange(with(refreshForm(public.text("refresh_token")), "client_secret")).must(t)
	confidential := i.tokens(t, "offline_access")
	checkTokenError(t, i.exchange(with(refreshForm(confidential.text("refresh_token")), "client_secret")), 401, "invalid_client client_authentication_missing")
}

// TestReplayedCode: the second use of a code ends what the first one got.
func TestReplayedCode(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.withRefreshTokens(t, "")
		code := i.code(t, with(authorization(), "scope", "openid offline_access"))
		got := i.exchange(exchange(code)).must(t)
		i.exchange(refreshForm(got.text("refresh_token"))).must(t)
		i.userInfo(got.text("access_token")).must(t)
		checkTokenError(t, i.exchange(exchange(code)), 400, "invalid_grant auth_code_not_found")
		checkTokenError(t, i.exchange(refreshForm(got.text("refresh_token"))), 400, "invalid_grant refresh_token_not_found")
		if r := i.userInfo(got.text("access_token")); r.status == http.StatusOK {
			t.Error("the access token is still good")
		}
		if r := i.introspect(got.text("access_token"), ""); r.body != `{"active":false}` {
			t.Errorf("introspected: %s", r.body)
		}
	})
}

// TestReplayedAtOnce: of a code that comes several times in the same moment nobody
// keeps anything.
func TestReplayedAtOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.withRefreshTokens(t, "")
		for range 10 {
			form := exchange(i.code(t, with(authorization(), "scope", "openid offline_access")))
			answers := make([]response, 4)
			var clients sync.WaitGroup
			for n := range answers {
				clients.Go(func() { answers[n] = i.exchange(form) })
			}
			clients.Wait()
			for _, got := range answers {
				if got.status != http.StatusOK {
					checkTokenError(t, got, 400, "invalid_grant auth_code_not_found")
					continue
				}
				checkTokenError(t, i.exchange(refreshForm(got.text("refresh_token"))), 400, "invalid_grant refresh_token_not_found")
				if r := i.userInfo(got.text("access_token")); r.status == http.StatusOK {
					t.Error("the access token is still good")
				}
			}
			i.sessions(t).want(t, values{"refreshTokens.0": absent})
		}
	})
}

func TestPasswordGrant(t *testing.T) {
	t.Parallel()
	form := func() url.Values {
		return url.Values{
			"grant_type": {"password"}, "username": {"jane@example.com"}, "password": {password}, "scope": {"openid offline_access"},
			"client_id": {applicationID}, "client_secret": {clientSecret},
		}
	}
	const other = "00000000-0000-0000-0000-333333333333"
	for _, tt := range []struct {
		name   string
		given  []string
		change func(url.Values) url.Values
		status int
		want   string
	}{
		{name: "right"},
		{name: "loginId", change: func(v url.Values) url.Values { return with(with(v, "username"), "loginId", "jane") }},
		{name: "wrong password", change: set("password", "wrong"), want: "invalid_grant invalid_user_credentials"},
		{name: "unknown user", change: set("username", "nobody"), want: "invalid_grant invalid_user_credentials"},
		{name: "nobody", change: without("username"), want: "invalid_grant invalid_user_credentials"},
		{name: "no password", change: without("password"), want: "invalid_grant invalid_user_credentials"},
		{name: "no secret", change: without("client_secret"), status: 401, want: "invalid_client client_authentication_missing"},
		{name: "unknown scope", change: set("scope", "openid magic"), want: "invalid_scope unknown_scope"},
		{name: "deactivated", given: []string{"DELETE /api/user/" + janeID}, want: "invalid_grant user_locked"},
		{name: "expired", given: []string{`PATCH /api/user/` + janeID + ` {"user":{"expiry":1}}`}, want: "invalid_grant user_expired"},
		{name: "has to change the password", given: []string{`PATCH /api/user/` + janeID + ` {"user":{"passwordChangeRequired":true}}`}, want: "change_password_required change_password_administrative"},
		{name: "second factor", given: []string{withAuthenticator}, want: "two_factor_required "},
		{name: "not registered, which does not matter here", given: []string{
			`PATCH /api/application/` + applicationID + ` {"application":{"oauthConfiguration":{"requireRegistration":true}}}`,
			`POST /api/user/` + other + ` {"user":{"email":"other@example.com","password":"` + password + `"}}`,
		}, change: set("username", "other@example.com")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := start(t)
			i.withRefreshTokens(t, "")
			i.setOAuth(t, allGrants)
			for _, request := range tt.given {
				i.do(request).must(t)
			}
			values := form()
			if tt.change != nil {
				values = tt.change(values)
			}
			r := i.exchange(values)
			if tt.want != "" {
				checkTokenError(t, r, max(tt.status, 400), tt.want)
				if changes := r.text("change_password_id") != ""; changes != strings.HasPrefix(tt.want, "change_password") {
					t.Errorf("change_password_id: %s", r.body)
				}
				if factor := r.text("two_factor_id") != "" && r.at("two_factor_methods.0.id") != absent; factor != strings.HasPrefix(tt.want, "two_factor") {
					t.Errorf("two_factor_id: %s", r.body)
				}
				return
			}
			r.must(t).want(t, map[string]any{"token_type": "Bearer", "scope": "openid offline_access", "userId": present, "id_token": present, "refresh_token": present})
			if payload(t, r.text("access_token"))["authenticationType"] != "PASSWORD" || header(t, r.text("access_token"))["gty"].([]any)[0] != "password" {
				t.Errorf("access token: %v", payload(t, r.text("access_token")))
			}
			i.exchange(refreshForm(r.text("refresh_token"))).must(t)
		})
	}
}

const (
	readerEntity  = "cccccccc-0000-0000-0000-000000000001"
	libraryEntity = "cccccccc-0000-0000-0000-000000000002"
	archiveEntity = "cccccccc-0000-0000-0000-000000000003"
	entityType    = "cccccccc-0000-0000-0000-000000000009"
)

// withEntities makes a reader, which may read and write the library and read the
// archive.
func (i *instance) withEntities(t testing.TB) {
	t.Helper()
	i.do(`POST /api/entity/type/` + entityType + ` {"entityType":{"name":"Service","permissions":[{"name":"read"},{"name":"write"},{"name":"delete"}]}}`).must(t)
	for id, name := range map[string]string{readerEntity: "Reader", libraryEntity: "Library", archiveEntity: "Archive"} {
		i.do(`POST /api/entity/` + id + ` {"entity":{"name":"` + name + `","clientId":"` + strings.ToLower(name) + `-client","clientSecret":"made-up secret","type":{"id":"` + entityType + `"}}}`).must(t)
	}
	i.do(`POST /api/entity/` + libraryEntity + `/grant {"grant":{"recipientEntityId":"` + readerEntity + `","permissions":["read","write"]}}`).must(t)
	i.do(`POST /api/entity/` + archiveEntity + `/grant {"grant":{"recipientEntityId":"` + readerEntity + `","permissions":["read"]}}`).must(t)
}

func TestClientCredentials(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.withEntities(t)
		form := func(scope string) url.Values {
			return url.Values{"grant_type": {"client_credentials"}, "scope": {scope}, "client_id": {"reader-client"}, "client_secret": {"made-up secret"}}
		}
		for _, tt := range []struct {
			name, scope string
			aud         any
			permissions any
			want        string
		}{
			{name: "no scope"},
			{name: "one target", scope: "target-entity:" + libraryEntity, aud: libraryEntity, permissions: map[string]any{libraryEntity: []any{"read", "write"}}},
			{name: "one permission", scope: "target-entity:" + libraryEntity + ":write", aud: libraryEntity, permissions: map[string]any{libraryEntity: []any{"write"}}},
			{
				name: "two targets", scope: "target-entity:" + libraryEntity + ":read,write target-entity:" + archiveEntity, aud: []any{libraryEntity, archiveEntity},
				permissions: map[string]any{libraryEntity: []any{"read", "write"}, archiveEntity: []any{"read"}},
			},
			{name: "not granted", scope: "target-entity:" + libraryEntity + ":read,delete", want: "invalid_scope invalid_entity_permission_scope"},
			{name: "no grant", scope: "target-entity:" + readerEntity, want: "invalid_scope invalid_target_entity_scope"},
			{name: "no such target", scope: "target-entity:" + nobodyID, want: "invalid_scope invalid_target_entity_scope"},
			{name: "no id", scope: "target-entity:library", want: "invalid_scope invalid_target_entity_scope"},
			{name: "another scope", scope: "openid", want: "invalid_scope invalid_target_entity_scope"},
		} {
			r := i.exchange(form(tt.scope))
			if tt.want != "" {
				checkTokenError(t, r, 400, tt.want)
				continue
			}
			r.must(t).want(t, values{"token_type": "Bearer", "expires_in": present, "userId": absent, "id_token": absent, "refresh_token": absent})
			claims := payload(t, r.text("access_token"))
			for name, want := range map[string]any{"sub": readerEntity, "tid": tenantID, "iss": "http://localhost:9011", "aud": tt.aud, "permissions": tt.permissions} {
				if got := plain(claims[name]); !equal(got, want) {
					t.Errorf("%s: %s is %v, want %v", tt.name, name, got, want)
				}
			}
			if tt.scope != "" {
				r.want(t, values{"scope": tt.scope})
			}
		}
		for name, change := range map[string]func(url.Values) url.Values{
			"no secret": without("client_secret"), "wrong secret": set("client_secret", "wrong"), "unknown": set("client_id", "nobody"), "no text": set("client_id", "\xff"),
		} {
			if r := i.exchange(change(form(""))); r.status != 401 || r.text("error") != "invalid_client" {
				t.Errorf("%s: status %d, %s", name, r.status, r.body)
			}
		}
		own := i.do(`POST /api/key/generate {"key":{"algorithm":"Ed25519","name":"For entities"}}`).must(t).text("key.id")
		i.do(`PATCH /api/entity/type/` + entityType + ` {"entityType":{"jwtConfiguration":{"enabled":true,"timeToLiveInSeconds":120,"accessTokenKeyId":"` + own + `"}}}`).must(t)
		r := i.exchange(form("")).must(t)
		if header(t, r.text("access_token"))["alg"] != "EdDSA" || r.digits("expires_in") > "120" {
			t.Errorf("the type's key: %v, %s", header(t, r.text("access_token")), r.body)
		}
		asked := i.post("/oauth2/introspect", url.Values{"token": {r.text("access_token")}, "client_id": {"reader-client"}, "client_secret": {"made-up secret"}}).must(t)
		asked.want(t, values{"active": true, "sub": readerEntity, "tid": tenantID})
		if r := i.post("/oauth2/introspect", url.Values{"token": {r.text("access_token")}, "client_id": {"archive-client"}, "client_secret": {"made-up secret"}}); r.status != 401 {
			t.Errorf("another entity asks: status %d, %s", r.status, r.body)
		}
		if r := i.send(call{do: "GET /api/user?userId=" + janeID, as: "Bearer " + r.text("access_token")}); r.status < 400 {
			t.Errorf("an entity is no user: status %d", r.status)
		}
	})
}

func equal(got, want any) bool {
	if want == nil {
		return got == nil
	}
	return response{body: toJSON(got)}.body == toJSON(want)
}

// TestImplicitGrant: tokens come in the fragment, and never a refresh token.
func TestImplicitGrant(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.withRefreshTokens(t, "")
	i.setOAuth(t, allGrants)
	for _, tt := range []struct {
		name   string
		change func(url.Values) url.Values
		has    string
		want   string
	}{
		{name: "token", change: set("response_type", "token"), has: "access_token expires_in token_type"},
		{name: "id_token", change: set("response_type", "id_token"), has: "id_token"},
		{name: "both", change: set("response_type", "token id_token"), has: "access_token expires_in id_token token_type"},
		{name: "no nonce", change: func(v url.Values) url.Values { return with(with(v, "response_type", "id_token"), "nonce") }, want: "invalid_request missing_nonce"},
		{name: "not openid", change: func(v url.Values) url.Values {
			return with(with(v, "response_type", "id_token"), "scope", "offline_access")
		}, want: "invalid_scope missing_required_scope"},
	} {
		request := tt.change(with(with(authorization(), "nonce", "some nonce"), "scope", "openid offline_access"))
		r := i.sendForm(filledIn(request, "jane", password))
		if tt.want != "" {
			checkErrorRedirect(t, r, tt.want)
			continue
		}
		to, err := url.Parse(r.header.Get("Location"))
		if err != nil || to.RawQuery != "" || !strings.HasPrefix(to.String(), callback+"#") {
			t.Fatalf("%s: sent to %q: %s", tt.name, to, r.body)
		}
		got, _ := url.ParseQuery(to.Fragment)
		for _, name := range []string{"access_token", "expires_in", "id_token", "token_type", "refresh_token", "code"} {
			if got.Has(name) != strings.Contains(" "+tt.has+" ", " "+name+" ") {
				t.Errorf("%s: %s is there: %v", tt.name, name, got.Has(name))
			}
		}
		if got.Get("state") != "some state" || got.Get("userState") != "Authenticated" || got.Get("iss") == "" {
			t.Errorf("%s: %v", tt.name, got)
		}
		if token := got.Get("id_token"); token != "" && (payload(t, token)["nonce"] != "some nonce" || payload(t, token)["at_hash"] == nil) {
			t.Errorf("%s: %v", tt.name, payload(t, token))
		}
	}
}

// TestFormPost: the answer is a form that sends itself to the application, and to
// nobody else.
func TestFormPost(t *testing.T) {
	t.Parallel()
	i := start(t)
	r := i.sendForm(filledIn(with(with(authorization(), "response_mode", "form_post"), "state", `"><script>alert(1)</script>`), "jane", password))
	if r.status != http.StatusOK || !strings.Contains(r.body, `action="`+callback+`"`) || strings.Contains(r.body, "<script>alert") {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
	fields := hiddenFields(r.body)
	if fields.Get("code") == "" || fields.Get("state") != `"><script>alert(1)</script>` || fields.Get("iss") == "" {
		t.Errorf("fields: %v", fields)
	}
	if policy := r.header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self' https://app.example.com") || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("policy: %s", policy)
	}
	i.exchange(exchange(fields.Get("code"))).must(t)
}

// withChallenge adds the PKCE challenge for a verifier.
func withChallenge(request url.Values, verifier string) url.Values {
	sum := sha256.Sum256([]byte(verifier))
	return with(with(request, "code_challenge", base64.RawURLEncoding.EncodeToString(sum[:])), "code_challenge_method", "S256")
}
