package pages

import (
	"fmt"
	"html/template"
	imagecolor "image/color"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// quiet is the margin that ISO/IEC 18004 section 6.3.8 asks for, in modules.
const quiet = 4

// qrCode is a text as a picture that phones read; nothing if it is too long.
func qrCode(text string) template.HTML {
	code, err := qr.Encode(text, qr.M, qr.Unicode)
	if err != nil {
		return ""
	}
	size := code.Bounds().Dx()
	var path strings.Builder
	for y := range size {
		for x := range size {
			if code.At(x, y) == imagecolor.Black {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	whole := size + 2*quiet
	return template.HTML(fmt.Sprintf(`<svg class="qr" viewBox="0 0 %d %d" role="img" aria-labelledby="qr" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="%s"/></svg>`,
		whole, whole, whole, whole, path.String()))
}
