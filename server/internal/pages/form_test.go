package pages_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"wherry/server/internal/pages"
)

// signIn is a site with a login page. What is posted goes to posts, and the
// browser on to redirect, or to a page that says "done".
func signIn(t *testing.T, page pages.Login, redirect string, posts chan<- *http.Request) string {
	p := pages.New()
	checked := http.NewCrossOriginProtection()
	return site(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodGet && r.URL.Path == "/login":
			write(t, p, w, r, example{"login", http.StatusOK, page})
		case r.Method == http.MethodPost:
			if err := checked.Check(r); err != nil {
				t.Errorf("the post counts as cross-site: %v", err)
			}
			if err := r.ParseForm(); err != nil {
				t.Error(err)
			}
			posts <- r
			if redirect != "" {
				http.Redirect(w, r, redirect, http.StatusFound)
				return
			}
			write(t, p, w, r, example{"logged-out", http.StatusOK, pages.LoggedOut{}})
		}
	})
}

const focused = `(e => e.id || e.getAttribute("aria-label") || e.textContent)(document.activeElement)`

func TestLoginByKeyboard(t *testing.T) {
	t.Parallel()
	attack := `"><script>alert(1)</script>`
	posts := make(chan *http.Request, 1)
	url := signIn(t, pages.Login{
		Action: "/oauth2/authorize", Error: "[InvalidLogin]", OfferRememberDevice: true, Hidden: []pages.Field{{Name: "state", Value: attack}},
	}, "", posts)
	b := browse(t, url)
	b.run(chromedp.Navigate(url + "/login?locale=fr"))
	if got := read[string](b, focused); got != "loginId" {
		t.Errorf("the focus begins at %q, want loginId", got)
	}
	b.run(chromedp.KeyEvent("jane@example.com"))
	for _, want := range []string{"password", "Afficher le mot de passe", "rememberDevice", "Se connecter"} {
		b.run(chromedp.KeyEvent(kb.Tab))
		if got := read[string](b, focused); got != want {
			t.Errorf("Tab leads to %q, want %q", got, want)
		}
	}
	b.run(chromedp.Focus("#rememberDevice"), chromedp.KeyEvent(" "))
	b.run(chromedp.Focus("#password"), chromedp.KeyEvent("correct horse"), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(" "))
	const state = `[document.querySelector("#password").type, document.querySelector(".reveal button").ariaPressed].join()`
	if got := read[string](b, state); got != "text,true" {
		t.Errorf("the password is shown as %s, want text,true", got)
	}
	b.keep("login-shown-password")
	b.run(chromedp.Focus("#password"))
	if _, err := chromedp.RunResponse(b.ctx, chromedp.KeyEvent(kb.Enter)); err != nil {
		t.Fatal(err)
	}
	r := <-posts
	want := map[string]string{
		"loginId": "jane@example.com", "password": "correct horse", "rememberDevice": "true", "state": attack, "locale": "fr",
	}
	checkForm(t, r.PostForm, want)
	if got := r.Header.Get("Origin"); got != url {
		t.Errorf("Origin is %q, want %q", got, url)
	}
	if got := r.Header.Get("Referer"); got != url+"/" {
		t.Errorf("Referer is %q, want no more than the origin", got)
	}
}

func checkForm(t *testing.T, got url.Values, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got.Get(name) != value {
			t.Errorf("posted %s is %q, want %q", name, got.Get(name), value)
		}
	}
	if len(got) != len(want) {
		t.Errorf("posted %v, want %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}

func TestLoginWithoutScript(t *testing.T) {
	t.Parallel()
	posts := make(chan *http.Request, 1)
	url := signIn(t, pages.Login{LoginID: "jane@example.com"}, "", posts)
	b := browse(t, url)
	b.run(emulation.SetScriptExecutionDisabled(true), chromedp.Navigate(url+"/login"))
	var visible bool
	b.run(chromedp.Evaluate(`document.querySelector(".reveal button").checkVisibility()`, &visible))
	if visible {
		t.Error("a button that does nothing is shown")
	}
	b.run(chromedp.SendKeys("#password", "correct horse"))
	if _, err := chromedp.RunResponse(b.ctx, chromedp.Click("button.blue")); err != nil {
		t.Fatal(err)
	}
	checkForm(t, (<-posts).PostForm, map[string]string{"loginId": "jane@example.com", "password": "correct horse", "locale": "en"})
}

// Chromium applies form-action to each redirect after a form.
func TestFormMayEndAtRedirectURLs(t *testing.T) {
	t.Parallel()
	arrived := make(chan *http.Request, 1)
	home := other(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/home" {
			arrived <- r
		}
	})
	callback := other(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, home+"/home", http.StatusFound) })
	start := browse(t)
	for _, test := range []struct {
		name     string
		allowed  []string
		redirect string
		arrives  bool
	}{
		{"to a redirect URL that is listed", []string{home + "/home"}, home + "/home?code=1", true},
		{"to one that is not", nil, home + "/home?code=1", false},
		{"on from one that is listed", []string{callback + "/cb"}, callback + "/cb?code=1", false},
		{"on to another that is listed", []string{callback + "/cb", home}, callback + "/cb?code=1", true},
		{"on, when every host is allowed", []string{"http:"}, callback + "/cb?code=1", true},
	} {
		posts := make(chan *http.Request, 1)
		url := signIn(t, pages.Login{LoginID: "jane@example.com", RedirectURLs: test.allowed}, test.redirect, posts)
		b := start.tab()
		b.run(chromedp.Navigate(url+"/login?state=secret"), chromedp.Evaluate(listen, nil),
			chromedp.SendKeys("#password", "correct horse"), chromedp.Click("button.blue"))
		<-posts
		if !test.arrives {
			var directive string
			b.run(chromedp.Evaluate(`stopped`, &directive, await))
			if directive != "form-action" {
				t.Errorf("%s: stopped by %q", test.name, directive)
			}
			continue
		}
		select {
		case r := <-arrived:
			if got := r.Header.Get("Referer"); strings.Contains(got, "secret") || strings.Contains(got, "code") {
				t.Errorf("%s: another host is told %q", test.name, got)
			}
		case <-b.ctx.Done():
			t.Fatalf("%s: does not arrive", test.name)
		}
	}
}

const listen = `window.stopped = new Promise(resolve =>
	document.addEventListener("securitypolicyviolation", event => resolve(event.effectiveDirective)));0`

// other is a site of somebody else.
func other(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}
