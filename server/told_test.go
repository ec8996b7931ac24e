package server_test

import (
	"strings"
	"testing"
	"time"
)

// TestNoSecretIsTold looks for every secret of a run in everything that is told
// to webhooks or written to a log.
func TestNoSecretIsTold(t *testing.T) {
	t.Parallel()
	const (
		adaID    = "00000000-0000-0000-0000-00000000ada0"
		ada      = "/api/user/" + adaID
		provider = "aaaaaaaa-0000-0000-0000-00000000000a"
		first    = "made-up-password-one"
		second   = "made-up-password-two"
		wrong    = "made-up-wrong-password"
		totp     = "bWFkZS11cC1mYWN0b3Itc2VjcmV0"
		token    = "made-up-registration-token"
		linked   = "made-up-provider-token"
		basic    = "made-up-basic-password"
		header   = "made-up-header-value"
		query    = "made-up-query-value"
		client   = "made-up-client-secret"
		hmac     = "made-up-hmac-secret-0123456789abcdef"
		recovery = "made-up-recovery"
	)
	secrets := []string{first, second, wrong, totp, token, linked, basic, header, query, client, hmac, recovery, password, superKey}
	requests := []string{
		`POST /api/key/import {"key":{"algorithm":"HS256","name":"K","secret":"` + hmac + `"}}`,
		`POST /api/application {"application":{"name":"A","oauthConfiguration":{"clientSecret":"` + client + `"}}}`,
		`POST ` + ada + ` {"user":{"email":"ada@example.com","password":"` + first + `","twoFactor":{"methods":[{"method":"authenticator","secret":"` + totp + `"}],"recoveryCodes":["` + recovery + `"]}}}`,
		`POST /api/user/registration/` + adaID + ` {"registration":{"applicationId":"` + applicationID + `","authenticationToken":"` + token + `","tokens":{"x":"` + token + `"}}}`,
		`PATCH /api/user/registration/` + adaID + `/` + applicationID + ` {"registration":{"data":{"a":1}}}`,
		`POST /api/identity-provider/` + provider + ` {"identityProvider":{"type":"OpenIDConnect","name":"P","enabled":true,"oauth2":{"client_id":"c","client_secret":"` + client + `","issuer":"https://idp.example.com","emailClaim":"email"},"buttonText":"P"}}`,
		`POST /api/identity-provider/link {"identityProviderLink":{"identityProviderId":"` + provider + `","identityProviderUserId":"u","userId":"` + adaID + `","token":"` + linked + `"}}`,
		`PATCH ` + ada + ` {"user":{"password":"` + second + `","firstName":"Ada"}}`,
		login("ada@example.com", second),
		`POST /api/system/audit-log {"auditLog":{"insertUser":"ada@example.com","message":"Wrote an entry"}}`,
		`DELETE /api/identity-provider/link?identityProviderId=` + provider + `&identityProviderUserId=u&userId=` + adaID,
		`DELETE /api/user/registration/` + adaID + `/` + applicationID,
		`DELETE ` + ada + `?hardDelete=true`,
	}
	onEachCalling(t, func(t *testing.T, i *instance) {
		i.do(`PATCH /api/system-configuration {"systemConfiguration":{"webhookEventLogConfiguration":{"enabled":true}}}`).must(t)
		well, badly := i.receive(t, always(200)), i.receive(t, always(500))
		for _, hook := range []*receiver{well, badly} {
			i.subscribe(t, hook.URL+"/?key="+query, `,"headers":{"X-Key":"`+header+`"},"httpAuthenticationUsername":"wherry","httpAuthenticationPassword":"`+basic+`"`)
		}
		for _, request := range requests {
			i.do(request).must(t)
		}
		i.do(login("jane", wrong))
		eventually(t, "all is told or given up", func() bool {
			if i.jobs(t, "kind = 'webhook-event' and (lease is not null or attempts = 0)") == 0 {
				i.clock.advance(6 * time.Minute)
			}
			return i.idle(t)
		})
		var told strings.Builder
		for _, one := range append(well.all(), badly.all()...) {
			told.WriteString(one.body)
		}
		for _, log := range []string{"event-log/search?numberOfResults=1000", "audit-log/search", "webhook-event-log/search?start=1&numberOfResults=1000", "login-record/search"} {
			told.WriteString(i.do("GET /api/system/" + log).must(t).body)
		}
		told.WriteString(i.log.String())
		for _, want := range []string{"user.login.failed", "user.identity-provider.link", "did not take the event", "Wrote an entry", "job failed"} {
			if !strings.Contains(told.String(), want) {
				t.Errorf("%s: this test looks at too little", want)
			}
		}
		for _, secret := range secrets {
			if at := strings.Index(told.String(), secret); at >= 0 {
				t.Errorf("%s is told: %s", secret, told.String()[max(0, at-200):at+len(secret)])
			}
		}
	})
}
