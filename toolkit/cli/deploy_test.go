package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wherry/internal/archive"
	"wherry/internal/exit"
	"wherry/toolkit/cli"
)

// deployAs writes files for a target into a folder; the settings' secrets are
// not known here.
func deployAs(t *testing.T, target, dir string, more ...string) (code int, stdout, stderr string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "wherry.yaml")
	settings := "connector: {secret: '${CONNECTOR_SECRET}'}\npools: [{id: us-east-2_ud90QwSeF, client_id: c}]\n"
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	args := append([]string{"deploy", target, "--config", file, "--out", dir}, more...)
	code = cli.Main(t.Context(), cli.Process{Args: args, Getenv: func(string) string { return "" }, Stdout: &out, Stderr: &errs})
	return code, out.String(), errs.String()
}

func TestDeployDoesNotOverwrite(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "deep", "down")
	code, out, errs := deployAs(t, "systemd", dir)
	if code != exit.Done || !strings.Contains(out, "wrote "+filepath.Join(dir, "config", "wherry.yaml")) || !strings.Contains(out, "    cd "+dir+"\n    sudo install") {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	unit := filepath.Join(dir, "wherry-connector.service")
	if err := os.WriteFile(unit, []byte("changed by hand"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "iam-policy.json")); err != nil {
		t.Fatal(err)
	}
	code, _, errs = deployAs(t, "systemd", dir)
	if code != exit.Usage || !strings.Contains(errs, unit) || !strings.Contains(errs, "--force") {
		t.Errorf("exit %d: %s", code, errs)
	}
	if _, err := os.Stat(filepath.Join(dir, "iam-policy.json")); err == nil {
		t.Error("when one file is in the way, none may be written")
	}
	if code, _, errs = deployAs(t, "systemd", dir, "--force"); code != exit.Done {
		t.Errorf("exit %d: %s", code, errs)
	}
	if text, err := os.ReadFile(unit); err != nil || !strings.HasPrefix(string(text), "[Unit]") {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestDeployFunction(t *testing.T) {
	t.Parallel()
	var release bytes.Buffer
	if err := archive.Zip(&release, archive.File{Name: "bootstrap", Mode: 0o755}); err != nil {
		t.Fatal(err)
	}
	zip := filepath.Join(t.TempDir(), "wherry-lambda-amd64.zip")
	if err := os.WriteFile(zip, release.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	code, out, errs := deployAs(t, "terraform", dir, "--json", "--lambda", zip, "--arch", "amd64", "--name", "crossing", "--front", "rest-api")
	var answer struct{ Files, Next []string }
	if err := json.Unmarshal([]byte(out), &answer); code != exit.Done || err != nil {
		t.Fatalf("exit %d, %v: %s%s", code, err, out, errs)
	}
	if !slices.Contains(answer.Files, filepath.Join(dir, "function.zip")) || !slices.Contains(answer.Next, "terraform apply") {
		t.Errorf("answer: %+v", answer)
	}
	text, err := os.ReadFile(filepath.Join(dir, "main.tf"))
	for _, want := range []string{`architectures    = ["x86_64"]`, `function_name    = "crossing"`, "aws_api_gateway_rest_api"} {
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("main.tf lacks %s (%v)", want, err)
		}
	}
}

func TestDeployMistakes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"no function":     {[]string{"cloudformation", "--lambda", "nowhere.zip"}, "make lambda"},
		"no such front":   {[]string{"cloudformation", "--front", "alb"}, "--front"},
		"no such target":  {[]string{"helm"}, "helm"},
		"a strange name":  {[]string{"systemd", "--name", "Wherry!"}, "--name"},
		"of another kind": {[]string{"systemd", "--lambda", "x.zip"}, "--lambda"},
	} {
		code, _, errs := deployAs(t, tt.args[0], t.TempDir(), tt.args[1:]...)
		if code != exit.Usage || !strings.Contains(errs, tt.want) {
			t.Errorf("%s: exit %d: %s", name, code, errs)
		}
	}
}
