package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// blocks reads a file of Terraform's. It gives the attributes of each block,
// as they are written, by the block's type and labels.
func blocks(t *testing.T, file string) map[string]map[string]string {
	t.Helper()
	parsed, problems := hclparse.NewParser().ParseHCLFile(file)
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	found := map[string]map[string]string{}
	var enter func(prefix string, body *hclsyntax.Body)
	enter = func(prefix string, body *hclsyntax.Body) {
		for _, b := range body.Blocks {
			name := strings.TrimSpace(prefix + " " + strings.Join(append([]string{b.Type}, b.Labels...), " "))
			if found[name] == nil {
				found[name] = map[string]string{}
			}
			for _, a := range b.Body.Attributes {
				found[name][a.Name] += written(parsed, a.Expr)
			}
			enter(name, b.Body)
		}
	}
	enter("", parsed.Body.(*hclsyntax.Body))
	return found
}

func written(f *hcl.File, e hclsyntax.Expression) string {
	return string(e.Range().SliceBytes(f.Bytes))
}

func TestTerraform(t *testing.T) {
	t.Parallel()
	for name, v := range variants {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := writeFunction(t, "terraform", v)
			file := filepath.Join(dir, "main.tf")
			checkTerraform(t, blocks(t, file), v)
			format(t, file)
			validate(t, file)
		})
	}
}

func checkTerraform(t *testing.T, all map[string]map[string]string, v variant) {
	t.Helper()
	want := map[string]string{
		"resource aws_cloudwatch_log_group connector / retention_in_days":              "30",
		"resource aws_lambda_function connector logging_config / log_group":            "aws_cloudwatch_log_group.connector.name",
		"resource aws_lambda_function connector / architectures":                       `["arm64"]`,
		"ephemeral aws_secretsmanager_random_password header / password_length":        "48",
		"resource aws_cloudwatch_metric_alarm outage / threshold":                      "5",
		"resource aws_cloudwatch_metric_alarm turned_away / threshold":                 "20",
		"resource aws_secretsmanager_secret_version header / secret_string_wo_version": "1",
		"resource aws_cloudwatch_log_metric_filter fault / log_group_name":             "aws_cloudwatch_log_group.connector.name",
		"data aws_iam_policy_document trust statement principals / identifiers":        `["lambda.amazonaws.com"]`,
		"resource aws_iam_role connector / assume_role_policy":                         "data.aws_iam_policy_document.trust.json",
	}
	if v.restAPI {
		want["resource aws_api_gateway_method_settings all settings / data_trace_enabled"] = "false"
		want["resource aws_lambda_permission api / principal"] = `"apigateway.amazonaws.com"`
	} else {
		want["resource aws_lambda_permission url / action"] = `"lambda:InvokeFunctionUrl"`
		want["resource aws_lambda_permission url_invoke / action"] = `"lambda:InvokeFunction"`
		want["resource aws_lambda_permission url_invoke / invoked_via_function_url"] = "true"
	}
	for path, value := range want {
		block, attribute, _ := strings.Cut(path, " / ")
		if got := all[block][attribute]; got != value {
			t.Errorf("%s: %q, want %s", path, got, value)
		}
	}
	policy := all["data aws_iam_policy_document connector statement"]
	resources := strings.ReplaceAll(policy["resources"], "aws_cloudwatch_log_group.connector.arn}:*", "") // its streams
	if strings.Contains(policy["actions"]+resources, "*") || strings.Contains(policy["actions"], "cognito-idp:Admin") != v.restAPI {
		t.Errorf("the role may %s on %s", policy["actions"], resources)
	}
	for line := range strings.Lines(all["resource aws_lambda_function connector environment"]["variables"]) {
		if name, value, ok := strings.Cut(line, "="); ok && !(strings.HasSuffix(strings.TrimSpace(name), "_REF") && strings.HasSuffix(strings.TrimSpace(value), ".arn")) {
			t.Errorf("the environment shows more than where secrets are: %s", line)
		}
	}
}

// format wants the file as terraform would write it: by the library that
// terraform writes with, and by terraform itself where it is installed.
func format(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(hclwrite.Format(text)), string(text)); diff != "" {
		t.Errorf("%s is not formatted (-formatted +is):\n%s", file, diff)
	}
	if terraform, err := exec.LookPath("terraform"); err == nil {
		run(t, filepath.Dir(file), offline, terraform, "fmt", "-check", "-diff")
	}
}

var offline = []string{"CHECKPOINT_DISABLE=1", "TF_PLUGIN_CACHE_DIR=", "TF_CLI_CONFIG_FILE=" + os.DevNull}

// validate asks terraform whether the AWS provider knows every argument, where
// both are installed: TF_PLUGIN_CACHE_DIR names the provider's folder. An older
// provider does not know one argument, which is then left out.
func validate(t *testing.T, file string) {
	t.Helper()
	terraform, err := exec.LookPath("terraform")
	plugins := os.Getenv("TF_PLUGIN_CACHE_DIR")
	if err != nil || plugins == "" {
		return
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	installed, err := filepath.Glob(filepath.Join(plugins, "registry.terraform.io/hashicorp/aws/*"))
	if err != nil || len(installed) == 0 {
		t.Fatalf("TF_PLUGIN_CACHE_DIR: there is no AWS provider in %s", plugins)
	}
	if major, _, _ := strings.Cut(filepath.Base(slices.Max(installed)), "."); major == "5" {
		text = []byte(strings.NewReplacer(">= 6.29", ">= 5.100", "invoked_via_function_url = true", "").Replace(string(text)))
	}
	dir := t.TempDir()
	for name, data := range map[string][]byte{filepath.Base(file): text, "function.zip": nil} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run(t, dir, offline, terraform, "init", "-backend=false", "-input=false", "-plugin-dir="+plugins)
	run(t, dir, offline, terraform, "validate")
}
