package deploy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/internal/exit"
	"wherry/toolkit/config"
)

// arrive reads the settings of a deployment as the connector over there does:
// with its files beside it and the secrets in their places.
func arrive(t *testing.T, target Target) *config.Config {
	t.Helper()
	o := options(t, target)
	dir, secrets := t.TempDir(), t.TempDir()
	d, err := plan(settings(t, "full"), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range d.files {
		text := strings.ReplaceAll(string(f.Data), "/etc/wherry-secrets", secrets)
		if err := os.WriteFile(filepath.Join(dir, f.Name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	brought := map[string]string{
		"header": "CONNECTOR_SECRET", "previous": "PREVIOUS_SECRET", "log-key": "LOG_KEY",
		"client": "CUSTOMERS_CLIENT_SECRET", "client-2": "STAFF_CLIENT_SECRET", "tls.crt": "", "tls.key": "", "client-ca.crt": "",
	}
	env := map[string]string{"CREDENTIALS_DIRECTORY": secrets, "STATE_DIRECTORY": "/var/lib/wherry-connector"}
	for _, s := range d.Secrets {
		from, ok := brought[s.Name]
		if !ok {
			t.Fatalf("nobody brings %s", s.Name)
		}
		env[s.variable()] = known[from]
		env[s.Variable()] = "arn:aws:secretsmanager:us-east-2:123456789012:secret:" + s.Name
		if err := os.WriteFile(filepath.Join(secrets, s.Name), []byte(known[from]+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := config.Load(filepath.Join(dir, "wherry.yaml"), func(name string) string { return env[name] })
	if err != nil {
		t.Fatalf("%s: %v", target, err)
	}
	return c
}

// TestSettingsArrive sees that the pools over there are what they are here,
// down to the last default, and so is the door.
func TestSettingsArrive(t *testing.T) {
	t.Parallel()
	here := settings(t, "full")
	for i, script := range []string{"", "mapping-2.js"} {
		here.Pools[i].Mapping.Script = script
	}
	for _, target := range []Target{Terraform, Container, Systemd} {
		t.Run(string(target), func(t *testing.T) {
			t.Parallel()
			there := arrive(t, target)
			if diff := cmp.Diff(here.Pools, there.Pools); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(door(here), door(there)); diff != "" {
				t.Error(diff)
			}
			if there.Target != (config.Target{}) {
				t.Error("the connector has no use for the target")
			}
		})
	}
}

// door is what does not depend on where secrets are kept.
func door(c *config.Config) config.Connector {
	d := c.Connector
	d.Secret, d.SecretFile, d.SecretRef, d.PreviousSecret, d.PreviousSecretFile = "", "", "", "", ""
	d.TLS, d.TurnedAwayLog = config.TLS{}, ""
	return d
}

func TestWhereSecretsAre(t *testing.T) {
	t.Parallel()
	lambda, unit := arrive(t, Terraform).Connector, arrive(t, Systemd).Connector
	if !strings.HasSuffix(lambda.SecretRef, ":header") || lambda.SecretFile != "" || lambda.TLS != (config.TLS{}) || lambda.TurnedAwayLog != "" {
		t.Errorf("Lambda: %+v", lambda)
	}
	if filepath.Base(unit.SecretFile) != "header" || filepath.Base(unit.PreviousSecretFile) != "previous" ||
		filepath.Base(unit.TLS.KeyFile) != "tls.key" || unit.TurnedAwayLog != "/var/lib/wherry-connector/turned-away.jsonl" {
		t.Errorf("systemd: %+v", unit)
	}
}

// TestUnsetVariables sees that a secret need not be known to be written about,
// and that everything else must.
func TestUnsetVariables(t *testing.T) {
	t.Parallel()
	c, err := config.Load("testdata/full.yaml", Unset)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Files(c, options(t, Systemd))
	if err == nil || !strings.Contains(err.Error(), "TENANT is not set") || exit.Code(err) != exit.Usage {
		t.Errorf("got %v", err)
	}
	c.Pools[0].Tenant = "Cognito import test"
	if _, err := Files(c, options(t, Systemd)); err != nil {
		t.Error(err)
	}
}
