package server_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestTokenEvents: webhooks hear of tokens, and get none.
func TestTokenEvents(t *testing.T) {
	t.Parallel()
	const (
		otherKey = "55555555-0000-0000-0000-000000000001"
		thirdKey = "55555555-0000-0000-0000-000000000002"
		ofApp    = "event.applicationTimeToLiveInSeconds." + applicationID
	)
	onEachCalling(t, func(t *testing.T, i *instance) {
		i.withRefreshTokens(t, "")
		for _, key := range []string{otherKey, thirdKey} {
			i.do(`POST /api/key/generate/` + key + ` {"key":{"algorithm":"ES256","name":"` + key + `"}}`).must(t)
		}
		hook := i.receive(t, always(200))
		i.subscribe(t, hook.URL, "")
		in := i.logIn(t)
		value, id := in.text("refreshToken"), in.text("refreshTokenId")
		old := i.tokens(t, "openid offline_access")
		eventually(t, "the logins", func() bool { return i.idle(t) })
		hook.forget()
		heard := func(what, kind string, want values) {
			t.Helper()
			eventually(t, what, func() bool { return hook.of(kind).kind == kind && i.idle(t) })
			hook.of(kind).want(t, want)
			hook.forget()
		}

		got := i.send(call{do: `POST /api/jwt/refresh {"refreshToken":"` + value + `","token":"` + in.text("token") + `"}`, as: noKey}).must(t)
		heard("a refresh at the API", "jwt.refresh", values{
			"event.applicationId": applicationID, "event.userId": janeID, "event.tenantId": tenantID, "event.refreshToken": absent,
			"event.token": unsigned(got.text("token")), "event.original": unsigned(in.text("token")),
		})
		got = i.exchange(with(refreshForm(old.text("refresh_token")), "access_token", "what is no token")).must(t)
		heard("a refresh grant", "jwt.refresh", values{"event.token": unsigned(got.text("access_token")), "event.original": absent})

		i.do("DELETE /api/jwt/refresh/" + id).must(t)
		heard("one token", "jwt.refresh-token.revoke", values{
			"event.applicationId": applicationID, "event.userId": janeID, "event.user.id": janeID, ofApp: number("3600"),
			"event.refreshToken.id": id, "event.refreshToken.metaData.device.name": "Jane's phone", "event.refreshToken.token": absent,
		})
		i.do("DELETE /api/jwt/refresh?userId=" + janeID).must(t)
		heard("all of a user", "jwt.refresh-token.revoke", values{
			"event.applicationId": absent, "event.userId": janeID, ofApp: number("3600"), "event.refreshToken": absent,
		})
		i.do("DELETE /api/jwt/refresh?applicationId=" + applicationID).must(t)
		heard("all of an application", "jwt.refresh-token.revoke", values{
			"event.applicationId": applicationID, "event.userId": absent, "event.user": absent, "event.tenantId": tenantID, ofApp: number("3600"),
		})
		i.logIn(t)
		i.do(`PATCH /api/user/` + janeID + ` {"user":{"password":"another made-up 2"}}`).must(t)
		heard("a new password", "jwt.refresh-token.revoke", values{"event.userId": janeID, ofApp: number("3600")})
		i.do("DELETE /api/jwt/refresh?userId=" + janeID).must(t)
		eventually(t, "nothing is left", func() bool { return i.idle(t) })
		if kinds := hook.kinds(); kinds != "" {
			t.Errorf("nothing was revoked, and told is %s", kinds)
		}

		i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"jwtConfiguration":{"accessTokenKeyId":"` + otherKey + `"}}}`).must(t)
		eventually(t, "the tenant's key", func() bool { return hook.of("jwt.public-key.update").kind != "" && i.idle(t) })
		if told := hook.of("jwt.public-key.update"); !strings.Contains(told.body, applicationID) || told.text("event.tenantId") != tenantID {
			t.Errorf("told: %s", told.body)
		}
		hook.forget()
		app := `PATCH /api/application/` + applicationID + ` {"application":{"jwtConfiguration":{"enabled":true,"idTokenKeyId":"` + thirdKey + `"}}}`
		i.do(app).must(t)
		heard("the application's key", "jwt.public-key.update", values{"event.applicationIds.0": applicationID, "event.applicationIds.1": absent})
		i.do(app).must(t)
		eventually(t, "nothing is left", func() bool { return i.idle(t) })
		if kinds := hook.kinds(); kinds != "" {
			t.Errorf("no key has changed, and told is %s", kinds)
		}
	})
}

// unsigned is a token without its signature.
func unsigned(token string) string { return token[:strings.LastIndex(token, ".")+1] }

// TestWebhooksRefuseTokens: a webhook that has to agree keeps tokens from being
// refreshed and revoked, but not when they have to be revoked.
func TestWebhooksRefuseTokens(t *testing.T) {
	t.Parallel()
	onEachCalling(t, func(t *testing.T, i *instance) {
		i.withRefreshTokens(t, `"refreshTokenUsagePolicy":"OneTimeUse"`)
		hook := i.receive(t, func(kind string) int {
			if strings.HasPrefix(kind, "jwt.") {
				return http.StatusForbidden
			}
			return http.StatusOK
		})
		i.subscribe(t, hook.URL, "")
		got := i.tokens(t, "openid offline_access")
		value := got.text("refresh_token")
		i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"eventConfiguration":{"events":{"jwt.refresh":{"enabled":true,"transactionType":"AbsoluteMajority"},` +
			`"jwt.refresh-token.revoke":{"enabled":true,"transactionType":"AbsoluteMajority"}}},` +
			`"jwtConfiguration":{"refreshTokenRevocationPolicy":{"onOneTimeTokenReuse":true}}}}`).must(t)
		checkTokenError(t, i.exchange(refreshForm(value)), http.StatusGatewayTimeout, "server_error unknown")
		if r := i.refresh(value); r.status != http.StatusGatewayTimeout || r.codes() != "[WebhookTransactionException]" {
			t.Errorf("at the API: status %d, %s", r.status, r.codes())
		}
		if r := i.do("DELETE /api/jwt/refresh/" + got.text("refresh_token_id")); r.status != http.StatusGatewayTimeout {
			t.Errorf("revoked: status %d", r.status)
		}
		i.sessions(t).want(t, values{"refreshTokens.0.id": got.text("refresh_token_id")})

		i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"eventConfiguration":{"events":{"jwt.refresh":{"enabled":false}}}}}`).must(t)
		i.exchange(refreshForm(value)).must(t)
		i.clock.advance(hour)
		checkTokenError(t, i.exchange(refreshForm(value)), http.StatusBadRequest, "invalid_grant refresh_token_not_found")
		i.sessions(t).want(t, values{"refreshTokens.0": absent})
	})
}
