package deploy

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"wherry/internal/need"
)

// documents reads a file of several YAML documents, by their kind.
func documents(t *testing.T, file string) map[string]object {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]object{}
	for text := range strings.SplitSeq(string(data), "\n---\n") {
		var d object
		if err := yaml.Unmarshal([]byte(text), &d); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		found[fmt.Sprint(d["kind"])] = d
	}
	return found
}

// at follows a path of names and numbers down a document.
func at(v any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := v.(object)
			v = m[step]
		case int:
			list, _ := v.([]any)
			if step >= len(list) {
				return nil
			}
			v = list[step]
		}
	}
	return v
}

func TestKubernetes(t *testing.T) {
	t.Parallel()
	dir := write(t, "kubernetes", full)
	spec := at(documents(t, filepath.Join(dir, "connector.yaml"))["Deployment"], "spec", "template", "spec")
	container := at(spec, "containers", 0)
	for want, got := range map[string]string{
		"/healthz": fmt.Sprint(at(container, "livenessProbe", "httpGet", "path")),
		"/readyz":  fmt.Sprint(at(container, "readinessProbe", "httpGet", "path")),
		"true true false": fmt.Sprint(at(spec, "securityContext", "runAsNonRoot"), at(container, "securityContext", "readOnlyRootFilesystem"),
			at(container, "securityContext", "allowPrivilegeEscalation")),
		"[ALL]": fmt.Sprint(at(container, "securityContext", "capabilities", "drop")),
		"256Mi": fmt.Sprint(at(container, "resources", "limits", "memory")),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	kubectl, err := exec.LookPath("kubectl")
	if err != nil {
		return
	}
	bring(t, dir, "header", "log-key", "client")
	built := string(run(t, dir, nil, kubectl, "kustomize", "."))
	for _, want := range []string{"kind: ConfigMap", "kind: Secret", "client_secret_file: /etc/wherry-secrets/client", "secretName: wherry-connector-"} {
		if !strings.Contains(built, want) {
			t.Errorf("kustomize makes no %q", want)
		}
	}
}

// bring makes up the secrets that the operator brings.
func bring(t *testing.T, dir string, names ...string) {
	t.Helper()
	if err := os.Mkdir(filepath.Join(dir, "secrets"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, "secrets", name), []byte("a secret only for tests"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCompose(t *testing.T) {
	t.Parallel()
	dir := write(t, "container", full)
	service := at(documents(t, filepath.Join(dir, "compose.yaml"))["<nil>"], "services", "connector")
	got := fmt.Sprintf("%v %v %v %v", at(service, "user"), at(service, "read_only"), at(service, "cap_drop"), at(service, "mem_limit"))
	if got != "65532:65532 true [ALL] 256m" {
		t.Errorf("the container runs as %s", got)
	}
	var policy struct {
		Statement []struct{ Action, Resource []string }
	}
	readJSON(t, filepath.Join(dir, "iam-policy.json"), &policy)
	if len(policy.Statement) != 2 || policy.Statement[0].Resource[0] != "arn:aws:cognito-idp:us-east-2:*:userpool/us-east-2_ud90QwSeF" {
		t.Errorf("policy: %+v", policy)
	}
	if _, err := os.Stat(filepath.Join(write(t, "container", plain), "iam-policy.json")); err == nil {
		t.Error("where nothing needs a permission there is no policy")
	}
}

// TestScripts has the shell read what it is to run.
func TestScripts(t *testing.T) {
	t.Parallel()
	for target, script := range map[string]string{"container": "image.sh", "app-client": "app-client.sh"} {
		run(t, write(t, target, full), nil, need.Program(t, "apt-get install dash", "sh"), "-n", script)
	}
}

func TestSystemd(t *testing.T) {
	t.Parallel()
	analyze := need.Program(t, "apt-get install systemd", "systemd-analyze")
	file := filepath.Join(write(t, "systemd", full), "wherry-connector.service")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	program := need.Program(t, "apt-get install coreutils", "true") // in place of one that is not installed
	text = []byte(strings.Replace(string(text), "/usr/local/bin/wherry", program, 1))
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, filepath.Dir(file), nil, analyze, "verify", file)
	run(t, filepath.Dir(file), nil, analyze, "security", "--offline=true", "--threshold=20", file)
}
