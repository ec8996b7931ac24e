package config_test

import (
	"path/filepath"
	"strings"
	"testing"

	"wherry/toolkit/config"
)

const record = `{"https://auth.example.com": {"pools": {"us-east-1_a": {
	"tenantId": "aaaaaaaa-0000-4000-8000-000000000001",
	"applications": [{"id": "aaaaaaaa-0000-4000-8000-000000000002", "name": "web", "clientId": "2web"}],
	"groups": {"admins": "aaaaaaaa-0000-4000-8000-000000000003"}
}}}}`

// What wherry apply has noted fills in what the file leaves open.
func TestLoadAdoptsWhatWasApplied(t *testing.T) {
	t.Parallel()
	const pool = "target: {url: https://auth.example.com, api_key: k}\npools:\n  - id: us-east-1_a\n    client_id: b\n"
	for name, tt := range map[string]struct {
		more              string
		id, from, groupID string
		another           bool // target
	}{
		"everything":           {"", "aaaaaaaa-0000-4000-8000-000000000002", "groups", "aaaaaaaa-0000-4000-8000-000000000003", false},
		"the id of a name":     {"    applications: [{name: Web}]\n", "aaaaaaaa-0000-4000-8000-000000000002", "", "aaaaaaaa-0000-4000-8000-000000000003", false},
		"no roles":             {"    apply: {groups: groups}\n", "aaaaaaaa-0000-4000-8000-000000000002", "", "aaaaaaaa-0000-4000-8000-000000000003", false},
		"what the file says":   {"    applications: [{id: bbbbbbbb-0000-4000-8000-000000000009}]\n    groups: {}\n", "bbbbbbbb-0000-4000-8000-000000000009", "", "", false},
		"not from elsewhere's": {"    applications: [{name: web}]\n", "", "", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			text := record
			if tt.another {
				text = strings.ReplaceAll(record, "auth.example.com", "other.example.com")
			}
			write(t, filepath.Join(dir, "wherry.applied.json"), text)
			write(t, filepath.Join(dir, "wherry.yaml"), pool+tt.more)
			c, err := config.Load(filepath.Join(dir, "wherry.yaml"), env)
			if err != nil {
				t.Fatal(err)
			}
			p := c.Pools[0]
			if app := p.Applications[0]; app.ID != tt.id || app.Roles.From != tt.from || p.Groups["admins"] != tt.groupID {
				t.Errorf("got %+v, groups %v", app, p.Groups)
			}
			alone, err := config.LoadAlone(filepath.Join(dir, "wherry.yaml"), env)
			if err != nil || tt.more == "" && alone.Pools[0].Applications != nil {
				t.Errorf("alone: %+v, %v", alone, err)
			}
		})
	}
}

func TestLoadChecksWhatApplyMakes(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "wherry.yaml")
	write(t, file, `
connector: {url: connector.example.com}
pools:
  - id: us-east-1_a
    client_id: b
    apply:
      clients: ["no/client"]
      groups: some
      linking_strategy: Guess
      providers: {SignInWithApple: {private_key_file: not-there.p8}}
      email: {port: 70000, security: MAYBE, from: nobody, username: u}
`)
	_, err := config.Load(file, env)
	if err == nil {
		t.Fatal("no mistakes were found")
	}
	for _, want := range []string{
		":2: connector.url:", "apply.clients: want ids of app clients", "apply.groups: want one of", "apply.linking_strategy: want one of",
		"apply.providers.SignInWithApple.private_key_file:", "apply.email.port:", "apply.email.security:", "apply.email.from:", "apply.email.host:",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("want %q in:\n%v", want, err)
		}
	}
}

func TestExamplesAreValid(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../examples/*pool*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		if _, err := config.Load(file, func(name string) string { return "a value of " + name }); err != nil {
			t.Error(err)
		}
	}
}
