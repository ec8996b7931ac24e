// Package deploy holds the files that wherry deploy writes against the tools
// that read them: the CDK, Terraform, AWS's own command line, kubectl, systemd.
package deploy

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"wherry/internal/archive"
	"wherry/toolkit/cli"
)

const (
	// plain needs no permission at Cognito and has one pool.
	plain = `
connector: {secret: "${CONNECTOR_SECRET}"}
pools:
  - id: us-east-2_ud90QwSeF
    client_id: 5pmi4ct0o4n6ulqj7vlnkm6nhh
    connector: {outcomes: {message_factor: refuse, temporary_password: refuse}}
`
	// full has two pools in two regions, and secrets that the operator brings.
	full = `
connector: {secret: "${CONNECTOR_SECRET}", log_key: "${LOG_KEY}", header: X-Connector-Secret}
pools:
  - id: us-east-2_ud90QwSeF
    name: customers
    client_id: 5pmi4ct0o4n6ulqj7vlnkm6nhh
    client_secret: ${CLIENT_SECRET}
    connector: {flow: ADMIN_USER_PASSWORD_AUTH}
  - id: eu-west-1_Staff0001
    name: staff
    client_id: 1example23456789
    connector: {groups: admin_list_groups_for_user, outcomes: {message_factor: refuse, temporary_password: refuse}}
`
	topic = "arn:aws:sns:us-east-2:123456789012:pager"
)

// variant is a way to ask for a Lambda function.
type variant struct {
	settings string
	flags    []string
	restAPI  bool
}

var variants = map[string]variant{
	"url":      {settings: plain},
	"rest-api": {full, []string{"--front", "rest-api", "--alarm-topic", topic}, true},
}

// write asks wherry for files, and returns their folder.
func write(t *testing.T, target, settings string, flags ...string) (dir string) {
	t.Helper()
	home := t.TempDir()
	config := filepath.Join(home, "wherry.yaml")
	if err := os.WriteFile(config, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(home, "out")
	var out bytes.Buffer
	code := cli.Main(t.Context(), cli.Process{
		Args:   append([]string{"deploy", target, "--config", config, "--out", dir}, flags...),
		Getenv: func(string) string { return "" }, Stdout: &out, Stderr: &out,
	})
	if code != 0 {
		t.Fatalf("wherry deploy %s: exit %d\n%s", target, code, &out)
	}
	return dir
}

// writeFunction is write for a target that is a Lambda function.
func writeFunction(t *testing.T, target string, v variant) (dir string) {
	t.Helper()
	zip := filepath.Join(t.TempDir(), "lambda.zip")
	var content bytes.Buffer
	if err := archive.Zip(&content, archive.File{Name: "bootstrap", Mode: 0o755, Data: []byte("program")}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(zip, content.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return write(t, target, v.settings, append([]string{"--lambda", zip}, v.flags...)...)
}

// run runs a program in a folder.
func run(t *testing.T, dir string, env []string, program string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %v: %v\n%s%s", program, args, err, &out, &errs)
	}
	return out.Bytes()
}

func readJSON(t *testing.T, file string, v any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}
