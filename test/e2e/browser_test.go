package e2e

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"wherry/internal/need"
)

// Somebody of the old pool signs in through the page, in a real browser, and
// comes back to the application; the second time the pool is not asked.
func TestSignInWithABrowser(t *testing.T) {
	t.Parallel()
	program := need.Program(t, "apt-get install chromium", "chromium", "chromium-browser", "google-chrome")
	p := start(t, "rehearse", "--json", "--server", "127.0.0.1:0", "--connector", "127.0.0.1:0", "--pool", "127.0.0.1:0", "--app", "127.0.0.1:0", "--mail", "127.0.0.1:0")
	var shown struct {
		SignIn string
		People []struct{ LoginID, Password string }
	}
	if err := json.Unmarshal([]byte(p.firstLine()), &shown); err != nil {
		t.Fatal(err)
	}
	jane := shown.People[0]
	tab := chromium(t, program)

	var title, page string
	signIn := func(password string) chromedp.Tasks {
		return chromedp.Tasks{
			chromedp.Navigate(shown.SignIn),
			chromedp.WaitVisible("#loginId"),
			chromedp.Title(&title),
			chromedp.SendKeys("#loginId", jane.LoginID),
			chromedp.SendKeys("#password", password),
		}
	}
	do(t, tab, signIn("wrong password"))
	submit(t, tab)
	do(t, tab, chromedp.Text("body", &page))
	if title != "Login" || !strings.Contains(page, "Invalid login credentials.") {
		t.Errorf("title %q, page %q", title, page)
	}
	keep(t, tab, "login-refused")
	for _, road := range []string{"has just come across", "the old pool was not asked"} {
		do(t, tab, signIn(jane.Password))
		keep(t, tab, "login")
		submit(t, tab)
		do(t, tab, chromedp.Text("body", &page))
		if !strings.Contains(page, road) || !strings.Contains(page, "05f1780a-17d4-4bba-befb-07c074a89d7b") {
			t.Errorf("the application should say that %s:\n%s", road, page)
		}
		keep(t, tab, "signed-in")
	}
}

func chromium(t *testing.T, program string) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // a machine may be busy
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx,
		chromedp.ExecPath(program), chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.NoSandbox, // as root it starts no other way
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("lang", "en"))
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	do(t, ctx, emulation.SetDeviceMetricsOverride(1100, 800, 1, false))
	return ctx
}

func do(t *testing.T, ctx context.Context, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// submit sends the form and waits for the page that follows, on whichever host.
func submit(t *testing.T, ctx context.Context) {
	t.Helper()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click("button.blue")); err != nil {
		t.Fatal(err)
	}
}

// keep leaves a screenshot in WHERRY_TEST_ARTEFACTS, if that is set.
func keep(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	dir := os.Getenv("WHERRY_TEST_ARTEFACTS")
	if dir == "" {
		return
	}
	var png []byte
	do(t, ctx, chromedp.CaptureScreenshot(&png))
	dir = filepath.Join(dir, "e2e")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		t.Fatal(err)
	}
}
