package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wherry/internal/exit"
	"wherry/internal/yamlfile"
	"wherry/toolkit/config"
)

func env(name string) string {
	return map[string]string{
		"FUSIONAUTH_API_KEY": "api-key-for-tests",
		"CONNECTOR_SECRET":   "a secret only for tests",
	}[name]
}

func TestLoadFillsInDefaults(t *testing.T) {
	t.Parallel()
	c, err := config.Load("testdata/small.yaml", env)
	if err != nil {
		t.Fatal(err)
	}
	p := c.Pools[0]
	if p.Name != "us-east-2_ud90QwSeF" || p.Region != "us-east-2" {
		t.Errorf("name %q and region %q follow from the id", p.Name, p.Region)
	}
	s := p.Connector
	if s.Flow != config.UserPassword || s.Profile != config.ProfileGetUser || s.Deadline != 900*time.Millisecond {
		t.Errorf("sign-in: %+v", s)
	}
	want := config.Outcomes{MessageFactor: config.Carry, OtherFactor: config.Refuse, TemporaryPassword: config.Carry}
	if s.Outcomes != want {
		t.Errorf("outcomes: got %+v, want %+v", s.Outcomes, want)
	}
	if c.Connector.Header != "Authorization" || c.Connector.PerLogin.Attempts != 10 || c.Connector.Overall.Attempts != 0 {
		t.Errorf("connector: %+v", c.Connector)
	}
}

func TestLoadReadsSecrets(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "w.yaml")
	write(t, filepath.Join(dir, "key"), "api-key-in-a-file\n")
	write(t, file, "target: {url: https://auth.example.com, api_key_file: key}\n"+
		"connector: {secret: '${CONNECTOR_SECRET}'}\n"+
		"pools: [{id: eu-west-1_a, client_id: b}]\n")
	c, err := config.Load(file, env)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Target.APIKey.Reveal(); got != "api-key-in-a-file" {
		t.Errorf("api key from a file: %q", got)
	}
	if got := c.Connector.Secret.Reveal(); got != "a secret only for tests" {
		t.Errorf("secret from the environment: %q", got)
	}
	if err := c.Valid(); err != nil {
		t.Errorf("what was read must still be valid: %v", err)
	}
	if got, want := c.Path("x"), filepath.Join(dir, "x"); got != want {
		t.Errorf("paths start at the file: got %s, want %s", got, want)
	}
}

func TestLoadReadsTheSchema(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "w.yaml")
	write(t, filepath.Join(dir, "pool.json"), `{"UserPool":{"Id":"us-east-1_a","UsernameAttributes":["email"]}}`)
	write(t, file, one+"    schema_file: pool.json\n")
	c, err := config.Load(file, env)
	if err != nil || len(c.Pools[0].Schema.UsernameAttributes) != 1 {
		t.Errorf("got %+v, %v", c, err)
	}
	write(t, filepath.Join(dir, "pool.json"), `{"UserPool":{"Id":"us-east-1_b"}}`)
	if _, err := config.Load(file, env); err == nil || !strings.Contains(err.Error(), "it describes the pool us-east-1_b") {
		t.Errorf("another pool's schema: %v", err)
	}
}

func TestValidChecksWhatWasNotRead(t *testing.T) {
	t.Parallel()
	c := config.Config{Pools: []config.Pool{{ID: "us-east-1_a"}}}
	if err := c.Valid(); exit.Code(err) != exit.Usage || !strings.Contains(err.Error(), "pools[0].client_id: want the id") {
		t.Errorf("got %v", err)
	}
	c.Pools[0].ClientID = "c"
	if err := c.Valid(); err != nil || c.Pools[0].Name != "us-east-1_a" {
		t.Errorf("got %v and %+v", err, c)
	}
}

func TestLoadNamesEveryMistake(t *testing.T) {
	t.Parallel()
	_, err := config.Load(filepath.Join(t.TempDir(), "none.yaml"), env)
	if exit.Code(err) != exit.Usage || exit.Hint(err) == "" {
		t.Errorf("no file: %v", err)
	}
	for _, tt := range []struct{ name, yaml, want string }{
		{"empty", "", "pools: name at least one user pool"},
		{"no ids", "pools: [{}]", "pools[0].id: want a user pool id"},
		{"no client", "pools: [{id: us-east-1_a}]", "pools[0].client_id: want the id of an app client"},
		{"same name", one + "  - {id: us-east-1_a, client_id: c}", "pools[1].name: pools[0] is called us-east-1_a too"},
		{"name in a path", one + "    name: a/b", "pools[0].name: it is part of a path"},
		{"target", "target: {url: auth.example.com}\n" + one, "target.url: want an address"},
		{"key twice", "target: {api_key: a, api_key_file: b}\n" + one, "target.api_key_file: given together with api_key"},
		{"no key file", "target: {api_key_file: nowhere}\n" + one, "target.api_key_file: open "},
		{"short secret", "connector: {secret: hunter2}\n" + one, "connector.secret: it guards every password"},
		{"secret twice", "connector: {secret_file: w.yaml, secret_ref: 'ssm:/a'}\n" + one, "connector.secret: give one of"},
		{"secret ref", "connector: {secret_ref: vault}\n" + one, "connector.secret_ref: want the ARN"},
		{"header", "connector: {header: 'X Secret'}\n" + one, "connector.header: want the name"},
		{"networks", "connector: {networks: [10.0.0.0/8, office]}\n" + one, "connector.networks[1]: office is neither"},
		{"base path", "connector: {base_path: call/}\n" + one, "connector.base_path: want a path"},
		{"half of TLS", "connector: {tls: {cert_file: w.yaml}}\n" + one, "connector.tls.cert_file: give cert_file and key_file"},
		{"client CA alone", "connector: {tls: {client_ca_file: w.yaml}}\n" + one, "connector.tls.client_ca_file: client certificates need TLS"},
		{"negative limit", "connector: {per_login: {attempts: -1}}\n" + one, "connector.per_login.attempts: must not be negative"},
		{"clear text", one + "    endpoint: http://pool.example.com", "pools[0].endpoint: passwords would cross"},
		{"no address", one + "    endpoint: pool", "pools[0].endpoint: want an address"},
		{"flow", one + "    connector: {flow: USER_AUTH}", "pools[0].connector.flow: want one of [USER_PASSWORD_AUTH"},
		{"policy", one + "    connector: {outcomes: {temporary_password: carry-without-factor}}", "pools[0].connector.outcomes.temporary_password: want one of [carry refuse]"},
		{"deadline", one + "    connector: {deadline: -1s}", "pools[0].connector.deadline: must not be negative"},
		{"mapping", one + "    mapping: {username: first}", "pools[0].mapping.username: want one of"},
		{"no script", one + "    mapping: {script: nowhere.js}", "pools[0].mapping.script: open "},
		{"schema", one + "    schema_file: w.yaml", "pools[0].schema_file: want what aws"},
		{"rate", one + "    connector: {breaker: {failure_rate: 101}}", "pools[0].connector.breaker.failure_rate: want a percentage"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "w.yaml")
			write(t, file, tt.yaml)
			_, err := config.Load(file, env)
			var problems yamlfile.Problems
			if !errors.As(err, &problems) || exit.Code(err) != exit.Usage {
				t.Fatalf("want problems and a usage error, got %v", err)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got:\n%v\nwant: %s", err, tt.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("a secret in an error: %v", err)
			}
		})
	}
}

const one = "pools:\n  - id: us-east-1_a\n    client_id: c\n"

func TestParseNetwork(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"10.1.2.3/8":       "10.0.0.0/8",
		"192.0.2.7":        "192.0.2.7/32",
		"::ffff:192.0.2.7": "192.0.2.7/32",
		"fd00::1":          "fd00::1/128",
	} {
		if got, err := config.ParseNetwork(in); err != nil || got.String() != want {
			t.Errorf("%s: got %v, %v, want %s", in, got, err, want)
		}
	}
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
