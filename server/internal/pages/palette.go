package pages

import (
	"regexp"
	"slices"
	"strings"
)

// palette holds colours by the names of their custom properties in CSS.
type palette map[string]color

// The colours have their place in the stylesheets; here they are only read.
var (
	light = readPalette("pages.css")
	dark  = readPalette("dark.css")
)

var colorProperty = regexp.MustCompile(`--([a-z-]+): ?(#[0-9a-f]{6});`)

func readPalette(stylesheet string) palette {
	p := palette{}
	for _, found := range colorProperty.FindAllSubmatch(embeddedFile(stylesheet), -1) {
		p[string(found[1])], _ = parseColor(string(found[2]))
	}
	return p
}

// paletteFor is the palette whose text is best read on background.
func paletteFor(background color) palette {
	if background.isDark() {
		return dark
	}
	return light
}

// stylesheet is a valid theme as custom properties.
func (t Theme) stylesheet() string {
	var root []string
	if t.FontFamily != "" {
		root = append(root, "--font:"+quoteFonts(t.FontFamily))
	}
	if t.BorderRadius != "" {
		root = append(root, "--radius:"+t.BorderRadius)
	}
	background, fixed := t.background()
	if fixed {
		return rule(append(root, t.colors(paletteFor(background))...))
	}
	return rule(append(root, t.colors(light)...)) +
		"@media (prefers-color-scheme: dark){" + rule(t.colors(dark)) + "}"
}

// colors are the declarations by which t departs from p. What lies on a colour
// of the theme is shaded until it can be seen there.
func (t Theme) colors(p palette) (declarations []string) {
	set := func(name string, c color) { declarations = append(declarations, "--"+name+":"+c.String()) }
	page, hasPage := parseColor(t.PageBackgroundColor)
	if hasPage {
		set("page", page)
	}
	panel, hasPanel := parseColor(t.PanelBackgroundColor)
	if hasPanel {
		set("panel", panel)
		set("field", p["field"].on(panel, 3))
	} else {
		panel = p["panel"]
	}
	accent, hasAccent := parseColor(t.PrimaryButtonColor)
	if hasAccent {
		set("accent", accent)
		set("on-accent", accent.label())
	} else {
		accent = p["accent"]
	}
	if hasPanel || hasAccent {
		set("accent-text", accent.on(panel, 4.5))
	}
	return declarations
}

func rule(declarations []string) string {
	return ":root{" + strings.Join(declarations, ";") + "}"
}

// bareFonts are the families that CSS knows only without quotes.
var bareFonts = []string{
	"serif", "sans-serif", "monospace", "cursive", "fantasy", "system-ui",
	"ui-serif", "ui-sans-serif", "ui-monospace", "ui-rounded", "-apple-system",
}

func quoteFonts(list string) string {
	names := fontNames(list)
	for i, name := range names {
		if !slices.Contains(bareFonts, name) {
			names[i] = `"` + name + `"`
		}
	}
	return strings.Join(names, ",")
}
