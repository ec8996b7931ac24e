package pages

import (
	"cmp"
	"net/http"
	"net/url"
)

// Theme changes the look of the pages. Its settings are named as in
// FusionAuth's simple themes. The colours of text are none of them: they follow
// from the others, so that everything can be read whatever the theme.
type Theme struct {
	// LogoImageURL replaces the mark and the tenant's name: an https URL, or a
	// path on this server. It is shown 40 pixels high.
	LogoImageURL string `json:"logoImageURL,omitempty"`
	// PrimaryButtonColor is the accent: button, links, focus. Like every
	// colour it is written #rgb or #rrggbb.
	PrimaryButtonColor string `json:"primaryButtonColor,omitempty"`
	// PageBackgroundColor is the colour around the panel. A theme with this or
	// the next setting is light or dark for everybody; without them the pages
	// follow the preference of the browser.
	PageBackgroundColor string `json:"pageBackgroundColor,omitempty"`
	// PanelBackgroundColor is the colour behind the text.
	PanelBackgroundColor string `json:"panelBackgroundColor,omitempty"`
	// FontFamily lists installed fonts, the preferred one first: "Georgia, serif".
	FontFamily string `json:"fontFamily,omitempty"`
	// BorderRadius rounds the corners of fields and buttons: "4px", "0.5rem", "0".
	BorderRadius string `json:"borderRadius,omitempty"`
	// StylesheetURL is a stylesheet of the theme's own, on this server; it comes
	// last.
	StylesheetURL string `json:"-"`
	// DefaultMessages and LocalizedMessages, by language, are lines of key=text
	// that replace what the pages say; the former in English, and where no
	// language has a text, as for the labels of fields of one's own.
	DefaultMessages   string            `json:"-"`
	LocalizedMessages map[string]string `json:"-"`
}

// Check reports every setting that the pages would ignore.
func (t Theme) Check(report func(path, format string, args ...any)) {
	for _, s := range t.settings() {
		if *s.value != "" && !s.valid(*s.value) {
			report(s.name, "is %q: write %s", *s.value, s.want)
		}
	}
}

// valid is t without what Check reports.
func (t Theme) valid() Theme {
	for _, s := range t.settings() {
		if !s.valid(*s.value) {
			*s.value = ""
		}
	}
	return t
}

// look is what the layout needs to know of a theme.
type look struct {
	Logo       string // address of the logo
	Stylesheet string // address of the stylesheet with the theme's settings
	Own        string // address of the theme's own stylesheet
	Dark       string // media query under which the pages are dark
}

func (t Theme) look() look {
	t = t.valid()
	l := look{Logo: t.LogoImageURL, Own: t.StylesheetURL, Dark: "(prefers-color-scheme: dark)"}
	if background, ok := t.background(); ok {
		l.Dark = ""
		if background.isDark() {
			l.Dark = "all"
		}
	}
	if query := t.query(); query != "" {
		l.Stylesheet = AssetsPath + themeName + "?" + query
	}
	return l
}

// background is the colour by which a theme is light or dark, if it has one.
func (t Theme) background() (c color, ok bool) {
	return parseColor(cmp.Or(t.PanelBackgroundColor, t.PageBackgroundColor))
}

// themeName is the asset that turns the settings in its query into CSS: a
// stylesheet of its own, so that the pages need no inline style, and one that
// every node can serve without knowing the theme.
const themeName = "theme.css"

func (t Theme) query() string {
	t.LogoImageURL = "" // the layout shows it
	q := url.Values{}
	for _, s := range t.settings() {
		if *s.value != "" {
			q.Set(s.name, *s.value)
		}
	}
	return q.Encode()
}

func serveTheme(w http.ResponseWriter, r *http.Request) {
	var t Theme
	q := r.URL.Query()
	for _, s := range t.settings() {
		*s.value = q.Get(s.name)
	}
	sendAsset(w, ".css", "public, max-age=3600", []byte(t.valid().stylesheet()))
}
