package deploy

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"wherry/internal/need"
)

// manifest is as much of a Kubernetes object as has to fit to others.
type manifest struct {
	Kind     string
	Metadata struct{ Name string }
	Data     map[string]string
	Spec     struct {
		Selector any
		Template struct {
			Metadata struct{ Labels map[string]string }
			Spec     struct {
				ServiceAccountName string `yaml:"serviceAccountName"`
				Containers         []struct {
					Image   string
					EnvFrom []struct {
						SecretRef struct{ Name string } `yaml:"secretRef"`
					} `yaml:"envFrom"`
				}
				Volumes []struct {
					ConfigMap struct{ Name string } `yaml:"configMap"`
				}
			}
		}
	}
}

func TestChart(t *testing.T) {
	t.Parallel()
	helm := need.Program(t, "go install helm.sh/helm/v3/cmd/helm", "helm")
	values := filepath.Join(t.TempDir(), "values.yaml")
	if err := os.WriteFile(values, []byte(`
image: {repository: images.example.com/wherry, tag: "1.0"}
server: {config: {log-level: debug}, kickstartSecret: first-start, ingress: {enabled: true, tlsSecret: certificate}}
connector: {enabled: true, config: {pools: [{id: us-east-2_ud90QwSeF, client_id: "${CLIENT}"}]}}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), helm, "lint", "--strict", "../../deploy/helm/wherry", "--values", values).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), helm, "template", "here", "../../deploy/helm/wherry", "--values", values).Output()
	if err != nil {
		t.Fatal(err)
	}
	objects := map[string]manifest{}
	for d := yaml.NewDecoder(bytes.NewReader(out)); ; {
		var o manifest
		if err := d.Decode(&o); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		objects[o.Kind+" "+o.Metadata.Name] = o
	}
	for _, name := range []string{"here-server", "here-connector"} {
		pods, service := objects["Deployment "+name].Spec, objects["Service "+name].Spec
		c := pods.Template.Spec.Containers
		if len(c) != 1 || c[0].Image != "images.example.com/wherry:1.0" || len(c[0].EnvFrom) != 1 {
			t.Fatalf("%s has the containers %+v", name, c)
		}
		selected, _ := service.Selector.(map[string]any)
		for label, value := range selected {
			if pods.Template.Metadata.Labels[label] != value {
				t.Errorf("the service %s wants %s=%v, and the pods have %v", name, label, value, pods.Template.Metadata.Labels)
			}
		}
		if len(selected) == 0 {
			t.Errorf("the service %s selects everything", name)
		}
		if _, there := objects["ConfigMap "+pods.Template.Spec.Volumes[0].ConfigMap.Name]; !there {
			t.Errorf("%s has no settings", name)
		}
	}
	if account := objects["Deployment here-connector"].Spec.Template.Spec.ServiceAccountName; objects["ServiceAccount "+account].Kind == "" {
		t.Errorf("there is no service account %q", account)
	}
	if got := objects["ConfigMap here-connector"].Data["wherry.yaml"]; !strings.Contains(got, "client_id: ${CLIENT}") {
		t.Errorf("the connector's configuration is\n%s", got)
	}
	if objects["Ingress here-server"].Kind == "" || objects["PodDisruptionBudget here-server"].Kind == "" {
		t.Error("the ingress or the disruption budget is missing")
	}
	out, err = exec.CommandContext(t.Context(), helm, "template", "here", "../../deploy/helm/wherry", "--set", "connector.enabled=true").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "connector.config is the wherry.yaml") {
		t.Errorf("a connector without a configuration: %v\n%s", err, out)
	}
}

func TestImage(t *testing.T) {
	t.Parallel()
	need.Program(t, "go install github.com/google/go-containerregistry/cmd/crane", "crane")
	program, image := filepath.Join(t.TempDir(), "program"), filepath.Join(t.TempDir(), "image.tar")
	if err := os.WriteFile(program, []byte("a program"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "../../deploy/image", program, "arm64", image).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var images []struct {
		Config string
		Layers []string
	}
	files := untar(t, image)
	if err := json.Unmarshal(files["manifest.json"], &images); err != nil || len(images) != 1 || len(images[0].Layers) != 1 {
		t.Fatalf("%v\n%s", err, files["manifest.json"])
	}
	var config struct {
		Architecture, OS string
		Config           struct {
			User       string
			Entrypoint []string
		}
	}
	if err := json.Unmarshal(files[images[0].Config], &config); err != nil {
		t.Fatal(err)
	}
	if config.Architecture != "arm64" || config.OS != "linux" || config.Config.User != "65532:65532" || config.Config.Entrypoint[0] != "/wherry" {
		t.Errorf("the image is for %+v", config)
	}
}

func untar(t *testing.T, file string) map[string][]byte {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	files := map[string][]byte{}
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if files[h.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
}

// TestReleaseAndSnapshot: both build for the same systems.
func TestReleaseAndSnapshot(t *testing.T) {
	t.Parallel()
	var release struct {
		Builds []struct {
			ID, Main     string
			Goos, Goarch []string
		}
	}
	text, err := os.ReadFile("../../.goreleaser.yaml")
	if err == nil {
		err = yaml.Unmarshal(text, &release)
	}
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := os.ReadFile("../../.ci/release-snapshot")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range release.Builds {
		if _, err := os.Stat(filepath.Join("../..", b.Main)); err != nil {
			t.Error(err)
		}
		for _, system := range b.Goos {
			for _, arch := range b.Goarch {
				if !strings.Contains(string(snapshot), system+"/"+arch) {
					t.Errorf("make release-snapshot does not build %s for %s/%s", b.ID, system, arch)
				}
			}
		}
	}
}

func TestUnits(t *testing.T) {
	t.Parallel()
	analyze := need.Program(t, "apt-get install systemd", "systemd-analyze")
	for _, name := range []string{"wherry-server.service", "wherry-connector.service"} {
		unit, err := os.ReadFile(filepath.Join("../../deploy/systemd", name))
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), name)
		unit = bytes.ReplaceAll(unit, []byte("/usr/bin/wherry"), []byte("/bin/true")) // which is there
		if err := os.WriteFile(file, unit, 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(t.Context(), analyze, "verify", file).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}
