package pages_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"wherry/server/internal/pages"
)

func TestThemeBecomesCustomProperties(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		theme pages.Theme
		dark  string // the media under which the page is dark; empty is never
		want  string
	}{
		{
			"accent",
			pages.Theme{PrimaryButtonColor: "#17609c"},
			"(prefers-color-scheme: dark)",
			":root{--accent:#17609c;--on-accent:#ffffff;--accent-text:#17609c}" +
				"@media (prefers-color-scheme: dark){:root{--accent:#17609c;--on-accent:#ffffff;--accent-text:#5d90ba}}",
		},
		{
			"light accent",
			pages.Theme{PrimaryButtonColor: "#fd0"},
			"(prefers-color-scheme: dark)",
			":root{--accent:#ffdd00;--on-accent:#000000;--accent-text:#806f00}" +
				"@media (prefers-color-scheme: dark){:root{--accent:#ffdd00;--on-accent:#000000;--accent-text:#ffdd00}}",
		},
		{
			"light panel",
			pages.Theme{PanelBackgroundColor: "#fff7ed"},
			"",
			":root{--panel:#fff7ed;--field:#7c8b99;--accent-text:#17609c}",
		},
		{"dark page", pages.Theme{PageBackgroundColor: "#431407"}, "all", ":root{--page:#431407}"},
		{
			"light panel on a dark page",
			pages.Theme{PageBackgroundColor: "#431407", PanelBackgroundColor: "#ffffff"},
			"",
			":root{--page:#431407;--panel:#ffffff;--field:#7c8b99;--accent-text:#17609c}",
		},
		{
			"font and corners",
			pages.Theme{FontFamily: `'Noto Sans JP', Söhne, sans-serif`, BorderRadius: "0.5rem"},
			"(prefers-color-scheme: dark)",
			`:root{--font:"Noto Sans JP","Söhne",sans-serif;--radius:0.5rem}@media (prefers-color-scheme: dark){:root{}}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := pages.New()
			body := render(t, p, "/", example{"index", http.StatusOK, pages.Index{Frame: pages.Frame{Theme: test.theme}}}).Body.String()
			if dark := find(body, `dark-[^>]* media="([^"]*)"`); dark != test.dark {
				t.Errorf("dark when %q, want %q", dark, test.dark)
			}
			address := html.UnescapeString(find(body, `href="(/assets/theme\.css\?[^"]*)"`))
			w := httptest.NewRecorder()
			p.Assets().ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
			if got := w.Body.String(); got != test.want {
				t.Errorf("%s is\n%s, want\n%s", address, got, test.want)
			}
			if got := w.Header().Get("Content-Type"); got != "text/css; charset=utf-8" {
				t.Errorf("sent as %s", got)
			}
		})
	}
}

// find returns the first group of a pattern in s, or nothing.
func find(s, pattern string) string {
	if found := regexp.MustCompile(pattern).FindStringSubmatch(s); found != nil {
		return found[1]
	}
	return ""
}

func TestThemeThatIsRefused(t *testing.T) {
	t.Parallel()
	const attack = "red;}body{background:url(//evil.example)"
	for _, test := range []struct {
		name  string
		theme pages.Theme
		want  []string // the settings that are reported
	}{
		{"nothing wrong", pages.Theme{LogoImageURL: "https://cdn.example.com/logo.svg", BorderRadius: "0"}, nil},
		{"everything wrong", pages.Theme{
			LogoImageURL: attack, PrimaryButtonColor: attack, PageBackgroundColor: attack, PanelBackgroundColor: attack, FontFamily: attack, BorderRadius: attack,
		}, []string{
			"logoImageURL", "primaryButtonColor", "pageBackgroundColor", "panelBackgroundColor", "fontFamily", "borderRadius",
		}},
		{"named colour", pages.Theme{PrimaryButtonColor: "red"}, []string{"primaryButtonColor"}},
		{"panel on which nothing can be read", pages.Theme{PanelBackgroundColor: "#808080"}, []string{"panelBackgroundColor"}},
		{"logo in the clear", pages.Theme{LogoImageURL: "http://cdn.example.com/logo.svg"}, []string{"logoImageURL"}},
		{"logo that is script", pages.Theme{LogoImageURL: "javascript:alert(1)"}, []string{"logoImageURL"}},
		{"logo in disguise", pages.Theme{LogoImageURL: "//evil.example/logo.svg"}, []string{"logoImageURL"}},
		{"logo with a password", pages.Theme{LogoImageURL: "https://jane:secret@cdn.example.com/logo.svg"}, []string{"logoImageURL"}},
		{"no font at all", pages.Theme{FontFamily: "Georgia,,serif"}, []string{"fontFamily"}},
		{"corners of calc", pages.Theme{BorderRadius: "calc(1px)"}, []string{"borderRadius"}},
		{"negative corners", pages.Theme{BorderRadius: "-1px"}, []string{"borderRadius"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var reported []string
			test.theme.Check(func(path, format string, args ...any) {
				reported = append(reported, path)
				if message := fmt.Sprintf(format, args...); !strings.Contains(message, "write ") {
					t.Errorf("%s %s: must say what to write", path, message)
				}
			})
			if fmt.Sprint(reported) != fmt.Sprint(test.want) {
				t.Errorf("reports %v, want %v", reported, test.want)
			}
			body := render(t, pages.New(), "/", example{"index", http.StatusOK, pages.Index{Frame: pages.Frame{Theme: test.theme}}}).Body.String()
			if test.want != nil && (strings.Contains(body, "theme.css") || strings.Contains(body, "<img")) {
				t.Errorf("a setting that is refused reached the page:\n%s", body)
			}
		})
	}
}

// Whatever somebody writes into the address of the stylesheet: it holds one or
// two rules for :root, and nothing else.
func FuzzThemeStylesheet(f *testing.F) {
	f.Add("#17609c", "Georgia, serif", "4px")
	f.Add("#fff}", `"x";}body{}`, "1px;--page:red")
	f.Add("#000", "a\n,b", "0 ")
	assets := pages.New().Assets()
	shape := regexp.MustCompile(`^:root\{([^{}<>@]*)\}(@media \(prefers-color-scheme: dark\)\{:root\{[^{}<>@]*\}\})?$`)
	declaration := regexp.MustCompile(`^--[a-z-]+:(#[0-9a-f]{6}|[0-9.]+(px|rem|em)?|("[\pL\pN _-]+"|[a-z-]+)(,("[\pL\pN _-]+"|[a-z-]+))*)$`)
	f.Fuzz(func(t *testing.T, colour, fonts, radius string) {
		query := url.Values{
			"primaryButtonColor": {colour}, "pageBackgroundColor": {colour}, "panelBackgroundColor": {colour},
			"fontFamily": {fonts}, "borderRadius": {radius},
		}.Encode()
		w := httptest.NewRecorder()
		assets.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/assets/theme.css?"+query, nil))
		found := shape.FindStringSubmatch(w.Body.String())
		if found == nil {
			t.Fatalf("%s", w.Body)
		}
		for d := range strings.SplitSeq(found[1], ";") {
			if d != "" && !declaration.MatchString(d) {
				t.Errorf("%q in %s", d, w.Body)
			}
		}
	})
}
