package reconcile

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"wherry/internal/buildinfo"
)

//go:embed page.html.tmpl
var files embed.FS

var pages = template.Must(template.New("page.html.tmpl").Funcs(template.FuncMap{
	"group": group, "clock": func(t time.Time) string { return t.Local().Format("2 January 2006, 15:04") }, "value": shownValue,
}).ParseFS(files, "page.html.tmpl"))

// listed is how many users a page names.
const listed = 100

// WriteHTML writes a page for people who were not there: it needs nothing else,
// can be printed, and names nobody unless Config.Names asked for it.
func (r *Report) WriteHTML(ctx context.Context, w io.Writer) error {
	p := &page{Report: r, Version: buildinfo.Version(), Named: r.names}
	for d, err := range r.Differences(ctx) {
		if err != nil {
			return fmt.Errorf("list the differences: %w", err)
		}
		if !d.Bad {
			continue
		}
		if len(p.People) == listed {
			p.More = true
			break
		}
		p.People = append(p.People, d)
	}
	var text bytes.Buffer
	if err := pages.Execute(&text, p); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	if _, err := text.WriteTo(w); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// page is a report on paper.
type page struct {
	*Report
	Version string
	Named   bool
	People  []Difference
	More    bool
}

// span is a piece of the bar of all users.
type span struct {
	Class, Words string
	Users        int
	Share        string
	X, Width     float64
}

// The bar's own units.
const (
	barWidth = 1000.0
	least    = 4.0 // so that one user in a million can be seen
)

// Spans divide the bar by outcomes.
func (p *page) Spans() (list []span) {
	total := 0
	for _, n := range p.Outcomes {
		total += n
	}
	used := 0.0
	for _, o := range Outcomes {
		if n := p.Outcomes[o]; n > 0 {
			list = append(list, span{string(o), words[o], n, share(n, total), 0, max(least, barWidth*float64(n)/float64(total))})
			used += list[len(list)-1].Width
		}
	}
	x := 0.0
	for i := range list {
		list[i].Width *= barWidth / used
		list[i].X = x
		x += list[i].Width
	}
	return list
}

func share(n, of int) string {
	switch percent := 100 * float64(n) / float64(max(1, of)); {
	case n > 0 && percent < 0.01:
		return "< 0.01 %"
	case n < of && percent > 99.99:
		return "> 99.99 %"
	default:
		return strings.TrimSuffix(fmt.Sprintf("%.2f", percent), ".00") + " %"
	}
}

// Share is a part of those who were compared.
func (p *page) Share(n int) string { return share(n, p.Checked) }

// Steps are the users on their way, for a chart that gets narrower.
func (p *page) Steps() []step {
	carried := p.Checked - p.Outcomes[Refused] - p.Outcomes[Skipped] - p.Outcomes[Waiting]
	steps := []step{
		{Name: "Compared", Users: p.Checked},
		{Name: "To be in the target", Users: carried},
		{Name: "Found there", Users: p.Found - p.Outcomes[Gone]},
		{Name: "As they should be", Users: p.Outcomes[Same] + p.Outcomes[Explained]},
	}
	for i := range steps {
		steps[i].Y = float64(i) * stepHeight
		steps[i].Width = stepWidth * float64(steps[i].Users) / float64(max(1, p.Checked))
		steps[i].Share = p.Share(steps[i].Users)
	}
	return steps
}

// step is one of them, a bar of its chart.
type step struct {
	Name     string
	Users    int
	Share    string
	Y, Width float64
}

const stepHeight, stepWidth = 40.0, 560.0

// Rows are lines of a table with a bar each, which compares them with the
// longest.
func rows(list []Count) []row {
	most := 0
	for _, c := range list {
		most = max(most, c.Users)
	}
	out := make([]row, len(list))
	for i, c := range list {
		out[i] = row{c, 100 * float64(c.Users) / float64(most)}
	}
	return out
}

// row is a count with the length of its bar in percent.
type row struct {
	Count
	Bar float64
}

// Troubles, Reasoned, Left and Purposes are what the tables show.
func (p *page) Troubles() []row { return rows(p.fields(true)) }

// Reasoned are the differences with a reason.
func (p *page) Reasoned() []row { return rows(p.fields(false)) }

// Left are the reasons why users were not carried.
func (p *page) Left() []row { return rows(byUsers(p.Reasons)) }

// Purposes are what the mapping changed on purpose.
func (p *page) Purposes() []row { return rows(byUsers(p.Remarks)) }

// Fields are the fields that were compared, with the users who have them.
func (p *page) Fields() (list []Count) {
	bad := map[string]int{}
	for _, c := range p.Report.Fields {
		if c.Bad {
			bad[c.Field] += c.Users
		}
	}
	for _, field := range slices.Sorted(maps.Keys(p.Compared)) {
		list = append(list, Count{Field: field, Users: p.Compared[field], Why: group(bad[field]), Bad: bad[field] > 0})
	}
	return list
}

// Of is how many users came to an outcome.
func (p *page) Of(outcome string) int { return p.Outcomes[Outcome(outcome)] }

// Elsewhere is how many accounts nobody of ours has sent.
func (p *page) Elsewhere() int {
	if p.Strangers == nil {
		return 0
	}
	return *p.Strangers
}

// Unsent is how many users wait to be sent.
func (p *page) Unsent() int { return p.Outcomes[Waiting] }

func shownValue(v any) string {
	if text, ok := v.(string); ok {
		return text
	}
	if v == nil {
		return "–"
	}
	text, _ := json.Marshal(v) // it came from JSON
	return string(text)
}
