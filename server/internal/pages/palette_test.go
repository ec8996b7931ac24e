package pages

import (
	"fmt"
	"testing"
)

func TestContrastOfTheBuiltInColours(t *testing.T) {
	t.Parallel()
	for scheme, p := range map[string]palette{"light": light, "dark": dark} {
		checkContrast(t, scheme, p)
	}
}

// Every theme that is accepted must be readable, however odd its colours.
func TestContrastOfThemes(t *testing.T) {
	t.Parallel()
	for r := 0; r < 256; r += 51 {
		for g := 0; g < 256; g += 51 {
			for b := 0; b < 256; b += 51 {
				c := color{uint8(r), uint8(g), uint8(b)}
				for _, theme := range []Theme{
					{PrimaryButtonColor: c.String()},
					{PanelBackgroundColor: c.String()},
					{PrimaryButtonColor: c.String(), PanelBackgroundColor: "#102a43"},
					{PrimaryButtonColor: "#ffcc00", PanelBackgroundColor: c.String()},
				} {
					theme = theme.valid()
					for scheme, p := range theme.palettes() {
						checkContrast(t, fmt.Sprintf("%+v, %s", theme, scheme), p)
					}
				}
			}
		}
	}
}

// palettes are all colours of a theme, for each scheme that it is shown in.
func (t Theme) palettes() map[string]palette {
	schemes := map[string]palette{"light": light, "dark": dark}
	if background, fixed := t.background(); fixed {
		schemes = map[string]palette{"fixed": paletteFor(background)}
	}
	for scheme, base := range schemes {
		merged := palette{}
		for name, c := range base {
			merged[name] = c
		}
		for _, found := range colorProperty.FindAllStringSubmatch(declared(t.colors(base)), -1) {
			merged[found[1]], _ = parseColor(found[2])
		}
		schemes[scheme] = merged
	}
	return schemes
}

func declared(declarations []string) (css string) {
	for _, d := range declarations {
		css += d + ";"
	}
	return css
}

func checkContrast(t *testing.T, name string, p palette) {
	t.Helper()
	for _, pair := range []struct {
		front, back string
		least       float64
	}{
		{"text", "panel", 4.5},
		{"muted", "panel", 4.5},
		{"accent-text", "panel", 4.5},
		{"on-accent", "accent", 4.5},
		{"error", "error-panel", 4.5},
		{"field", "panel", 3},
	} {
		front, back := p[pair.front], p[pair.back]
		if front == back {
			t.Errorf("%s: %s and %s are the same, %v", name, pair.front, pair.back, front)
		}
		if got := contrast(front, back); got < pair.least {
			t.Errorf("%s: %s %v on %s %v has contrast %.2f, want %v", name, pair.front, front, pair.back, back, got, pair.least)
		}
	}
}

func TestContrastOfKnownPairs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b, want string
	}{
		{"#000000", "#ffffff", "21.00"},
		{"#777777", "#ffffff", "4.48"}, // the examples that everybody quotes
		{"#767676", "#ffffff", "4.54"},
		{"#ff0000", "#ffffff", "4.00"},
	} {
		a, _ := parseColor(test.a)
		b, _ := parseColor(test.b)
		if got := fmt.Sprintf("%.2f", contrast(a, b)); got != test.want {
			t.Errorf("%s on %s: %s, want %s", test.a, test.b, got, test.want)
		}
	}
}
