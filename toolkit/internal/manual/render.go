package manual

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"wherry/internal/exit"
)

//go:embed templates
var files embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"exits": exit.Meanings,
	"cell":  func(s string) string { return strings.ReplaceAll(oneLine(s), "|", `\|`) },
	"roff":  roff,
	"quote": func(s string) string {
		return "'" + strings.ReplaceAll(oneLine(s), "'", `'\''`) + "'"
	},
	"fish": func(s string) string {
		return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(oneLine(s)) + "'"
	},
	"describe": func(s string) string { return strings.NewReplacer(":", `\:`, "'", `'\''`).Replace(oneLine(s)) },
	"last":     func(path string) string { return path[strings.LastIndexByte(path, ' ')+1:] },
	"join":     strings.Join,
	"upper":    strings.ToUpper,
	"dashed":   dashed,
}).ParseFS(files, "templates/*"))

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func dashed(path string) string { return strings.ReplaceAll(path, " ", "-") }

// roff escapes what a man page would take for its own.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}

// Markdown is a page with all commands.
func Markdown(c Command) (string, error) { return render("commands.md.tmpl", c) }

// Man is the man pages of section 1, by the names of their files.
func Man(c Command, version string) (pages map[string]string, err error) {
	pages = map[string]string{}
	c.Each(func(c Command) {
		if err != nil {
			return
		}
		pages[dashed(c.Path)+".1"], err = render("man.tmpl", struct {
			Command
			Version string
		}{c, version})
	})
	return pages, err
}

// Shells are those that Completion knows.
var Shells = []string{"bash", "fish", "zsh"}

// Completion is a script that makes a shell complete commands and flags.
func Completion(c Command, shell string) (string, error) {
	if !slices.Contains(Shells, shell) {
		return "", fmt.Errorf("there is no completion for %q, only for %s", shell, strings.Join(Shells, ", "))
	}
	var all []Command
	c.Each(func(c Command) { all = append(all, c) })
	return render(shell+".tmpl", struct {
		Command
		All []Command
	}{c, all})
}

func render(name string, data any) (string, error) {
	var b strings.Builder
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("write %s: %w", strings.TrimSuffix(name, ".tmpl"), err)
	}
	return b.String(), nil
}
