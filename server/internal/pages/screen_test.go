package pages_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"wherry/internal/need"
)

const scheme = "prefers-color-scheme"

func TestScreens(t *testing.T) {
	t.Parallel()
	url := gallery(t)
	b := browse(t, url)
	for _, ex := range examples() {
		for _, value := range []string{"light", "dark"} {
			b.run(screen(1280, 800, scheme, value), chromedp.Navigate(url+"/"+ex.name))
			b.keep(ex.name + "-desktop-" + value)
			b.run(screen(320, 640, scheme, value), chromedp.Navigate(url+"/"+ex.name))
			b.keep(ex.name + "-phone-" + value)
			b.fits(ex.name, 320)
		}
	}
	langs := []string{"de", "es", "fr", "ja"}
	for i, ex := range examples() { // each page in one language, and each language on many pages
		lang := langs[i%len(langs)]
		b.run(screen(320, 640, scheme, "light"), chromedp.Navigate(url+"/"+ex.name+"?locale="+lang))
		b.keep(ex.name + "-phone-" + lang)
		b.fits(ex.name+" in "+lang, 320)
	}
	for _, lang := range langs {
		for _, name := range []string{"login-error", "oauth-error"} {
			b.run(screen(320, 640, scheme, "light"), chromedp.Navigate(url+"/"+name+"?locale="+lang))
			b.keep(name + "-phone-" + lang)
			b.fits(name+" in "+lang, 320)
		}
	}
	b.run(screen(1280, 800, "forced-colors", "active"), chromedp.Navigate(url+"/login-error"))
	b.keep("login-error-desktop-forced")
}

// fits checks that nobody has to scroll sideways.
func (b browser) fits(name string, width int) {
	b.t.Helper()
	if got := read[int](b, `document.documentElement.scrollWidth`); got > width {
		b.t.Errorf("%s is %d pixels wide on a screen of %d", name, got, width)
	}
}

func TestAccessibilityByAxe(t *testing.T) {
	t.Parallel()
	need.Node(t, "../../../test/axe")
	axe, err := os.ReadFile("../../../test/axe/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	url := gallery(t)
	b := browse(t, url)
	for _, ex := range examples() {
		for _, value := range []string{"light", "dark"} {
			var violations []json.RawMessage
			b.run(screen(1280, 800, scheme, value), chromedp.Navigate(url+"/"+ex.name),
				chromedp.Evaluate(string(axe)+";0", nil),
				chromedp.Evaluate(`axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
					.then(result => result.violations)`, &violations, await))
			for _, v := range violations {
				t.Errorf("%s, %s: %s", ex.name, value, v)
			}
		}
	}
}

func await(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }
