package pages_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wherry/server/internal/pages"
)

func get(p *pages.Pages, address string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	p.Assets().ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
	return w
}

var (
	assetInPage = regexp.MustCompile(`(?:href|src)="(/assets/[^"]*)"`)
	assetInCSS  = regexp.MustCompile(`url\(([^)]*)\)`)
)

func TestAssetsOfTheLoginPage(t *testing.T) {
	t.Parallel()
	p := pages.New()
	body := render(t, p, "/", example{"login", http.StatusOK, pages.Login{Error: "[InvalidLogin]"}}).Body.String()
	weight := len(body)
	var addresses []string
	for _, found := range assetInPage.FindAllStringSubmatch(body, -1) {
		address := html.UnescapeString(found[1])
		addresses = append(addresses, address)
		for _, found := range assetInCSS.FindAllStringSubmatch(get(p, address).Body.String(), -1) {
			addresses = append(addresses, pages.AssetsPath+found[1])
		}
	}
	slices.Sort(addresses)
	if addresses = slices.Compact(addresses); len(addresses) != 5 {
		t.Errorf("the page uses %v, want mark, two stylesheets, water and script", addresses)
	}
	for _, address := range addresses {
		w := get(p, address)
		weight += w.Body.Len()
		if w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%s: status %d, %d bytes", address, w.Code, w.Body.Len())
		}
		for name, want := range map[string]string{
			"Cache-Control":          "public, max-age=31536000, immutable",
			"X-Content-Type-Options": "nosniff",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", address, name, got, want)
			}
		}
		if strings.Contains(w.Body.String(), "//") && strings.HasSuffix(address, ".css") {
			t.Errorf("%s names another host", address)
		}
	}
	if weight > 20_000 {
		t.Errorf("the login page weighs %d bytes with everything, want at most 20,000", weight)
	}
	t.Logf("%d bytes with everything", weight)
}

func TestAssetsThatAreNot(t *testing.T) {
	t.Parallel()
	p := pages.New()
	for _, address := range []string{
		"/assets/", "/assets/pages.css", "/assets/pages-00000000.css", "/assets/../pages.go", "/assets/templates/layout.html", "/login",
	} {
		if w := get(p, address); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", address, w.Code)
		}
	}
}
