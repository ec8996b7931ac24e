package pages_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"wherry/internal/need"
	"wherry/server/internal/pages"
)

// browser is Chromium with one tab.
type browser struct {
	t   *testing.T
	ctx context.Context
}

// browse starts a browser. If sites are named, it must not meet an error of a
// script, a violation of the Content-Security-Policy or a request elsewhere.
func browse(t *testing.T, sites ...string) browser {
	t.Helper()
	program := need.Program(t, "apt-get install chromium", "chromium", "chromium-browser", "google-chrome")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // a machine may be busy
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx,
		chromedp.ExecPath(program),
		chromedp.Headless,
		chromedp.NoSandbox, // as root it starts no other way
		chromedp.DisableGPU,
		chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("lang", "en"),
	)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := browser{t, ctx}
	if sites != nil {
		b.watch(sites)
	}
	b.run(network.Enable(), emulation.SetFocusEmulationEnabled(true))
	return b
}

// tab opens another tab.
func (b browser) tab() browser {
	ctx, cancel := chromedp.NewContext(b.ctx)
	b.t.Cleanup(cancel)
	return browser{b.t, ctx}
}

// watch reports at the end of the test what went wrong out of sight.
func (b browser) watch(sites []string) {
	var mu sync.Mutex
	var wrong []string
	note := func(what string) {
		mu.Lock()
		defer mu.Unlock()
		wrong = append(wrong, what)
	}
	chromedp.ListenTarget(b.ctx, func(event any) {
		switch event := event.(type) {
		case *runtime.EventExceptionThrown:
			note("script: " + event.ExceptionDetails.Error())
		case *log.EventEntryAdded:
			if event.Entry.Source == log.SourceSecurity {
				note(event.Entry.Text)
			}
		case *network.EventRequestWillBeSent:
			for _, site := range sites {
				if strings.HasPrefix(event.Request.URL, site+"/") {
					return
				}
			}
			if !strings.HasPrefix(event.Request.URL, "data:") { // such as the browser's own picture for a field with a date
				note("request to " + event.Request.URL)
			}
		}
	})
	b.t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, what := range wrong {
			b.t.Errorf("the browser met %s", what)
		}
	})
}

func (b browser) run(actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// read returns what a JavaScript expression says.
func read[T any](b browser, expression string) (value T) {
	b.t.Helper()
	b.run(chromedp.Evaluate(expression, &value))
	return value
}

// site serves the assets, and handler for everything else.
func site(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("GET "+pages.AssetsPath, pages.New().Assets())
	mux.HandleFunc("GET /assets/logo.svg", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, "testdata/logo.svg")
	})
	mux.HandleFunc("/", handler)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// gallery is a site with every example at its name.
func gallery(t *testing.T) string {
	p := pages.New()
	return site(t, func(w http.ResponseWriter, r *http.Request) {
		for _, ex := range examples() {
			if r.URL.Path == "/"+ex.name {
				write(t, p, w, r, ex)
			}
		}
	})
}

// screen is a window of some size for people with some preference.
func screen(width, height int64, preference, value string) chromedp.Action {
	return chromedp.Tasks{
		emulation.SetDeviceMetricsOverride(width, height, 1, width < 500),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: preference, Value: value}}),
	}
}

// keep writes a screenshot below WHERRY_TEST_ARTEFACTS, if that is set.
func (b browser) keep(name string) {
	b.t.Helper()
	dir := os.Getenv("WHERRY_TEST_ARTEFACTS")
	if dir == "" {
		dir = b.t.TempDir()
	}
	dir = filepath.Join(dir, "pages")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.t.Fatal(err)
	}
	var png []byte
	b.run(chromedp.CaptureScreenshot(&png))
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
