package pages

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"path"
	"strings"
)

// AssetsPath is where the pages look for stylesheets, script and images.
const AssetsPath = "/assets/"

//go:embed assets
var embedded embed.FS

// assets are the static files. Their names at run time hold a hash of their
// content, so that browsers may keep them forever.
type assets struct {
	names map[string]string // name at run time, by name in assets/
	files map[string][]byte // content, by name at run time
}

func newAssets() assets {
	a := assets{names: map[string]string{}, files: map[string][]byte{}}
	// The stylesheet comes last as it names another file.
	for _, name := range []string{"dark.css", "mark.svg", "pages.js", "water.svg", "pages.css"} {
		content := embeddedFile(name)
		for plain, hashed := range a.names {
			content = bytes.ReplaceAll(content, []byte("url("+plain+")"), []byte("url("+hashed+")"))
		}
		sum := sha256.Sum256(content)
		ext := path.Ext(name)
		a.names[name] = strings.TrimSuffix(name, ext) + "-" + hex.EncodeToString(sum[:4]) + ext
		a.files[a.names[name]] = content
	}
	return a
}

func embeddedFile(name string) []byte {
	content, err := embedded.ReadFile("assets/" + name)
	if err != nil {
		panic(err)
	}
	return content
}

func (a assets) url(name string) string { return AssetsPath + a.names[name] }

// mark is the mark as part of a page, where it takes the colours of the theme.
func (a assets) mark() template.HTML {
	return template.HTML(a.files[a.names["mark.svg"]])
}

// Assets serves everything that the pages refer to. Mount it at
// "GET "+AssetsPath, prefix included.
func (p *Pages) Assets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, AssetsPath)
		if name == themeName {
			serveTheme(w, r)
			return
		}
		content, found := p.assets.files[name]
		if !found {
			http.NotFound(w, r)
			return
		}
		sendAsset(w, path.Ext(name), "public, max-age=31536000, immutable", content)
	})
}

// SendStylesheet answers with a theme's own stylesheet.
func SendStylesheet(w http.ResponseWriter, css string) {
	sendAsset(w, ".css", "public, max-age=3600", []byte(css))
}

var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

func sendAsset(w http.ResponseWriter, ext, caching string, content []byte) {
	h := w.Header()
	h.Set("Content-Type", contentTypes[ext])
	h.Set("Cache-Control", caching)
	h.Set("Content-Security-Policy", "default-src 'none'") // for an image opened by itself
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(content)
}
