package server_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func toJSON(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

func (i *instance) userInfo(token string) response {
	return i.send(call{do: "GET /oauth2/userinfo", as: "Bearer " + token})
}

func (i *instance) introspect(token, hint string) response {
	form := url.Values{"token": {token}, "client_id": {applicationID}, "client_secret": {clientSecret}}
	if hint != "" {
		form.Set("token_type_hint", hint)
	}
	return i.post("/oauth2/introspect", form)
}

func TestUserInfo(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		for scope, want := range map[string]values{
			"openid":               {"sub": janeID, "email": absent, "given_name": absent, "roles": absent},
			"openid email":         {"sub": janeID, "email": "jane@example.com", "email_verified": false, "given_name": absent},
			"openid profile":       {"sub": janeID, "email": absent, "given_name": "Jane", "family_name": "Example", "preferred_username": "Jane"},
			"openid email profile": {"sub": janeID, "email": "jane@example.com", "given_name": "Jane", "aud": absent, "exp": absent},
		} {
			token := i.tokens(t, scope).text("access_token")
			i.userInfo(token).must(t).want(t, want)
			i.post("/oauth2/userinfo", url.Values{"access_token": {token}}).must(t).want(t, want)
		}
		tokens := i.tokens(t, "openid")
		narrow := i.tokens(t, "email").text("access_token")
		for _, tt := range []struct {
			name, authorization string
			status              int
			reason              string
		}{
			{"none", "", 401, "access_token_required"},
			{"another scheme", "Basic " + tokens.text("access_token"), 401, "access_token_required"},
			{"nothing behind it", "Bearer ", 401, "access_token_required"},
			{"nonsense", "Bearer x", 400, "access_token_invalid"},
			{"an ID token", "Bearer " + tokens.text("id_token"), 400, "access_token_invalid"},
			{"without openid", "Bearer " + narrow, 400, "access_token_invalid"},
			{"of the Login API", "Bearer " + i.do(login("jane", password)).must(t).text("token"), 400, "access_token_invalid"},
		} {
			h := http.Header{}
			if tt.authorization != "" {
				h.Set("Authorization", tt.authorization)
			}
			r := i.send(call{do: "GET /oauth2/userinfo", as: noKey, header: h})
			if r.status != tt.status || r.text("error_reason") != tt.reason || !strings.HasPrefix(r.header.Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("%s: status %d, %q: %s", tt.name, r.status, r.header.Get("WWW-Authenticate"), r.body)
			}
		}
		i.setOAuth(t, `"scopeHandlingPolicy":"Compatibility"`)
		i.userInfo(i.tokens(t, "").text("access_token")).must(t).want(t, values{
			"sub": janeID, "email": "jane@example.com", "given_name": "Jane", "applicationId": applicationID, "roles": []string{"reader"},
		})
		i.clock.advance(hour)
		if r := i.userInfo(tokens.text("access_token")); r.status != 400 {
			t.Errorf("expired: status %d", r.status)
		}
		fresh := i.tokens(t, "openid").text("access_token")
		i.do("DELETE /api/user/" + janeID).must(t)
		if r := i.userInfo(fresh); r.text("error_reason") != "user_not_found" {
			t.Errorf("deactivated: status %d: %s", r.status, r.body)
		}
	})
}

func TestUserInfoLambda(t *testing.T) {
	t.Parallel()
	i := start(t)
	id := i.do(`POST /api/lambda {"lambda":{"name":"Info","type":"UserInfoPopulate","body":"function populate(info, user, registration, jwt) { info.greeting = 'Hello ' + user.firstName + ' ' + registration.roles[0] + ' ' + jwt.tid; info.sub = 'x'; }"}}`).must(t).text("lambda.id")
	i.do(`PATCH /api/application/` + applicationID + ` {"application":{"lambdaConfiguration":{"userinfoPopulateId":"` + id + `"}}}`).must(t)
	i.userInfo(i.tokens(t, "openid").text("access_token")).must(t).want(t, values{"greeting": "Hello Jane reader " + tenantID, "sub": janeID})
}

func TestIntrospect(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.withRefreshTokens(t, "")
		tokens := i.tokens(t, "openid offline_access email")
		active := values{"active": true, "sub": janeID, "applicationId": applicationID, "scope": "openid offline_access email", "tid": tenantID, "roles": []string{"reader"}}
		i.introspect(tokens.text("access_token"), "").must(t).want(t, active)
		i.introspect(tokens.text("access_token"), "access_token").must(t).want(t, active)
		i.introspect(tokens.text("id_token"), "id_token").must(t).want(t, values{"active": true, "email": "jane@example.com"})
		refresh := i.introspect(tokens.text("refresh_token"), "refresh_token").must(t)
		refresh.want(t, values{"active": true, "exp": present, "sub": absent})
		for name, r := range map[string]response{
			"nonsense":                         i.introspect("x", ""),
			"a refresh token without the hint": i.introspect(tokens.text("refresh_token"), ""),
			"no refresh token":                 i.introspect("x", "refresh_token"),
		} {
			if r.status != 200 || r.body != `{"active":false}` {
				t.Errorf("%s: status %d, %s", name, r.status, r.body)
			}
		}
		checkTokenError(t, i.introspect(tokens.text("id_token"), "access_token"), 400, "invalid_request token_type_hint_mismatch")
		checkTokenError(t, i.introspect(tokens.text("access_token"), "magic"), 400, "unsupported_token_type unsupported_token_type")
		checkTokenError(t, i.introspect("", ""), 400, "invalid_request missing_token")
		checkTokenError(t, i.post("/oauth2/introspect", url.Values{"token": {"x"}, "client_id": {applicationID}}), 401, "invalid_client client_authentication_missing")
		const otherID = "bbbbbbbb-0000-0000-0000-000000000001"
		i.do(`POST /api/application/` + otherID + ` {"application":{"name":"Other","oauthConfiguration":{"clientSecret":"other"}}}`).must(t)
		for _, hint := range []string{"access_token", "refresh_token"} {
			r := i.post("/oauth2/introspect", url.Values{"token": {tokens.text(hint)}, "token_type_hint": {hint}, "client_id": {otherID}, "client_secret": {"other"}})
			if r.status != 401 {
				t.Errorf("%s of another client: status %d, %s", hint, r.status, r.body)
			}
		}
		i.do("DELETE /api/user/" + janeID).must(t)
		if r := i.introspect(tokens.text("access_token"), ""); r.body != `{"active":false}` {
			t.Errorf("deactivated: %s", r.body)
		}
	})
}

func TestRevocation(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.withRefreshTokens(t, "")
		tokens := i.tokens(t, "openid offline_access")
		revoke := func(token, client, secret string) response {
			return i.post("/oauth2/revoke", url.Values{"token": {token}, "client_id": {client}, "client_secret": {secret}})
		}
		const otherID = "bbbbbbbb-0000-0000-0000-000000000001"
		i.do(`POST /api/application/` + otherID + ` {"application":{"name":"Other","oauthConfiguration":{"clientSecret":"other"}}}`).must(t)
		for _, name := range []string{"access_token", "refresh_token"} {
			revoke(tokens.text(name), otherID, "other").must(t)
		}
		revoke("unknown", applicationID, clientSecret).must(t)
		i.userInfo(tokens.text("access_token")).must(t)
		i.exchange(refreshForm(tokens.text("refresh_token"))).must(t)
		revoke(tokens.text("access_token"), applicationID, clientSecret).must(t)
		revoke(tokens.text("access_token"), applicationID, clientSecret).must(t)
		if r := i.userInfo(tokens.text("access_token")); r.status != 400 {
			t.Errorf("a revoked access token: status %d", r.status)
		}
		revoke(tokens.text("refresh_token"), applicationID, clientSecret).must(t)
		checkTokenError(t, i.exchange(refreshForm(tokens.text("refresh_token"))), 400, "invalid_grant refresh_token_not_found")
		checkTokenError(t, revoke("x", applicationID, "wrong"), 401, "invalid_client invalid_client_authentication")
		checkTokenError(t, revoke("", applicationID, clientSecret), 400, "invalid_request missing_token")
	})
}
