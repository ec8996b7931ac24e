package lambda

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wherry/internal/secret"
)

const (
	ref  = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:connector-AbCdEf"
	yaml = `
connector: {secret_ref: "${SECRET_ARN}", previous_secret: "${OLD}"}
pools: [{id: eu-west-1_a, client_id: c, client_secret: "${CLIENT_SECRET}"}]
`
)

// drawer is a vault of a few secrets.
func drawer(secrets map[string]string) vault {
	return func(_ context.Context, ref string) (secret.String, error) {
		if s, ok := secrets[ref]; ok {
			return secret.String(s), nil
		}
		return "", errors.New("there is no " + ref)
	}
}

func env(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestSettingsFromTheEnvironment(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "other.yaml")
	if err := os.WriteFile(file, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	ask := drawer(map[string]string{ref: "a secret only for tests", "ssm:/client": "client secret\n"})
	for name, place := range map[string]string{textVariable: yaml, pathVariable: file} {
		values := map[string]string{name: place, "SECRET_ARN": ref, "OLD": "the secret before it", "CLIENT_SECRET_REF": "ssm:/client"}
		c, err := readSettings(t.Context(), env(values), ask)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if c.Connector.SecretRef != ref || c.Pools[0].ClientSecret != "client secret" {
			t.Errorf("%s: reference %q, client secret %q", name, c.Connector.SecretRef, c.Pools[0].ClientSecret.Reveal())
		}
		valid, err := secretsOf(c.Connector, ask, slog.New(slog.DiscardHandler)).Secrets(t.Context())
		if err != nil || reveal(valid) != "a secret only for tests, the secret before it" {
			t.Errorf("%s: header secrets %s, %v", name, reveal(valid), err)
		}
	}
}

func TestSettingsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	values := map[string]string{textVariable: yaml, "SECRET_ARN": ref, "OLD": "the secret before it"}
	for name, tt := range map[string]struct{ variable, value, want string }{
		"no such secret":   {"CLIENT_SECRET_REF", "ssm:/nowhere", "CLIENT_SECRET_REF: there is no ssm:/nowhere"},
		"no value":         {"CLIENT_SECRET_REF", "", "CLIENT_SECRET is not set"},
		"no file":          {textVariable, "", "wherry.yaml"},
		"mistakes in text": {textVariable, "pools: 7", textVariable + ":1: pools: want a list"},
	} {
		changed := map[string]string{tt.variable: tt.value}
		for k, v := range values {
			if _, ok := changed[k]; !ok {
				changed[k] = v
			}
		}
		if _, err := readSettings(t.Context(), env(changed), drawer(nil)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", name, err, tt.want)
		}
	}
}
