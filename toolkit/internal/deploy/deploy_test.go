package deploy

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/internal/archive"
	"wherry/internal/exit"
	"wherry/toolkit/config"
)

var update = flag.Bool("update", false, "write the golden files anew")

// known are the variables of the operator's machine.
var known = map[string]string{
	"CONNECTOR_SECRET": "the header secret of a test", "PREVIOUS_SECRET": "the secret before that one", "LOG_KEY": "the log key of a test",
	"CUSTOMERS_CLIENT_SECRET": "the client secret of customers", "STAFF_CLIENT_SECRET": "the client secret of staff",
	"FUSIONAUTH_API_KEY": "the api key of a test", "TENANT": "Cognito import test",
}

func settings(t *testing.T, name string) *config.Config {
	t.Helper()
	c, err := config.Load(filepath.Join("testdata", name+".yaml"), func(name string) string { return known[name] })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// release is a function's zip file as far as it matters here.
func release(t *testing.T) []byte {
	t.Helper()
	var zip bytes.Buffer
	if err := archive.Zip(&zip, archive.File{Name: "bootstrap", Mode: 0o755, Data: []byte("program")}); err != nil {
		t.Fatal(err)
	}
	return zip.Bytes()
}

// options are what the flags say when nobody gives any.
func options(t *testing.T, target Target) Options {
	o := Options{
		Target: target, Name: "wherry-connector", Replicas: 2, Image: "registry.example.com/wherry:1", Arch: "amd64",
		Listen: "127.0.0.1:9080", Admin: "127.0.0.1:9081",
	}
	if target.function() {
		o.Release, o.Arch, o.LogDays = release(t), "arm64", 30
	}
	return o
}

func files(t *testing.T, c *config.Config, o Options) *Result {
	t.Helper()
	r, err := Files(c, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var targets = []Target{CloudFormation, CDKGo, CDKTypeScript, Terraform, Container, Kubernetes, Systemd, AppClient}

// TestGolden holds every file against the one that was last looked at by a
// person. With -update it writes them anew.
func TestGolden(t *testing.T) {
	t.Parallel()
	for _, target := range targets {
		small := options(t, target)
		full := small
		full.RestAPI, full.AlarmTopic = true, "arn:aws:sns:us-east-2:123456789012:pager"
		for name, o := range map[string]Options{"small": small, "full": full} {
			golden(t, string(target)+"-"+name, settings(t, name), o)
		}
	}
	golden(t, "cloudformation-ref", settings(t, "ref"), options(t, CloudFormation))
}

func golden(t *testing.T, name string, c *config.Config, o Options) {
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		r := files(t, c, o)
		got := map[string]string{"next.txt": lines(r.Notes) + lines(r.Next)}
		for _, f := range r.Files {
			if f.Name != "function.zip" && f.Name != "go.sum" { // looked into elsewhere; verbatim
				got[f.Name] = string(f.Data)
			}
		}
		dir := filepath.Join("testdata", "golden", name)
		if *update {
			renew(t, dir, got)
		}
		if diff := cmp.Diff(stored(t, dir), got); diff != "" {
			t.Errorf("differs from %s (-update writes it anew):\n%s", dir, diff)
		}
	})
}

func lines(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return strings.Join(list, "\n") + "\n"
}

func renew(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		path := filepath.Join(dir, name+".golden")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func stored(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[strings.TrimSuffix(filepath.ToSlash(name), ".golden")] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestNoSecretIsWritten looks for every secret of the settings in every file.
func TestNoSecretIsWritten(t *testing.T) {
	t.Parallel()
	for _, target := range targets {
		r := files(t, settings(t, "full"), options(t, target))
		text := lines(r.Notes) + lines(r.Next)
		for _, f := range r.Files {
			text += string(f.Data)
			if f.Name == "function.zip" {
				for _, inside := range unzip(t, f.Data) {
					text += string(inside.Data)
				}
			}
		}
		for name, value := range known {
			if name != "TENANT" && strings.Contains(text, value) {
				t.Errorf("%s shows %s", target, name)
			}
		}
	}
}

func unzip(t *testing.T, data []byte) []archive.File {
	t.Helper()
	list, err := archive.Unzip(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestFunctionZip(t *testing.T) {
	t.Parallel()
	zip := func() []byte {
		for _, f := range files(t, settings(t, "full"), options(t, CloudFormation)).Files {
			if f.Name == "function.zip" {
				return f.Data
			}
		}
		t.Fatal("there is no function.zip")
		return nil
	}
	if !bytes.Equal(zip(), zip()) {
		t.Error("the same settings make another zip file")
	}
	var inside []string
	for _, f := range unzip(t, zip()) {
		inside = append(inside, f.Mode.String()+" "+f.Name)
	}
	want := []string{"-rwxr-xr-x bootstrap", "-rw-r--r-- mapping-2.js", "-rw-r--r-- schema.json", "-rw-r--r-- wherry.yaml"}
	if diff := cmp.Diff(want, inside); diff != "" {
		t.Error(diff)
	}
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		target Target
		change func(*Options)
		want   string
	}{
		"name":         {Systemd, func(o *Options) { o.Name = "-x" }, "--name"},
		"topic":        {Terraform, func(o *Options) { o.AlarmTopic = "pager" }, "--alarm-topic"},
		"image":        {Container, func(o *Options) { o.Image = "a b" }, "--image"},
		"days":         {Terraform, func(o *Options) { o.LogDays = 31 }, "one of [1 3 5"},
		"no zip file":  {Terraform, func(o *Options) { o.Release = []byte("PK") }, "read --lambda"},
		"no bootstrap": {Terraform, func(o *Options) { o.Release = emptyZip(t) }, "no bootstrap"},
		"both":         {Terraform, func(o *Options) { o.Name, o.LogDays = "X", 0 }, "--log-days"},
	} {
		o := options(t, tt.target)
		tt.change(&o)
		_, err := Files(settings(t, "small"), o)
		if err == nil || !strings.Contains(err.Error(), tt.want) || exit.Code(err) != exit.Usage {
			t.Errorf("%s: got %v, want %s", name, err, tt.want)
		}
	}
}

func emptyZip(t *testing.T) []byte {
	t.Helper()
	var zip bytes.Buffer
	if err := archive.Zip(&zip); err != nil {
		t.Fatal(err)
	}
	return zip.Bytes()
}
