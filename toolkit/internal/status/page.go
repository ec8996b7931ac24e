package status

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"time"

	"wherry/toolkit/internal/workspace"
)

//go:embed page.html style.css
var files embed.FS

// Page serves the status to browsers. It answers nothing but GET, and keeps
// everything out of the page that is not its own.
type Page struct {
	Status func(context.Context) (Status, error)
	Every  time.Duration // how often a browser asks again
	Log    *slog.Logger

	// Loopback answers only those who call it by a loopback address, so that a
	// site whose name was made to lead here cannot read the page.
	Loopback bool
}

var page = template.Must(template.New("page.html").Funcs(template.FuncMap{
	"clock": clock, "share": share, "parts": parts, "states": states, "burnDown": burnDown,
	"scan":     func(s *workspace.ScanInfo) string { return text(*s) },
	"describe": func(r workspace.RunInfo) string { return Describe(r.Progress, r.Outcome == workspace.Running) },
}).ParseFS(files, "page.html"))

// Handler is the page at / and its style.
func (p Page) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.show)
	mux.Handle("GET /style.css", http.FileServerFS(files))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if p.Loopback && !loopback(r.Host) {
			http.Error(w, "Call this page by its address, such as 127.0.0.1.", http.StatusMisdirectedRequest)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (p Page) show(w http.ResponseWriter, r *http.Request) {
	s, err := p.Status(r.Context())
	var text bytes.Buffer
	if err == nil {
		err = page.Execute(&text, struct {
			Status  Status
			Seconds int
		}{s, max(1, int(p.Every.Seconds()))})
	}
	if err != nil {
		p.Log.Error("the status cannot be shown", "error", err)
		http.Error(w, "The workspace cannot be read. What went wrong is in the program's log.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = text.WriteTo(w) // a browser that is gone
}

// part is a piece of the bar of all users.
type part struct {
	Class, Title string
	X, Width     float64
}

func parts(p Pool) []part {
	list := []part{
		{Class: "across", Title: fmt.Sprintf("%d across", p.Across), Width: float64(p.Across)},
		{Class: "refused", Title: fmt.Sprintf("%d refused", p.Users.States[workspace.Refused]), Width: float64(p.Users.States[workspace.Refused])},
	}
	x := 0.0
	for i := range list {
		list[i].X, list[i].Width = x, list[i].Width*1000/float64(max(1, p.Users.Total))
		x += list[i].Width
	}
	return list
}

type stateCount struct {
	Name  string
	Users int
}

func states(p Pool) (list []stateCount) {
	for s := workspace.Exported; s <= workspace.Skipped; s++ {
		if n := p.Users.States[s]; n > 0 {
			list = append(list, stateCount{s.String(), n})
		}
	}
	return list
}

// chart is how many users were still to go after each day on which some came
// across.
type chart struct {
	Most        int
	First, Last string
	Bars        []bar
}

type bar struct {
	Title               string
	X, Y, Width, Height float64
}

// Where the bars stand in the drawing.
const (
	chartLeft, chartWidth   = 60.0, 930.0
	chartFloor, chartHeight = 220.0, 210.0
	gap                     = 0.1
)

func burnDown(p Pool) *chart {
	if len(p.Done) == 0 {
		return nil
	}
	const day = "2 January 2006"
	c := &chart{Most: p.Across + p.Left, First: p.Done[0].From.Format(day), Last: p.Done[len(p.Done)-1].From.Format(day)}
	left, width := c.Most, chartWidth/float64(len(p.Done))
	for i, d := range p.Done {
		left -= d.Users
		height := chartHeight * float64(max(0, left)) / float64(max(1, c.Most))
		c.Bars = append(c.Bars, bar{
			Title: fmt.Sprintf("%s: %d came across, %d to go", d.From.Format(day), d.Users, left),
			X:     chartLeft + float64(i)*width, Width: width * (1 - gap), Y: chartFloor - height, Height: height,
		})
	}
	return c
}
