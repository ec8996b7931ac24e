package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"wherry/server"
)

// upstream is another server of ours, at which people sign in who come to the
// first one. It knows no more of it than any provider of OpenID Connect.
type upstream struct {
	*instance
	issuer string
	theirs string // the id of jane there
}

// downCallback is where the first server has people sent back to; httptest calls
// it example.com.
const downCallback = "http://example.com/oauth2/callback"

// newUpstream starts a provider that sends people back to callbacks.
func newUpstream(t *testing.T, callbacks ...string) *upstream {
	t.Helper()
	u := &upstream{instance: start(t), theirs: janeID}
	u.issuer = u.serve(t) + "/" + tenantID
	u.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"issuer":"` + u.issuer + `"}}`).must(t)
	u.do(`PATCH /api/application/` + applicationID + ` {"application":{"oauthConfiguration":{"authorizedRedirectURLs":["` +
		strings.Join(append(callbacks, downCallback), `","`) + `"],"proofKeyForCodeExchangePolicy":"Required"}}}`).must(t)
	u.do(`PATCH /api/user/` + janeID + ` {"user":{"firstName":"Jane","email":"jane.upstream@example.com"}}`).must(t)
	u.do(`POST /api/user/verify-email {"userId":"` + janeID + `"}`).must(t)
	return u
}

// provider is its description for the first server.
func (u *upstream) provider(more string) string {
	return `{"identityProvider":{"type":"OpenIDConnect","name":"Upstream","enabled":true,"debug":true,"buttonText":"Log in upstream",` +
		`"applicationConfiguration":{"` + applicationID + `":{"enabled":true}},` +
		`"oauth2":{"client_id":"` + applicationID + `","client_secret":"` + clientSecret + `","issuer":"` + u.issuer + `","scope":"openid email profile"}` + more + `}}`
}

// visit asks for a page of the provider as a browser does.
func (u *upstream) visit(t *testing.T, at string) response {
	t.Helper()
	to, err := url.Parse(at)
	if err != nil || !strings.HasPrefix(u.issuer, to.Scheme+"://"+to.Host) {
		t.Fatalf("sent to %q", at)
	}
	return u.send(call{do: "GET " + to.RequestURI(), as: noKey})
}

// signIn signs jane in where a browser was sent, and returns where it is sent
// back to.
func (u *upstream) signIn(t *testing.T, at string) *url.URL {
	t.Helper()
	page := u.visit(t, at).page(t, "upstream", 200, `name="password"`)
	r := u.sendFormTo("/oauth2/authorize", next(page, map[string]string{"loginId": "jane", "password": password}))
	back, err := url.Parse(r.header.Get("Location"))
	if err != nil || r.status != http.StatusFound || !strings.HasPrefix(back.String(), downCallback+"?") {
		t.Fatalf("status %d, sent back to %q: %s", r.status, back, r.body)
	}
	return back
}

// federated is a server whose users sign in upstream.
type federated struct {
	*instance
	up *upstream
}

const upstreamID = "eeeeeeee-0000-0000-0000-00000000000a"

// onEachFederated runs a test on each database, with a provider whose strategy is
// given.
func onEachFederated(t *testing.T, strategy, more string, test func(t *testing.T, f federated)) {
	t.Helper()
	run := func(t *testing.T, c server.Config) {
		t.Parallel()
		c.AllowPrivateConnectors = true
		f := federated{open(t, c), newUpstream(t)}
		f.do("POST /api/identity-provider/" + upstreamID + " " + f.up.provider(`,"linkingStrategy":"`+strategy+`"`+more)).must(t)
		test(t, f)
	}
	t.Run("sqlite", func(t *testing.T) { run(t, server.Config{Data: kickstartedData(t), Key: sampleKey}) })
	t.Run("postgres", func(t *testing.T) {
		run(t, server.Config{Database: schema(t), Kickstart: sampleKickstart, Getenv: sampleEnv})
	})
}

// trip is what a browser carries through a sign-in upstream.
type trip struct {
	away    string // where it is sent
	cookies []string
}

// leave goes to the provider.
func (f federated) leave(t *testing.T, values url.Values, cookies ...string) trip {
	t.Helper()
	r := f.send(call{do: "GET /oauth2/authorize?" + with(values, "idp_hint", upstreamID).Encode(), as: noKey, header: http.Header{"Cookie": cookies}})
	if r.status != http.StatusFound {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
	return trip{r.header.Get("Location"), append(cookies, cookiesOf(r)...)}
}

func cookiesOf(r response) (list []string) {
	for _, c := range (&http.Response{Header: r.header}).Cookies() {
		list = append(list, c.Name+"="+c.Value)
	}
	return list
}

// comeBack brings an answer to the callback.
func (f federated) comeBack(back *url.URL, cookies []string) response {
	return f.send(call{do: "GET " + back.RequestURI(), as: noKey, header: http.Header{"Cookie": {strings.Join(cookies, "; ")}}})
}

// signIn goes all the way, as far as that is.
func (f federated) signIn(t *testing.T) response {
	t.Helper()
	trip := f.leave(t, authorization())
	return f.comeBack(f.up.signIn(t, trip.away), trip.cookies)
}

// user is who has the link of jane upstream.
func (f federated) user(t *testing.T) response {
	t.Helper()
	link := f.do("GET /api/identity-provider/link?identityProviderId=" + upstreamID + "&identityProviderUserId=" + f.up.theirs).must(t)
	return f.do("GET /api/user/" + link.text("identityProviderLink.userId")).must(t)
}

func TestSignInUpstream(t *testing.T) {
	t.Parallel()
	onEachFederated(t, "LinkByEmail", "", func(t *testing.T, f federated) {
		page := f.showForm(authorization()).page(t, "login page", 200, "Log in upstream")
		if !strings.Contains(page.body, "idp_hint="+upstreamID) {
			t.Errorf("the button leads nowhere: %s", page.body)
		}
		hook := f.receive(t, always(http.StatusOK))
		f.subscribe(t, hook.URL, "")
		first := f.signIn(t)
		first.backWithCode(t, "first time")
		eventually(t, "it is told", func() bool {
			return hook.of("user.login.success").body != "" && hook.of("user.identity-provider.link").body != ""
		})
		login, linked := hook.of("user.login.success"), hook.of("user.identity-provider.link")
		login.want(t, values{
			"event.identityProviderId": upstreamID, "event.identityProviderName": "Upstream", "event.authenticationType": "OPENID_CONNECT", "event.user.email": "jane.upstream@example.com",
		})
		linked.want(t, values{"event.identityProviderLink.identityProviderUserId": f.up.theirs, "event.identityProviderLink.token": absent})
		code := codeIn(t, first)
		token := f.exchange(exchange(code)).must(t)
		if got := claims(t, token.text("access_token")); got["authenticationType"] != "OPENID_CONNECT" {
			t.Errorf("claims: %v", got)
		}
		made := f.user(t)
		made.want(t, values{
			"user.email": "jane.upstream@example.com", "user.registrations.0.applicationId": applicationID, "user.identities.0.verified": true,
			"user.identities.0.verifiedReason": "Trusted", "user.connectorId": made.text("user.connectorId"),
		})
		f.signIn(t).backWithCode(t, "second time")
		if again := f.user(t); again.text("user.id") != made.text("user.id") {
			t.Errorf("another user: %s", again.body)
		}
		f.do("GET /api/identity-provider/link?userId="+made.text("user.id")).must(t).want(t, values{
			"identityProviderLinks.0.displayName": "jane.upstream@example.com", "identityProviderLinks.0.token": present, "identityProviderLinks.1": absent,
		})
		f.do(`GET /api/system/login-record/search?userId=`+made.text("user.id")).must(t).want(t, values{"logins.1.loginId": "jane.upstream@example.com", "logins.2": absent})
		f.eventually(t, "The identity provider [Upstream]")
	})
}

// codeIn is the code in a redirect to the application.
func codeIn(t *testing.T, r response) string {
	t.Helper()
	to, err := url.Parse(r.header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	return to.Query().Get("code")
}
