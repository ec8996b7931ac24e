// Package pages renders the hosted sign-in pages. It owns what they look like,
// what they say in which language, and the headers they are sent with. It
// knows nothing of OAuth, sessions or storage: callers hand over plain structs.
//
// A page is a template in templates/pages, a struct that embeds Frame, and a method
// of Pages that brings the two together. Everything else is shared: the layout,
// the stylesheets, the messages, the headers.
package pages

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed templates
var templates embed.FS

// Frame is what surrounds the content of every page.
type Frame struct {
	// Tenant is the name of the tenant, shown at the top.
	Tenant string
	// Application is the name of the application that the user comes from.
	// Sentences that mention it are left out when it is empty.
	Application string
	// Theme changes the look; the zero value is the look that is built in.
	// Settings that Theme.Check refuses are ignored, so that a bad theme
	// keeps nobody from signing in.
	Theme Theme
}

func (f Frame) frame() Frame { return f }

// Pages renders the hosted pages. Each method writes one page, in the language
// of Locale(r) and with all security headers; when it returns an error, nothing
// has been written.
type Pages struct {
	assets  assets
	bundles map[string]bundle
	pages   map[string]*template.Template
}

// New reads everything that is embedded. It panics if that is broken.
func New() *Pages {
	p := &Pages{assets: newAssets(), bundles: newBundles(), pages: map[string]*template.Template{}}
	layout := template.New("layout.html").Funcs(template.FuncMap{
		"asset": p.assets.url,
		"mark":  p.assets.mark,
		"qr":    qrCode,
	})
	template.Must(layout.ParseFS(templates, "templates/*.html"))
	files, err := fs.Glob(templates, "templates/pages/*.html")
	if err != nil {
		panic(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), ".html")
		p.pages[name] = template.Must(template.Must(layout.Clone()).ParseFS(templates, file))
	}
	return p
}

// view is what a template sees as its dot.
type view struct {
	bundle
	Page any // the struct of the page, with its Frame
	Look look
}

// About is the view of one input.
func (v view) About(i Input) inputView { return inputView{v.bundle, i} }

// inputView is what a template sees that shows a part of an input.
type inputView struct {
	bundle
	Input Input
}

// Entry is the view of an entry of a menu.
func (v view) Entry(path, key string) entryView { return entryView{v.bundle, path, key} }

// entryView is what a template sees that shows an entry of a menu.
type entryView struct {
	bundle
	Path, Key string
}

type framed interface{ frame() Frame }

// write renders the page called name. A form on it may end up at redirects,
// besides this server.
func (p *Pages) write(w http.ResponseWriter, r *http.Request, status int, name string, page framed, redirects ...string) error {
	v := view{bundle: p.bundles[Locale(r)].under(page.frame().Theme), Page: page, Look: page.frame().Theme.look()}
	var body bytes.Buffer
	if err := p.pages[name].ExecuteTemplate(&body, "layout.html", v); err != nil {
		return fmt.Errorf("render page %s: %w", name, err)
	}
	var embedded []string
	if e, ok := page.(interface{ embeds() []string }); ok {
		embedded = e.embeds()
	}
	setHeader(w.Header(), v.Look.Logo, redirects, embedded)
	w.Header().Set("Content-Language", v.Lang)
	if status == http.StatusServiceUnavailable { // for what may wait, and browsers that do
		w.Header().Set("Retry-After", "1")
	}
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // the browser has gone away: nobody is left to tell
	return nil
}
