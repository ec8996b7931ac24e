package deploy

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"go/format"
	"io/fs"
	"path"
	"slices"
	"strings"
	"text/template"

	"wherry/internal/archive"
)

// templates holds the folders of which targets are made. next.txt is what is
// to be typed afterwards. In a file's name NAME is the deployment's. A file
// that would be empty is not written.
//
//go:embed templates
var templates embed.FS

// folders are those of a target beside its own.
var folders = map[Target][]string{
	Container:  {"image", "iam"},
	Kubernetes: {"image", "iam"},
	Systemd:    {"iam"},
}

const (
	suffix   = ".tmpl"
	nextFile = "next.txt" + suffix

	sharedFile = "templates/shared" + suffix
)

// made is every file of the deployment.
func (d *Deployment) made() ([]archive.File, error) {
	files, err := d.bundled()
	if err != nil {
		return nil, err
	}
	for _, folder := range append([]string{string(d.Target)}, folders[d.Target]...) {
		names, err := fs.Glob(templates, path.Join("templates", folder, "*"))
		if err != nil {
			return nil, fmt.Errorf("list the templates: %w", err)
		}
		for _, name := range names {
			f, err := d.rendered(name)
			if err != nil {
				return nil, err
			}
			if path.Base(name) != nextFile && len(f.Data) > 0 {
				files = append(files, f)
			}
		}
	}
	slices.SortFunc(files, func(a, b archive.File) int { return cmp.Compare(a.Name, b.Name) })
	return files, nil
}

// bundled is the configuration: inside the function's zip file, or in a folder.
func (d *Deployment) bundled() ([]archive.File, error) {
	if d.Target.function() {
		zip, err := d.function()
		return []archive.File{zip}, err
	}
	var files []archive.File
	for _, f := range d.files {
		f.Name = path.Join("config", f.Name)
		files = append(files, f)
	}
	return files, nil
}

// next is what to type, a line each.
func (d *Deployment) next() ([]string, error) {
	f, err := d.rendered(path.Join("templates", string(d.Target), nextFile))
	return strings.Split(strings.TrimSpace(string(f.Data)), "\n"), err
}

// rendered is the file that a template makes, or one that needs no making.
func (d *Deployment) rendered(name string) (archive.File, error) {
	base := strings.TrimSuffix(path.Base(name), suffix)
	f := archive.File{Name: strings.ReplaceAll(base, "NAME", d.Name), Mode: 0o644}
	if path.Ext(f.Name) == ".sh" {
		f.Mode = 0o755
	}
	text, err := templates.ReadFile(name)
	if err != nil {
		return f, fmt.Errorf("read the template %s: %w", name, err)
	}
	if !strings.HasSuffix(name, suffix) {
		f.Data = text
		return f, nil
	}
	t, err := template.New(name).Funcs(functions).ParseFS(templates, sharedFile)
	if err == nil {
		t, err = t.Parse(string(text))
	}
	if err != nil {
		return f, fmt.Errorf("read the template: %w", err)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, d); err != nil {
		return f, fmt.Errorf("write %s: %w", f.Name, err)
	}
	if f.Data = bytes.TrimSpace(out.Bytes()); len(f.Data) > 0 {
		f.Data = append(f.Data, '\n')
	}
	if path.Ext(f.Name) == ".go" {
		if f.Data, err = format.Source(f.Data); err != nil {
			return f, fmt.Errorf("format %s: %w", f.Name, err)
		}
	}
	return f, nil
}

// functions quote values for the languages of the templates, and write ARNs
// for those that know no CloudFormation.
var functions = template.FuncMap{
	"quote": quote, // YAML, JSON, Go, TypeScript
	"hcl":   func(s string) string { return interpolation.Replace(quote(s)) },
	"shell": func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" },
	"list":  list,

	"terraformARN": strings.NewReplacer(
		"${AWS::Partition}", "${data.aws_partition.current.partition}",
		"${AWS::Region}", "${data.aws_region.current.id}",
		"${AWS::AccountId}", "${data.aws_caller_identity.current.account_id}").Replace,
	"policyARN": strings.NewReplacer("${AWS::Partition}", "aws", "${AWS::AccountId}", "*").Replace,
}

var interpolation = strings.NewReplacer("${", "$${", "%{", "%%{")

// quote is text in double quotes.
func quote(s string) string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // text can always be encoded
	return strings.TrimSpace(out.String())
}

// list is ["a", "b"].
func list(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
