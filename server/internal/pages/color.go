package pages

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// color is an opaque sRGB colour.
type color [3]uint8

var (
	black = color{}
	white = color{255, 255, 255}
)

var hexColor = regexp.MustCompile(`^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$`)

// parseColor reads #rgb and #rrggbb.
func parseColor(s string) (c color, ok bool) {
	if !hexColor.MatchString(s) {
		return c, false
	}
	digits := s[1:]
	if len(digits) == 3 {
		digits = string([]byte{s[1], s[1], s[2], s[2], s[3], s[3]})
	}
	for i := range c {
		v, _ := strconv.ParseUint(digits[2*i:2*i+2], 16, 8)
		c[i] = uint8(v)
	}
	return c, true
}

func (c color) String() string { return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]) }

// luminance is the relative luminance of WCAG 2.2, from 0 to 1.
func (c color) luminance() float64 {
	var linear [3]float64
	for i, v := range c {
		s := float64(v) / 255
		if s <= 0.04045 {
			linear[i] = s / 12.92
		} else {
			linear[i] = math.Pow((s+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*linear[0] + 0.7152*linear[1] + 0.0722*linear[2]
}

// contrast is the contrast ratio of WCAG 2.2, from 1 to 21.
func contrast(a, b color) float64 {
	la, lb := a.luminance(), b.luminance()
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// isDark reports whether white is easier to read on c than black.
func (c color) isDark() bool { return contrast(white, c) > contrast(black, c) }

// label is the colour for text on c: white if that can be read, else black.
// One of them always has a contrast of 4.5.
func (c color) label() color {
	if contrast(white, c) >= 4.5 {
		return white
	}
	return black
}

// on is c, darkened or lightened until its contrast on background is ratio.
func (c color) on(background color, ratio float64) color {
	target := black
	if background.isDark() {
		target = white
	}
	shade := c
	for step := 1; step <= 20 && contrast(shade, background) < ratio; step++ {
		shade = c.mix(target, float64(step)/20)
	}
	return shade
}

// mix moves c towards d by a part of the way.
func (c color) mix(d color, part float64) color {
	for i := range c {
		c[i] = uint8(math.Round(float64(c[i])*(1-part) + float64(d[i])*part))
	}
	return c
}
