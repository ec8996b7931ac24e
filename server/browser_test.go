package server_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"wherry/internal/need"
)

// chromium is a browser in front of an instance, which it knows as localhost:
// there passkeys need no encryption. Errors of scripts and requests elsewhere
// fail the test.
type chromium struct {
	t      testing.TB
	ctx    context.Context
	site   string
	others []string // sites that it may meet, too
	mu     sync.Mutex
	weight int64 // bytes that were received
	wrong  []string
}

func (i *instance) chromium(t testing.TB) *chromium {
	t.Helper()
	program := need.Program(t, "apt-get install chromium", "chromium", "chromium-browser", "google-chrome")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // a machine may be busy
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx,
		chromedp.ExecPath(program), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("lang", "en"),
	)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &chromium{t: t, ctx: ctx, site: strings.Replace(i.serve(t), "127.0.0.1", "localhost", 1)}
	chromedp.ListenTarget(ctx, b.note)
	b.run(network.Enable())
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, what := range b.wrong {
			t.Errorf("the browser met %s", what)
		}
	})
	return b
}

func (b *chromium) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch event := event.(type) {
	case *runtime.EventExceptionThrown:
		b.wrong = append(b.wrong, "script: "+event.ExceptionDetails.Error())
	case *network.EventRequestWillBeSent:
		to := func(site string) bool { return strings.HasPrefix(event.Request.URL, site+"/") }
		if !to(b.site) && !slices.ContainsFunc(b.others, to) {
			b.wrong = append(b.wrong, "request to "+event.Request.URL)
		}
	case *network.EventLoadingFinished:
		b.weight += int64(event.EncodedDataLength)
	}
}

func (b *chromium) run(actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		var page string
		_ = chromedp.Run(b.ctx, chromedp.Evaluate(`document.body.innerText`, &page))
		b.t.Fatalf("%v, on the page:\n%s", err, page)
	}
}

// submit fills in fields and presses the button that sends the form, and waits
// for the next page.
func (b *chromium) submit(button string, typed ...string) {
	b.t.Helper()
	for i := 0; i < len(typed); i += 2 {
		b.run(chromedp.SetValue(typed[i], typed[i+1]))
	}
	if _, err := chromedp.RunResponse(b.ctx, chromedp.Click(button)); err != nil {
		b.t.Fatal(err)
	}
}

func (b *chromium) sees(text string) {
	b.t.Helper()
	var page string
	b.run(chromedp.WaitReady("main"), chromedp.Evaluate(`document.body.innerText`, &page))
	if !strings.Contains(page, text) {
		b.t.Fatalf("the page does not say %q:\n%s", text, page)
	}
}

// withAuthenticator gives the browser an authenticator that knows its user.
func (b *chromium) withAuthenticator() {
	b.t.Helper()
	b.run(webauthn.Enable(), chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := webauthn.AddVirtualAuthenticator(&webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}).Do(ctx)
		return err
	}))
}

const blue = "button.blue"

// TestPasskeysInTheBrowser: made on the account's pages, used on the login's.
func TestPasskeysInTheBrowser(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"webAuthnConfiguration":{"enabled":true,"bootstrapWorkflow":{"enabled":true}}}}`).must(t)
	b := i.chromium(t)
	b.withAuthenticator()
	b.run(chromedp.Navigate(b.site + "/account?client_id=" + applicationID))
	b.submit(blue, "#loginId", "jane", "#password", password)
	b.sees("jane@example.com")
	b.run(chromedp.Navigate(b.site + "/account/webauthn/add"))
	b.submit(blue, "#displayName", "My laptop")
	b.submit(blue)
	b.sees("The passkey has been added.")
	b.sees("My laptop")

	b.run(chromedp.Navigate(b.site + "/account"))
	b.submit("form button")
	b.sees("You are logged out")
	b.run(chromedp.Navigate(b.site + "/account?client_id=" + applicationID))
	b.submit(`a[href^="/oauth2/webauthn"]`)
	b.submit(blue, "#loginId", "jane")
	b.submit(blue)
	b.sees("jane@example.com")
	b.run(chromedp.Navigate(b.site + "/account/webauthn"))
	b.sees("Last used on")
}

// TestRegistrationInTheBrowser: several pages, and the way back.
func TestRegistrationInTheBrowser(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.advancedForm(t)
	i.do(loginPolicy("Required")).must(t)
	b := i.chromium(t)
	b.run(chromedp.Navigate(b.site + "/account?locale=de&client_id=" + applicationID))
	b.submit(`a[href^="/oauth2/register"]`)
	b.sees("Schritt 1 von 2")
	b.submit(blue, `[name="user.email"]`, "new@example.com", `[name="confirm.user.email"]`, "new@example.com", `[name="user.password"]`, password)
	b.sees("Schritt 2 von 2")
	b.run(chromedp.Click(`[value="sail"]`), chromedp.Click(`[name="registration.data.agreed"]`))
	b.submit(blue)
	b.sees("Scannen Sie dieses Bild")
	var secret string
	b.run(chromedp.Value(`[name="secret"]`, &secret))
	b.submit(blue, "#code", i.codeOf(t, secret))
	b.sees("Bewahren Sie diese Codes auf")
	b.submit(blue)
	b.sees("new@example.com")
}

// TestWeightOfTheLoginPage: with everything that the browser asks for, and
// nothing of it elsewhere.
func TestWeightOfTheLoginPage(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(selfService).must(t)
	b := i.chromium(t)
	b.run(chromedp.Navigate(b.site+"/oauth2/authorize?"+authorization().Encode()), chromedp.WaitReady("main"))
	b.sees("Log in")
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.weight < 5_000 || b.weight > 40_000 {
		t.Errorf("the login page weighs %d bytes with everything, want at most 40,000", b.weight)
	}
	t.Logf("%d bytes", b.weight)
}
