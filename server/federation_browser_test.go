package server_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"wherry/server"
)

// TestSignInUpstreamInTheBrowser goes from an application to this server, from
// there to another one, and all the way back: three sites, a form at the far end,
// and no policy that stops it.
func TestSignInUpstreamInTheBrowser(t *testing.T) {
	t.Parallel()
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/welcome" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<link rel="icon" href="data:,"><main>Welcome, ` + r.URL.Query().Get("userState") + `</main>`))
	}))
	t.Cleanup(app.Close)
	i := open(t, server.Config{Data: kickstartedData(t), Key: sampleKey, AllowPrivateConnectors: true})
	b := i.chromium(t)
	up := newUpstream(t, b.site+"/oauth2/callback")
	b.others = []string{strings.TrimSuffix(up.issuer, "/"+tenantID), app.URL}
	i.do("POST /api/identity-provider/" + upstreamID + " " + up.provider(`,"linkingStrategy":"CreatePendingLink"`)).must(t)
	i.do(`PATCH /api/application/` + applicationID + ` {"application":{"oauthConfiguration":{"authorizedRedirectURLs":["` + app.URL + `/welcome"]}}}`).must(t)
	start := b.site + "/oauth2/authorize?" + with(with(authorization(), "redirect_uri", app.URL+"/welcome"), "locale", "fr").Encode()

	b.run(chromedp.Navigate(start))
	b.submit(`a[href*="idp_hint"]`)
	b.submit(blue, "#loginId", "jane", "#password", password)
	b.run(chromedp.WaitVisible(`a[href*="pendingIdPLinkId"]`))
	b.sees("Avez-vous déjà un compte ici")
	b.submit(`a[href*="pendingIdPLinkId"]`)
	b.sees("Connectez-vous pour associer Upstream à votre compte.")
	b.submit(blue, "#loginId", "jane", "#password", password)
	b.sees("Welcome, Authenticated")
	i.do("GET /api/identity-provider/link?userId="+janeID).must(t).want(t, values{"identityProviderLinks.0.identityProviderUserId": up.theirs})

	// Linked, and asked for no password here any more; this time by the domain of
	// the address, which takes a form of ours.
	i.do(`PATCH /api/identity-provider/` + upstreamID + ` {"identityProvider":{"domains":["upstream.example.com"]}}`).must(t)
	b.run(chromedp.Navigate(start))
	b.submit(blue, "#loginId", "jane@upstream.example.com")
	b.run(chromedp.WaitVisible("#password"))
	b.submit(blue, "#loginId", "jane", "#password", password)
	b.run(chromedp.WaitVisible(`//main[contains(., "Welcome")]`))
	b.sees("Welcome, Authenticated")
}
