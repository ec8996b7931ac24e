package forecast

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"
)

//go:embed chart.svg.tmpl page.html.tmpl
var templates embed.FS

var charts = template.Must(template.New("").Funcs(template.FuncMap{"percent": percent}).ParseFS(templates, "*.tmpl"))

// WriteSVG draws the forecast as a picture that stands alone.
func (r *Report) WriteSVG(w io.Writer) error { return r.write(w, "chart.svg.tmpl") }

// WriteHTML writes a page that needs nothing else and can be printed.
func (r *Report) WriteHTML(w io.Writer) error { return r.write(w, "page.html.tmpl") }

func (r *Report) write(w io.Writer, name string) error {
	if err := charts.ExecuteTemplate(w, name, drawing{r}); err != nil {
		return fmt.Errorf("draw the forecast: %w", err)
	}
	return nil
}

// drawing is a report with its place on the paper.
type drawing struct{ *Report }

// The paper's axes, in its own units.
const (
	left, right, top, bottom = 56.0, 704.0, 16.0, 304.0
)

func (d drawing) x(day int) float64 {
	return left + (right-left)*float64(day)/float64(max(1, d.last()))
}

func (d drawing) y(share float64) float64 { return bottom - (bottom-top)*share }

func (d drawing) last() int {
	last := d.Days[len(d.Days)-1].Day
	for _, p := range d.Actual {
		last = max(last, p.Day)
	}
	return last
}

// Line is the points of the forecast.
func (d drawing) Line() string {
	return d.path(d.Days, func(p Point) float64 { return p.Share })
}

// Band is the outline of what is likely.
func (d drawing) Band() string {
	var back []Point
	for i := len(d.Days) - 1; i >= 0; i-- {
		back = append(back, d.Days[i])
	}
	return d.path(d.Days, func(p Point) float64 { return p.High }) + " " + d.path(back, func(p Point) float64 { return p.Low })
}

// Past is the points of what has happened.
func (d drawing) Past() string {
	return d.path(d.Actual, func(p Point) float64 { return p.Share })
}

func (d drawing) path(points []Point, share func(Point) float64) string {
	var path strings.Builder
	for _, p := range points {
		fmt.Fprintf(&path, "%.1f,%.1f ", d.x(p.Day), d.y(share(p)))
	}
	return strings.TrimSpace(path.String())
}

// mark is a line of the grid.
type mark struct {
	At   float64
	Text string
}

// Shares are the marks of the upright axis.
func (d drawing) Shares() (marks []mark) {
	for share := 0; share <= 100; share += 20 {
		marks = append(marks, mark{d.y(float64(share) / 100), fmt.Sprintf("%d %%", share)})
	}
	return marks
}

// Marks are those of the days: five or six round numbers.
func (d drawing) Marks() (marks []mark) {
	step := round(float64(d.last()) / 6)
	for day := 0; day <= d.last(); day += step {
		marks = append(marks, mark{d.x(day), fmt.Sprint(day)})
	}
	return marks
}

// round is the next number of 1, 2 or 5 and zeros.
func round(n float64) int {
	unit := math.Pow(10, math.Floor(math.Log10(max(n, 1))))
	for _, by := range []float64{1, 2, 5} {
		if by*unit >= n {
			return int(by * unit)
		}
	}
	return int(10 * unit)
}

// StopAt is where the day to stop waiting is, 0 if it is beyond the paper.
func (d drawing) StopAt() float64 {
	if d.Stop == 0 || d.Stop > d.last() {
		return 0
	}
	return d.x(d.Stop)
}

func percent(share float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", 100*share), ".0") + " %"
}
