package pages

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// setting is one field of a theme.
type setting struct {
	name  string
	value *string
	valid func(string) bool
	want  string
}

const wantColor = "a colour such as #17609c"

func (t *Theme) settings() []setting {
	return []setting{
		{"logoImageURL", &t.LogoImageURL, validLogo, "an https:// URL, or a path on this server such as /logo.svg"},
		{"primaryButtonColor", &t.PrimaryButtonColor, validColor, wantColor},
		{"pageBackgroundColor", &t.PageBackgroundColor, validColor, wantColor},
		{"panelBackgroundColor", &t.PanelBackgroundColor, validPanel, wantColor + ", light or dark enough for text to be read on it"},
		{"fontFamily", &t.FontFamily, validFonts, "names of fonts separated by commas, such as Georgia, serif"},
		{"borderRadius", &t.BorderRadius, validLength, "a length such as 8px or 0.5rem"},
	}
}

func validColor(s string) bool {
	_, ok := parseColor(s)
	return ok
}

func validPanel(s string) bool {
	c, ok := parseColor(s)
	p := paletteFor(c)
	return ok && contrast(p["text"], c) >= 4.5 && contrast(p["muted"], c) >= 4.5
}

func validLogo(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.User != nil || strings.ContainsAny(s, "\\\t\r\n") {
		return false
	}
	local := u.Scheme == "" && strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//")
	return local || u.Scheme == "https" && u.Host != ""
}

var length = regexp.MustCompile(`^(0|[0-9]{1,2}(\.[0-9]{1,3})?(px|rem|em))$`)

func validLength(s string) bool { return length.MatchString(s) }

var fontName = regexp.MustCompile(`^[\pL\pN _-]+$`)

func validFonts(s string) bool {
	return !slices.ContainsFunc(fontNames(s), func(name string) bool { return !fontName.MatchString(name) })
}

// fontNames takes a list of font families apart; its names may be quoted.
func fontNames(list string) []string {
	names := strings.Split(list, ",")
	for i, name := range names {
		names[i] = strings.Trim(name, ` "'`)
	}
	return names
}
